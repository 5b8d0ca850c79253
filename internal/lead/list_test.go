package lead_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"clientflow/internal/lead"
)

// listed is the answer of GET /leads.
type listed struct {
	Leads      []lead.Lead
	NextCursor *string
}

// walk follows a list to its end and returns the sizes of its pages and the
// addresses in it.
func (s *site) walk(tb testing.TB, userID, query string) (sizes []int, addresses []string) {
	tb.Helper()
	cursor := ""
	for {
		page := want[listed](tb, s, 200, userID, "GET /leads", query+"&cursor="+cursor, "")
		sizes = append(sizes, len(page.Leads))
		for _, l := range page.Leads {
			addresses = append(addresses, l.Email)
		}
		if page.NextCursor == nil {
			return sizes, addresses
		}
		cursor = *page.NextCursor
	}
}

// visitors adds n leads, visitor0 the oldest.
func (s *site) visitors(tb testing.TB, userID string, n int) (newestFirst []string) {
	tb.Helper()
	for i := range n {
		address := fmt.Sprintf("visitor%d@acme.com", i)
		s.add(tb, userID, address, fmt.Sprintf("Visitor %d", i))
		newestFirst = append(newestFirst, address)
	}
	slices.Reverse(newestFirst)
	return newestFirst
}

func TestPagesAreExact(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	all := s.visitors(t, john, 30)
	s.visitors(t, sarah, 3)
	for query, want := range map[string][]int{
		"":          {25, 5},
		"limit=100": {30},
		"limit=30":  {30},
		"limit=29":  {29, 1},
		"limit=15":  {15, 15},
		"limit=7":   {7, 7, 7, 7, 2},
		"limit=&q=": {25, 5},
	} {
		sizes, got := s.walk(t, john, query)
		if !slices.Equal(sizes, want) || !slices.Equal(got, all) {
			t.Errorf("%s: pages of %v, leads %v", query, sizes, got)
		}
	}
	if got := s.do(t, "2b1c2d3e-4f50-4162-8374-95a6b7c8d9e0", "GET /leads", "", ""); got.Body != `{"leads":[],"nextCursor":null}` {
		t.Errorf("no leads: %s", got.Body)
	}
}

