package contact_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/contact"
	"clientflow/internal/systeme"
)

// TestAnIBSeesItsPartOfAContact has a contact that John and Sarah share, and one
// each. The bytes of an answer hold nothing of the other's.
func TestAnIBSeesItsPartOfAContact(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shared := s.contact(t, "Jane@Acme.test", sarahsPrefix+"demo-request", sarahsPrefix+"converted", "canary",
		johnsPrefix+"engaged", johnsPrefix+"demo-request", "ib-canarycc-demo-request")
	s.contact(t, "his@acme.test", johnsPrefix+"demo-request")
	s.contact(t, "hers@acme.test", sarahsPrefix+"demo-request")
	s.contact(t, "nobodys@acme.test")
	s.contact(t, "canarys@acme.test", "ib-canarycc-demo-request")
	lead := s.capture(t, john, "jane@acme.test")
	hers := s.capture(t, sarah, "jane@acme.test")
	s.capture(t, sarah, "his@acme.test")

	got := s.get(t, john, "")
	want := `{"contacts":[{"email":"his@acme.test","tags":["` + johnsPrefix + `demo-request"],"leadId":null},` +
		`{"email":"jane@acme.test","tags":["` + johnsPrefix + `demo-request","` + johnsPrefix + `engaged"],"leadId":"` + lead + `"}],"nextCursor":null}`
	if got.Status != 200 || got.Body != want {
		t.Errorf("John gets %d %s\nwant %s", got.Status, got.Body, want)
	}
	text := got.Body + fmt.Sprint(got.Headers)
	for _, foreign := range []string{"anary", "Canary", "555", sarahsPrefix, "hers@", "nobodys@", hers, strconv.FormatInt(shared, 10), "registered"} {
		if strings.Contains(text, foreign) {
			t.Errorf("John is shown %q", foreign)
		}
	}
	if got := s.list(t, sarah, "").addresses(); !slices.Equal(got, []string{"hers@acme.test", "jane@acme.test"}) {
		t.Errorf("Sarah gets %q", got)
	}
	if strings.Contains(s.log.String(), "acme.test") {
		t.Errorf("the log holds an address: %s", &s.log)
	}
}

