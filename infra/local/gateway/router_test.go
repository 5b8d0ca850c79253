package gateway

import (
	"reflect"
	"strings"
	"testing"
)

func mustRouter(t testing.TB, keys ...string) router {
	t.Helper()
	r := newRouter()
	for _, key := range keys {
		method, path, _ := strings.Cut(key, " ")
		if key == defaultPath {
			method, path = "ANY", key
		}
		if err := r.add(&target{Route: Route{Method: method, Path: path}}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestMatch(t *testing.T) {
	t.Parallel()
	usual := []string{"GET /", "GET /leads", "GET /leads/{leadId}", "GET /leads/export", "POST /leads/{id}/resync", "ANY /any", "GET /any", "GET /a/{proxy+}", "GET /a/b/{proxy+}", "GET /{first}/{second}/end", "ANY /{all+}"}
	preflights := []string{"GET /leads", "GET /leads/{leadId}", "GET /forms/{key}", "OPTIONS /forms/{key}/leads", "OPTIONS /{path+}"}
	tests := []struct {
		name, method, path, key string
		routes                  []string
		parameters              map[string]string
	}{
		{"the root", "GET", "/", "GET /", usual, nil},
		{"fixed text", "GET", "/leads", "GET /leads", usual, nil},
		{"a parameter", "GET", "/leads/42", "GET /leads/{leadId}", usual, map[string]string{"leadId": "42"}},
		{"fixed text before a parameter", "GET", "/leads/export", "GET /leads/export", usual, nil},
		{"another name for the same place", "POST", "/leads/42/resync", "POST /leads/{id}/resync", usual, map[string]string{"id": "42"}},
		{"a decoded parameter", "GET", "/leads/a%2Fb%20%C3%BC", "GET /leads/{leadId}", usual, map[string]string{"leadId": "a/b ü"}},
		{"a method before ANY", "GET", "/any", "GET /any", usual, nil},
		{"ANY", "DELETE", "/any", "ANY /any", usual, nil},
		{"the rest", "GET", "/a/x/y", "GET /a/{proxy+}", usual, map[string]string{"proxy": "x/y"}},
		{"the most specific rest", "GET", "/a/b/y", "GET /a/b/{proxy+}", usual, map[string]string{"proxy": "y"}},
		{"a whole match before the rest", "GET", "/a/b/end", "GET /{first}/{second}/end", usual, map[string]string{"first": "a", "second": "b"}},
		{"the rest of another method", "PUT", "/leads/42", "ANY /{all+}", usual, map[string]string{"all": "leads/42"}},
		{"a rest with a slash at its end", "GET", "/a/x/", "GET /a/{proxy+}", usual, map[string]string{"proxy": "x/"}},
		{"back from a dead end", "GET", "/leads/export/end", "GET /{first}/{second}/end", usual, map[string]string{"first": "leads", "second": "export"}},
		{"a parameter before the rest of one method", "OPTIONS", "/forms/k/leads", "OPTIONS /forms/{key}/leads", preflights, map[string]string{"key": "k"}},
		{"the rest of one method, of a path that others have", "OPTIONS", "/leads", "OPTIONS /{path+}", preflights, map[string]string{"path": "leads"}},
		{"the rest of one method, of a path with a parameter", "OPTIONS", "/leads/42", "OPTIONS /{path+}", preflights, map[string]string{"path": "leads/42"}},
		{"the rest is of one method alone", "PUT", "/leads", "", preflights, nil},
		{"no such path", "GET", "/nothing", "", []string{"GET /leads"}, nil},
		{"no such method", "PUT", "/leads", "", []string{"GET /leads"}, nil},
		{"a slash too many", "GET", "/leads/", "", []string{"GET /leads", "GET /leads/{id}"}, nil},
		{"two slashes", "GET", "//leads", "", []string{"GET /leads"}, nil},
		{"HEAD is not GET", "HEAD", "/leads", "", []string{"GET /leads"}, nil},
		{"no rest", "GET", "/", "", []string{"ANY /{all+}"}, nil},
		{"the asterisk of OPTIONS", "OPTIONS", "*", "", []string{"ANY /{all+}"}, nil},
		{"the default", "GET", "/nothing", "$default", []string{"GET /leads", "$default"}, nil},
		{"a route before the default", "GET", "/leads", "GET /leads", []string{"GET /leads", "$default"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := mustRouter(t, test.routes...)
			got, ok := r.match(test.method, test.path)
			if !ok {
				if test.key != "" {
					t.Errorf("no route, want %s", test.key)
				}
				return
			}
			if got.target.key() != test.key || !reflect.DeepEqual(got.parameters, test.parameters) {
				t.Errorf("got %s with %v, want %q with %v", got.target.key(), got.parameters, test.key, test.parameters)
			}
		})
	}
}

func TestRoutesThatCannotBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, problem string
		before              []string
	}{
		{"twice", "/leads", "GET /leads is there twice", []string{"GET /leads"}},
		{"twice under another name", "/{b}", "GET /{b} is there twice", []string{"GET /{a}"}},
		{"two defaults", "$default", "$default is there twice", []string{"$default"}},
		{"a rest in the middle", "/{proxy+}/end", "malformed path", nil},
		{"a parameter within text", "/a{b}", "malformed path", nil},
		{"a parameter without a name", "/{}", "malformed path", nil},
		{"a parameter twice", "/{a}/{a}", "malformed path", nil},
		{"an empty part", "/a//b", "malformed path", nil},
		{"no slash", "leads", "does not begin with /", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := mustRouter(t, test.before...)
			err := r.add(&target{Route: Route{Method: "GET", Path: test.path}})
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %v, want …%s", err, test.problem)
			}
		})
	}
}

// FuzzMatch looks for paths that break the search, and for parameters that the
// path does not hold.
func FuzzMatch(f *testing.F) {
	for _, path := range []string{"/", "/a/b", "/a%2Fb/c", "//", "/%", "*", "/a/b/c/"} {
		f.Add("GET", path)
	}
	r := mustRouter(f, "GET /", "GET /a/{x}", "GET /{x}/{y}/c", "ANY /{all+}")
	f.Fuzz(func(t *testing.T, method, path string) {
		found, ok := r.match(method, path)
		if ok && len(found.parameters) != len(found.target.parameters) {
			t.Errorf("%s has parameters %v", found.target.key(), found.parameters)
		}
	})
}