// TestLeadsOfOneMillisecond pages through leads that the index cannot order.
func TestLeadsOfOneMillisecond(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	still := lead.NewStore(s.table(), func() time.Time { return start })
	leads, err := still.Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, _, err := leads.Capture(t.Context(), lead.Submission{Email: fmt.Sprintf("v%d@acme.com", i), Name: "V"}, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	_, got := s.walk(t, john, "limit=3")
	slices.Sort(got)
	if len(slices.Compact(got)) != 10 {
		t.Errorf("got %v", got)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.visitors(t, john, 12) // the nth was created n+1 seconds past start, less or more
	five := s.add(t, john, "mary-ann.o.neil@globex.example", "Mary-Ann O'Neil")
	jean := s.add(t, john, "jp@acme.com", "Jean Élodie ΣΊΣΥΦΟΣ")
	want[lead.Lead](t, s, 200, john, "PATCH /leads/{leadId} "+five, "", `{"status":"engaged"}`)
	s.add(t, sarah, "sarahs@acme.com", "Visitor of Sarah")

	created := func(id string) string {
		at, err := mustGet(t, s.of(t, john), id).CreatedAt.Time()
		if err != nil {
			t.Fatal(err)
		}
		return at.Format(time.RFC3339Nano)
	}
	tests := []struct {
		query string
		want  int
	}{
		{"status=new", 13}, {"status=engaged", 1}, {"status=churned", 0},
		{"q=visitor", 12}, {"q=VISITOR+1", 3}, {"q=visitor11", 1}, {"q=isitor", 0},
		{"q=ann", 1}, {"q=mary-ann+o%27n", 1}, {"q=neil", 1}, {"q=o.n", 1}, {"q=globex", 1}, {"q=ex", 1}, {"q=lobex", 0},
		{"q=%C3%A9lo", 1}, {"q=%CF%83%CE%AF", 1}, {"q=zz", 0},
		{"q=acme.com", 13}, {"q=jp%40acme.com", 1}, {"q=JP%40Acme.com", 1}, {"q=sarahs%40acme.com", 0},
		{"q=jp%40acme.com&status=engaged", 0}, {"q=jp%40acme.com&status=new", 1},
		{"q=visitor&status=engaged", 0}, {"q=mary&status=engaged", 1},
		{"from=2026-05-04", 14}, {"to=2026-05-04", 14}, {"from=2026-05-05", 0}, {"to=2026-05-03", 0},
		{"from=2026-05-04&to=2026-05-04", 14},
		{"from=" + created(five), 2}, {"to=" + created(five), 12},
		{"from=" + created(five) + "&to=" + created(jean), 1},
		{"from=2026-05-04T05:02:01%2B02:00", 14}, {"to=2026-05-04T05:02:01%2B02:00", 0},
		{"q=jp%40acme.com&from=2026-05-05", 0}, {"q=jp%40acme.com&to=2026-05-04", 1}, {"q=jp%40acme.com&to=2026-05-03", 0},
		{"from=" + strings.Replace(created(jean), "Z", ".0004Z", 1), 0}, {"to=" + strings.Replace(created(jean), "Z", ".0004Z", 1), 14},
		{"status=new&from=" + created(jean), 1},
	}
	for _, tt := range tests {
		for _, limit := range []string{"&limit=2", "&limit=100"} {
			if _, got := s.walk(t, john, tt.query+limit); len(got) != tt.want {
				t.Errorf("%s: %d leads %v, want %d", tt.query+limit, len(got), got, tt.want)
			}
		}
	}
}

func TestFilteredPagesAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	if _, _, err := leads.Capture(t.Context(), lead.Submission{Email: "needle@acme.com", Name: "Needle"}, lead.FromForm); err != nil {
		t.Fatal(err)
	}
	for i := range 1100 {
		if _, _, err := leads.Capture(t.Context(), lead.Submission{Email: fmt.Sprintf("hay%d@acme.com", i), Name: "Hay"}, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	sizes, got := s.walk(t, john, "q=needle&limit=10")
	if !slices.Equal(sizes, []int{0, 0, 1}) || !slices.Equal(got, []string{"needle@acme.com"}) {
		t.Errorf("pages of %v: %v", sizes, got)
	}
	if sizes, _ := s.walk(t, john, "status=churned"); !slices.Equal(sizes, []int{0, 0, 0}) {
		t.Errorf("pages of %v", sizes)
	}
	if sizes, got := s.walk(t, john, "q=hay&limit=100"); len(got) != 1100 || slices.Max(sizes) > 100 {
		t.Errorf("%d leads in pages of %v", len(got), sizes)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	all := s.visitors(t, john, 2)
	cursor := *want[listed](t, s, 200, john, "GET /leads", "limit=1", "").NextCursor
	tests := map[string]string{
		"limit=0": "limit", "limit=101": "limit", "limit=x": "limit", "limit=-1": "limit", "limit=1&limit=2": "limit", "limit=1e1": "limit",
		"status=fresh": "status", "status=New": "status", "status=new&status=engaged": "status",
		"from=yesterday": "from", "from=2026-02-30": "from", "to=2026-05-04T00:00:00": "to", "to=9999-12-31": "to", "from=0000-01-01T00:00:00%2B01:00": "from",
		"from=2026-05-04T00:00:00+02:00": "from", "from=2026-05-05&to=2026-05-04": "to",
		"from=2026-05-04T00:00:00Z&to=2026-05-04T00:00:00Z": "to",
		"q=a%00b": "q", "q=" + strings.Repeat("x", 255): "q", "q=%ff": "q",
		"cursor=x": "cursor", "cursor=" + cursor + "=": "cursor", "cursor=" + cursor[:len(cursor)-1]: "cursor",
		"cursor=%0A" + cursor: "cursor", "cursor=" + cursor + "&from=2026-05-05": "cursor", "cursor=" + cursor + "&to=2026-05-03": "cursor",
		"cursor=" + base64.RawURLEncoding.EncodeToString([]byte(`{"userId":"x"}`)):        "cursor",
		"cursor=" + base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("x", 50))): "cursor",
		"limit=0&status=x&from=x&to=x&cursor=x&q=%00":                                     "cursor from limit q status to",
		"%zz=1": "query",
	}
	for query, fields := range tests {
		got := want[refusal](t, s, 422, john, "GET /leads", query, "")
		if names := strings.Join(got.fields(), " "); names != fields {
			t.Errorf("%s: named %s, want %s", query, names, fields)
		}
	}
	if page := want[listed](t, s, 200, john, "GET /leads", "limit=1&cursor="+cursor+"&from=2026-05-04&to=2026-05-04", ""); len(page.Leads) != 1 || page.Leads[0].Email != all[1] {
		t.Errorf("a cursor within the bounds: %+v", page)
	}
}

// TestAForeignCursorIsAPlaceInOnesOwnList hands each IB the other's cursor.
func TestAForeignCursorIsAPlaceInOnesOwnList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var johns []string
	for i := range 3 {
		johns = append([]string{fmt.Sprintf("john%d@acme.com", i)}, johns...)
		s.add(t, john, johns[0], "John's")
		s.add(t, sarah, fmt.Sprintf("sarah%d@acme.com", i), "Sarah's")
	}
	cursor := *want[listed](t, s, 200, sarah, "GET /leads", "limit=1", "").NextCursor
	page := want[listed](t, s, 200, john, "GET /leads", "cursor="+cursor, "")
	var got []string
	for _, l := range page.Leads {
		got = append(got, l.Email)
	}
	if !slices.Equal(got, johns) { // all of John's are older than Sarah's newest
		t.Errorf("got %v, want %v", got, johns)
	}
	if decoded, err := base64.RawURLEncoding.DecodeString(cursor); err != nil || strings.Contains(string(decoded), sarah) {
		t.Errorf("the cursor names a tenant: %q, %v", decoded, err)
	}
}

func FuzzQuery(f *testing.F) {
	s := newSite(f)
	s.visitors(f, john, 3)
	s.add(f, sarah, "canary@acme.com", "canary")
	cursor := *want[listed](f, s, 200, john, "GET /leads", "limit=1", "").NextCursor
	f.Add("limit=1&cursor=" + cursor)
	f.Add("status=new&q=vis&from=2026-05-04&to=2026-05-05T00:00:00Z")
	f.Add("cursor=" + url.QueryEscape("\x00"))
	f.Fuzz(func(t *testing.T, query string) {
		got := s.do(t, john, "GET /leads", query, "")
		if got.Status != 200 && got.Status != 422 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if strings.Contains(got.Body, "canary@acme.com") {
			t.Errorf("another IB's lead: %s", got.Body)
		}
	})
}
