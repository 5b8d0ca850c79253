package systeme

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// caller calls a simulator without a network between.
type caller struct {
	*Simulator
	t *testing.T
}

func newCaller(t *testing.T, options Options) caller {
	t.Helper()
	s := New(options)
	t.Cleanup(s.Close)
	return caller{s, t}
}

// reply is an answer with its body decoded.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

// call makes a request with the right key and content type; change may spoil it.
func (c caller) call(method, target, body string, change ...func(*http.Request)) reply {
	c.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("X-API-Key", "local")
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	for _, change := range change {
		change(r)
	}
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	got := reply{status: w.Code, header: w.Header(), raw: w.Body.String()}
	if strings.HasPrefix(got.raw, "{") {
		if err := json.Unmarshal(w.Body.Bytes(), &got.body); err != nil {
			c.t.Fatalf("%s %s answered %q: %v", method, target, got.raw, err)
		}
	}
	return got
}

// must makes a request that has to be answered with the status.
func (c caller) must(status int, method, target, body string) reply {
	c.t.Helper()
	got := c.call(method, target, body)
	if got.status != status {
		c.t.Fatalf("%s %s answered %d, want %d: %s", method, target, got.status, status, got.raw)
	}
	return got
}

// id is the id of what was created.
func (r reply) id() int64 {
	id, _ := r.body["id"].(float64)
	return int64(id)
}

// violations are the reasons of a 422, as "path: message".
func (r reply) violations() []string {
	list, _ := r.body["violations"].([]any)
	var lines []string
	for _, item := range list {
		v := item.(map[string]any)
		lines = append(lines, fmt.Sprintf("%v: %v", v["propertyPath"], v["message"]))
	}
	return lines
}

// newContact creates a contact and returns its id.
func (c caller) newContact(email string) int64 {
	c.t.Helper()
	return c.must(http.StatusCreated, "POST", "/api/contacts", `{"email":"`+email+`"}`).id()
}

// newTag creates a tag and returns its id.
func (c caller) newTag(name string) int64 {
	c.t.Helper()
	return c.must(http.StatusCreated, "POST", "/api/tags", `{"name":"`+name+`"}`).id()
}

// assign gives the contact the tag over the API.
func (c caller) assign(contactID, tagID int64) {
	c.t.Helper()
	c.must(http.StatusNoContent, "POST", fmt.Sprintf("/api/contacts/%d/tags", contactID),
		fmt.Sprintf(`{"tagId":%d}`, tagID))
}

// tagNames are the names of the contact's tags, in the order they were added.
func (c caller) tagNames(email string) []string {
	c.t.Helper()
	contact, found := c.Contact(email)
	if !found {
		c.t.Fatalf("no contact %s", email)
	}
	var names []string
	for _, tag := range contact.Tags {
		names = append(names, tag.Name)
	}
	return names
}

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{Key: "secret"})
	for _, test := range []struct {
		name, key, agent string
		status           int
		body, challenge  string
	}{
		{"right key", "secret", "test", 200, "", ""},
		{"no key", "", "test", 401, `{"detail":"Full authentication is required to access this resource."}`, ""},
		{"wrong key", "local", "test", 401, `{"detail":"Invalid API Key."}`, "API Key"},
		{"no user agent", "secret", "", 403, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := c.call("GET", "/api/tags", "", func(r *http.Request) {
				r.Header.Set("X-API-Key", test.key)
				r.Header.Set("User-Agent", test.agent)
			})
			if got.status != test.status || got.header.Get("WWW-Authenticate") != test.challenge {
				t.Errorf("answered %d with challenge %q", got.status, got.header.Get("WWW-Authenticate"))
			}
			if test.body != "" && strings.TrimSpace(got.raw) != test.body {
				t.Errorf("body %s, want %s", got.raw, test.body)
			}
			if test.status == 401 && got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
			}
		})
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	id := c.newContact("jane@acme.test")
	for _, test := range []struct {
		name, method, path, contentType, body string
		status                                int
	}{
		{"PATCH without merge-patch", "PATCH", fmt.Sprintf("/api/contacts/%d", id), "application/json", `{}`, 415},
		{"POST with merge-patch", "POST", "/api/contacts", "application/merge-patch+json", `{}`, 415},
		{"POST without a type", "POST", "/api/tags", "", `{}`, 415},
		{"type with a charset", "POST", "/api/tags", "application/json; charset=utf-8", `{"name":"a"}`, 201},
		{"no JSON", "POST", "/api/contacts", "application/json", `{`, 400},
		{"email of the wrong type", "POST", "/api/contacts", "application/json", `{"email":7}`, 400},
		{"value of the wrong type", "POST", "/api/contacts", "application/json",
			`{"email":"a@b.test","fields":[{"slug":"city","value":7}]}`, 400},
		{"unknown path", "GET", "/api/nothing", "", "", 404},
		{"path outside the API", "GET", "/", "", "", 404},
		{"method that the path lacks", "PUT", "/api/contacts", "application/json", `{}`, 405},
		{"id that is no number", "GET", "/api/contacts/abc", "", "", 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := c.call(test.method, test.path, test.body, func(r *http.Request) {
				r.Header.Set("Content-Type", test.contentType)
			})
			if got.status != test.status {
				t.Errorf("answered %d, want %d: %s", got.status, test.status, got.raw)
			}
			if test.status >= 400 && (got.body["title"] != "An error occurred" || got.body["detail"] == "") {
				t.Errorf("body %s is no problem", got.raw)
			}
		})
	}
}

func TestRacesHaveOneWinner(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	for path, body := range map[string]string{
		"/api/contacts": `{"email":"jane@acme.test"}`,
		"/api/tags":     `{"name":"vip"}`,
	} {
		var created atomic.Int32
		var racers sync.WaitGroup
		for range 50 {
			racers.Go(func() {
				if got := c.call("POST", path, body); got.status == http.StatusCreated {
					created.Add(1)
				} else if got.status != http.StatusUnprocessableEntity {
					t.Errorf("%s answered %d", path, got.status)
				}
			})
		}
		racers.Wait()
		if created.Load() != 1 {
			t.Errorf("%s: %d winners", path, created.Load())
		}
	}
}