func TestNothingYet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.contact(t, "canary@acme.test", sarahsPrefix+"demo-request", johnsPrefix+"demo-request-2")
	for range 2 {
		if got := s.get(t, john, ""); got.Status != 200 || got.Body != `{"contacts":[],"nextCursor":null}` {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var his []string
	for i := range 230 {
		address := fmt.Sprintf("visitor%03d@acme.test", (i*7)%230)
		s.contact(t, address, johnsPrefix+"demo-request")
		his = append(his, address)
		if i%5 == 0 {
			s.contact(t, fmt.Sprintf("hers%d@acme.test", i), sarahsPrefix+"demo-request")
		}
	}
	slices.Sort(his)
	before := len(s.systeme.Requests())
	var all []string
	var sizes []int
	for cursor := ""; ; {
		page := s.list(t, john, "cursor="+cursor)
		if !slices.IsSorted(page.addresses()) {
			t.Error("a page shows which contact is older")
		}
		all, sizes = append(all, page.addresses()...), append(sizes, len(page.Contacts))
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	slices.Sort(all)
	if !slices.Equal(sizes, []int{100, 100, 30}) || !slices.Equal(all, his) {
		t.Errorf("pages of %v with %d contacts", sizes, len(all))
	}
	s.wantCalls(t, before, "GET /api/tags 200", "GET /api/contacts 200", "GET /api/contacts 200", "GET /api/contacts 200")
}

// TestBadCursors tries what is no cursor of John's. All get one answer, and none gets
// as far as Systeme.io.
func TestBadCursors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 101 {
		s.contact(t, fmt.Sprintf("visitor%d@acme.test", i), johnsPrefix+"demo-request", sarahsPrefix+"demo-request")
	}
	good, hers := *s.list(t, john, "").NextCursor, *s.list(t, sarah, "").NextCursor
	other := newSite(t)
	other.serve(t, contact.Account{URL: s.url, Key: systeme.Fixed("another"), Limiter: s.limiter(fast)})
	if got := other.get(t, john, "cursor="+good); got.Status != 422 {
		t.Errorf("another account's cursor: %d", got.Status)
	}
	before := len(s.systeme.Requests())
	refusal := s.get(t, john, "cursor=x")
	if refusal.Status != 422 || !strings.Contains(refusal.Body, `"errors":[{"field":"cursor","message":"is not a nextCursor of this list"}]`) {
		t.Errorf("%d %s", refusal.Status, refusal.Body)
	}
	for _, bad := range []string{
		hers, good[1:], good[:len(good)-1], good + good, good + "A", good + "%0A", "%0A" + good, good + "=", good + "%20",
		strings.ToUpper(good), strings.Repeat("A", len(good)), "1", "-1", "0", "null", "500000000", "%00", strings.Repeat("A", 10000),
	} {
		if got := s.get(t, john, "cursor="+bad); got.Status != 422 || got.Body != refusal.Body {
			t.Errorf("cursor %.60q: %d %s", bad, got.Status, got.Body)
		}
	}
	for _, query := range []string{"cursor=" + good + "&cursor=" + good, "cursor=%zz"} {
		if got := s.get(t, john, query); got.Status != 422 {
			t.Errorf("?%.60s: %d", query, got.Status)
		}
	}
	s.wantCalls(t, before)
	if got := s.list(t, john, "cursor="+good+"&userId="+sarah); len(got.Contacts) != 1 || got.NextCursor != nil {
		t.Errorf("the good one: %+v", got)
	}
}

// TestTrouble has Systeme.io fail in each way, at the look-up of the tag and at the
// list itself.
func TestTrouble(t *testing.T) {
	t.Parallel()
	const (
		down    = "Systeme.io does not answer at the moment. Please try again in a minute."
		busy    = "Systeme.io is busy at the moment. Please try again in a minute."
		refused = "Systeme.io refuses ClientFlow's key. Please tell your administrator."
	)
	for name, test := range map[string]struct {
		fault  simulator.Fault
		detail string
	}{
		"down":         {simulator.Fault{Status: 502}, down},
		"cut off":      {simulator.Fault{Cut: simulator.CutAfter}, down},
		"rate limited": {simulator.Fault{Status: 429, RetryAfter: 3}, busy},
		"key refused":  {simulator.Fault{Status: 401}, refused},
		"forbidden":    {simulator.Fault{Status: 403}, refused},
		"not taken":    {simulator.Fault{Status: 400}, down},
	} {
		for _, path := range []string{"/api/tags", "/api/contacts"} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				s.contact(t, "jane@acme.test", johnsPrefix+"demo-request")
				fault := test.fault
				fault.Path = path
				if err := s.systeme.SetFaults(fault); err != nil {
					t.Fatal(err)
				}
				got := s.get(t, john, "")
				if got.Status != 503 || !strings.Contains(got.Body, test.detail) || got.Headers["content-type"] != "application/problem+json" {
					t.Errorf("%d %s", got.Status, got.Body)
				}
				if !strings.Contains(s.log.String(), `"outcome":"failed","error":"`) || strings.Contains(got.Body, "systeme:") {
					t.Errorf("answer %s, log %s", got.Body, &s.log)
				}
			})
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewServer(http.NotFoundHandler())
	s.serve(t, contact.Account{URL: server.URL, Key: systeme.Fixed("local"), Limiter: s.limiter(fast)})
	server.Close()
	if got := s.get(t, john, ""); got.Status != 503 || strings.Contains(got.Body, "127.0.0.1") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestWithoutAKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve(t, contact.Account{URL: s.url, Key: systeme.Fixed(""), Limiter: s.limiter(fast)})
	if got := s.get(t, john, ""); got.Status != 503 || !strings.Contains(got.Body, "tell your administrator") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// TestAfterARefusalNobodyCalls keeps away for as long as Systeme.io has asked.
func TestAfterARefusalNobodyCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.systeme.SetFaults(simulator.Fault{Status: 429, RetryAfter: 60, Count: 1}); err != nil {
		t.Fatal(err)
	}
	for _, userID := range []string{john, sarah, john} {
		if got := s.get(t, userID, ""); got.Status != 503 || !strings.Contains(got.Body, "is busy") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
	s.wantCalls(t, 0, "GET /api/tags 429")
	if log := s.log.String(); strings.Count(log, `"RateLimited":1`) != 1 {
		t.Errorf("only the answer is counted, and not who kept away after it: %s", log)
	}
}

// TestThePaceIsKept has a rate at which the second call would come too late to wait
// for: it is refused at once.
func TestThePaceIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.contact(t, "jane@acme.test", johnsPrefix+"demo-request")
	s.serve(t, contact.Account{URL: s.url, Key: systeme.Fixed("local"), Limiter: s.limiter(0.01)})
	before := len(s.systeme.Requests())
	for range 3 {
		if got := s.get(t, john, ""); got.Status != 503 || !strings.Contains(got.Body, "is busy") {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
	s.wantCalls(t, before, "GET /api/tags 200")
}

// TestATagMadeAnew has the tag deleted and made anew: its id is another.
func TestATagMadeAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	jane := s.contact(t, "jane@acme.test", johnsPrefix+"demo-request")
	s.list(t, john, "")
	r := httptest.NewRequest("DELETE", fmt.Sprintf("/api/tags/%d", s.systeme.Tags()[0].ID), nil)
	r.Header.Set("X-API-Key", "local")
	r.Header.Set("User-Agent", "test")
	w := httptest.NewRecorder()
	if s.systeme.Handler().ServeHTTP(w, r); w.Code != 204 {
		t.Fatalf("delete the tag: %d %s", w.Code, w.Body)
	}
	s.systeme.Tag(jane, johnsPrefix+"demo-request")
	s.list(t, john, "") // finds that the id is of no use
	if got := s.list(t, john, "").addresses(); !slices.Equal(got, []string{"jane@acme.test"}) {
		t.Errorf("got %q", got)
	}
}

// TestContactsOfOthersAreDropped has Systeme.io answer with contacts that are not
// John's, as it would if it took no notice of the tag, or if the id had become another
// tag's.
func TestContactsOfOthersAreDropped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.answering(t, func(w http.ResponseWriter, r *http.Request) {
		answer := `{"items":[{"id":7,"name":"` + johnsPrefix + `demo-request"}],"hasMore":false}`
		if r.URL.Path == "/api/contacts" {
			answer = `{"items":[
				{"id":4,"email":"hers@canary.test","tags":[{"id":7,"name":"` + sarahsPrefix + `demo-request"}]},
				{"id":3,"email":"none@canary.test","tags":[]},
				{"id":2,"email":"like@canary.test","tags":[{"id":1,"name":"` + johnsPrefix + `"},{"id":2,"name":"ib-johnjohn"},
					{"id":3,"name":"x` + johnsPrefix + `demo-request"},{"id":4,"name":"` + johnsPrefix + `Canary"},{"id":5,"name":"IB-JOHNJOHN-demo-request"}]},
				{"id":1,"email":"Ünlike@acme.test","tags":[{"id":7,"name":"` + johnsPrefix + `demo-request"},{"id":8,"name":"` + sarahsPrefix + `canary"}]}
			],"hasMore":true}`
		}
		if _, err := io.WriteString(w, answer); err != nil {
			t.Error(err)
		}
	})
	got := s.get(t, john, "")
	const want = `{"contacts":[{"email":"Ünlike@acme.test","tags":["` + johnsPrefix + `demo-request"],"leadId":null}],"nextCursor":"`
	if got.Status != 200 || !strings.HasPrefix(got.Body, want) || strings.Contains(got.Body, "anary") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestWhoIsNotServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const unknown = "2b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	if got := s.get(t, unknown, ""); got.Status != 404 {
		t.Errorf("an IB without a record: %d %s", got.Status, got.Body)
	}
	for name, userID := range map[string]string{"no sub": "", "no UUID": "john"} {
		if got := s.get(t, userID, ""); got.Status != 401 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	s.wantCalls(t, 0)
}

// TestTheTablesFail takes the tables away one by one.
func TestTheTablesFail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.contact(t, "jane@acme.test", johnsPrefix+"demo-request")
	for _, table := range []string{s.aws.LeadsTable, s.aws.UsersTable} {
		if _, err := s.aws.Client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Fatal(err)
		}
		if got := s.get(t, john, ""); got.Status != 500 || strings.Contains(got.Body, table) {
			t.Errorf("without %s: %d %s", table, got.Status, got.Body)
		}
	}
}

func TestNoAddressOfTheAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := contact.New(contact.Account{URL: "systeme.io", Key: systeme.Fixed("local")}, s.users, s.leads); err == nil {
		t.Error("made a directory without an address")
	}
}
