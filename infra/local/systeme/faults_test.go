package systeme

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaultsInPlaceOfTheWork(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{RateLimit: 1_000_000})
	set := func(plan ...Fault) {
		t.Helper()
		if err := c.SetFaults(plan...); err != nil {
			t.Fatal(err)
		}
	}
	statuses := func(calls int, method, path string) (list []int) {
		for range calls {
			list = append(list, c.call(method, path, `{"name":"x"}`).status)
		}
		return list
	}
	for _, test := range []struct {
		name  string
		fault Fault
		want  []int
	}{
		{"the next two", Fault{Count: 2, Status: 503}, []int{503, 503, 200, 200}},
		{"one after two", Fault{Skip: 2, Count: 1, Status: 500}, []int{200, 200, 500, 200}},
		{"all", Fault{Status: 502}, []int{502, 502, 502, 502}},
		{"another method", Fault{Method: "POST", Status: 500}, []int{200, 200, 200, 200}},
		{"another path", Fault{Path: "/api/contacts", Status: 500}, []int{200, 200, 200, 200}},
		{"the path by pattern", Fault{Path: "/api/*", Status: 500}, []int{500, 500, 500, 500}},
		{"a pattern with a part more", Fault{Path: "/api/*/tags", Status: 500}, []int{200, 200, 200, 200}},
	} {
		set(test.fault)
		if got := statuses(4, "GET", "/api/tags"); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: answered %v, want %v", test.name, got, test.want)
		}
	}

	set(Fault{Count: 1, Status: 429, RetryAfter: 7})
	if got := c.call("POST", "/api/tags", `{"name":"x"}`); got.status != 429 || got.header.Get("Retry-After") != "7" {
		t.Errorf("answered %d with Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	if len(c.Tags()) != 0 {
		t.Error("the work was done all the same")
	}

	set(Fault{Share: 0.3, Status: 500})
	failed := 0
	for _, status := range statuses(1000, "GET", "/api/tags") {
		if status == 500 {
			failed++
		}
	}
	if failed < 250 || failed > 350 {
		t.Errorf("%d of 1000 failed, want about 300", failed)
	}

	set(Fault{Method: "POST", Status: 500}, Fault{Method: "GET", Status: 502})
	if got := statuses(1, "GET", "/api/tags"); got[0] != 502 {
		t.Errorf("the second fault did not fire: %v", got)
	}
	set()
	if got := statuses(1, "GET", "/api/tags"); got[0] != 200 {
		t.Errorf("faults outlived their end: %v", got)
	}
}

func TestFaultsThatCannotBe(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	for name, fault := range map[string]Fault{
		"status":      {Status: 200},
		"cut":         {Cut: "during"},
		"share":       {Share: 1.5},
		"skip":        {Skip: -1},
		"retry after": {RetryAfter: -1},
		"path":        {Path: "["},
	} {
		if err := c.SetFaults(Fault{}, fault); err == nil || !strings.HasPrefix(err.Error(), "fault 1: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestCutConnections(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	for _, test := range []struct {
		cut  Cut
		tags int
	}{{CutBefore, 0}, {CutAfter, 1}} {
		if err := c.SetFaults(Fault{Count: 1, Cut: test.cut}); err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest("POST", server.URL+"/api/tags", strings.NewReader(`{"name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"X-Api-Key": {"local"}, "Content-Type": {"application/json"}}
		if response, err := server.Client().Do(r); err == nil {
			response.Body.Close()
			t.Errorf("cut %s: answered %d", test.cut, response.StatusCode)
		}
		if got := len(c.Tags()); got != test.tags {
			t.Errorf("cut %s: %d tags, want %d", test.cut, got, test.tags)
		}
		all := c.Requests()
		if last := all[len(all)-1]; last.Cut != test.cut || last.Status != 0 {
			t.Errorf("logged %+v", last)
		}
	}
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		c := caller{s, t}
		if err := s.SetFaults(Fault{Delay: 5 * time.Second}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		c.must(201, "POST", "/api/tags", `{"name":"x"}`)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %s", took)
		}

		c.call("POST", "/api/tags", `{"name":"y"}`, func(r *http.Request) {
			gone, giveUp := context.WithCancel(r.Context())
			giveUp()
			*r = *r.WithContext(gone)
		})
		if len(s.Tags()) != 2 {
			t.Error("the work was not done for a caller who gave up")
		}

		start = time.Now()
		time.AfterFunc(time.Second, s.Close)
		c.must(200, "GET", "/api/tags", "")
		if took := time.Since(start); took != time.Second {
			t.Errorf("the end of the simulator was waited for %s", took)
		}
	})
}

func TestLocalRoutes(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	noKey := func(r *http.Request) { r.Header = http.Header{} }
	faults := func(body string) reply { return c.call("POST", "/_local/faults", body, noKey) }

	if got := faults(`{"faults":[{"method":"GET","path":"/api/tags","count":1,"status":503,"delay":"1ms","retryAfter":3}]}`); got.status != 204 {
		t.Fatalf("answered %d: %s", got.status, got.raw)
	}
	if got := c.call("GET", "/api/tags?query=x", ""); got.status != 503 || got.header.Get("Retry-After") != "3" {
		t.Errorf("answered %d", got.status)
	}
	for _, body := range []string{``, `{"fault":[]}`, `{"faults":[{"stauts":500}]}`, `{"faults":[{"delay":"long"}]}`, `{"faults":[{"status":200}]}`} {
		if got := faults(body); got.status != 400 || got.body["detail"] == "" {
			t.Errorf("%s: answered %d %s", body, got.status, got.raw)
		}
	}
	c.must(201, "POST", "/api/webhooks", newHook)
	if got := faults(`{"disableWebhooks":true}`); got.status != 204 || c.Webhooks()[0].Subscriptions[0].DisabledAt == nil {
		t.Errorf("answered %d, webhook %+v", got.status, c.Webhooks()[0])
	}

	var requests []Request
	got := c.call("GET", "/_local/requests", "", noKey)
	if err := json.Unmarshal([]byte(got.raw), &requests); err != nil || len(requests) != 2 {
		t.Fatalf("requests %s (%v)", got.raw, err)
	}
	if r := requests[0]; r.Number != 1 || r.Method != "GET" || r.Path != "/api/tags" || r.Query != "query=x" || r.Status != 503 {
		t.Errorf("request %+v", r)
	}
	if got := c.call("GET", "/_local/mails", "", noKey); strings.TrimSpace(got.raw) != "[]" {
		t.Errorf("mails %s", got.raw)
	}
	if got := c.call("GET", "/_local/contacts", "", noKey); got.status != 404 {
		t.Errorf("an unknown route answered %d", got.status)
	}
}
