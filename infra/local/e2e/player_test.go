package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// player is an IB with what it must read: the leads of this game by their address,
// and the stats from before it.
type player struct {
	*ib
	leads  map[string]*lead
	before stats
}

// await asks until check is content.
func await(t *rapid.T, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// ask sends a request with the IB's token.
func (p *player) ask(t *rapid.T, method, path string, document object) answer {
	t.Helper()
	body := ""
	if document != nil {
		encoded, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		body = string(encoded)
	}
	got, err := try(method, p.site.api+path, body, "Content-Type", "application/json", "Authorization", "Bearer "+p.token)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (p *player) do(t *rapid.T, method, path string, document object, status int) {
	t.Helper()
	if got := p.ask(t, method, path, document); got.status != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, got.status, status, got.body)
	}
}

func (p *player) read(t *rapid.T, path string, into any) {
	t.Helper()
	got := p.ask(t, "GET", path, nil)
	if got.status != 200 {
		t.Fatalf("GET %s: %d %s", path, got.status, got.body)
	}
	if err := json.Unmarshal([]byte(got.body), into); err != nil {
		t.Fatal(err)
	}
}

// list returns all leads of a list, page by page.
func (p *player) list(t *rapid.T, query string) []lead {
	t.Helper()
	var all []lead
	for cursor := ""; ; {
		var page struct {
			Leads      []lead
			NextCursor *string
		}
		p.read(t, "/leads?"+query+cursor, &page)
		all = append(all, page.Leads...)
		if page.NextCursor == nil {
			return all
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

// want compares leads that were read with those of the model, in any order.
func (p *player) want(t *rapid.T, got []lead, want []*lead) {
	t.Helper()
	if a, b := texts(got), texts(values(want)); !slices.Equal(a, b) {
		t.Fatalf("%s reads\n%s\nwant\n%s", p.prefix, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// eventually reads a list until it has the model's leads that are wanted: an index
// may lag behind.
func (p *player) eventually(t *rapid.T, query string, wanted func(*lead) bool) {
	t.Helper()
	var want []*lead
	for _, l := range p.leads {
		if wanted(l) {
			want = append(want, l)
		}
	}
	await(t, func() error {
		got := p.list(t, query)
		if !slices.IsSortedFunc(got, func(a, b lead) int { return strings.Compare(b.CreatedAt, a.CreatedAt) }) {
			t.Fatalf("the newest are not the first: %+v", got)
		}
		if a, b := texts(got), texts(values(want)); !slices.Equal(a, b) {
			return fmt.Errorf("%s reads of %s\n%s\nwant\n%s", p.prefix, query, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
		return nil
	})
}

// wantAll compares everything that the IB can read with the model.
func (p *player) wantAll(t *rapid.T, began time.Time) {
	t.Helper()
	p.eventually(t, "from="+(&game{began: began}).from(), func(*lead) bool { return true })
	for _, l := range p.leads {
		var found lead
		p.read(t, "/leads/"+l.LeadID, &found)
		p.want(t, []lead{found}, []*lead{l})
	}
	want := p.before.with(p.leads)
	await(t, func() error {
		var got stats
		if p.read(t, "/stats", &got); got.counters() != want {
			return fmt.Errorf("stats of %s are %s, want %s", p.prefix, got.counters(), want)
		}
		return nil
	})
}

// with returns the counters after these leads have come.
func (s stats) with(leads map[string]*lead) string {
	after := s
	after.ByStatus, after.ByType = maps.Clone(s.ByStatus), maps.Clone(s.ByType)
	for _, l := range leads {
		after.TotalLeads++
		after.ByStatus[l.Status]++
		if l.IBType != "" {
			after.ByType[l.IBType]++
		}
		if l.Status == "converted" {
			after.Converted++
		}
	}
	return after.counters()
}

func (s stats) counters() string { return fmt.Sprint(s.TotalLeads, s.Converted, s.ByStatus, s.ByType) }

// texts are what a model knows of leads, in order. What the sync adds is not in it.
func texts(leads []lead) []string {
	var all []string
	for _, l := range leads {
		all = append(all, fmt.Sprint(l.LeadID, l.Email, l.Name, l.IBType, l.Status, l.Source, l.Submissions, l.Notes))
	}
	slices.Sort(all)
	return all
}

func values(leads []*lead) []lead {
	var all []lead
	for _, l := range leads {
		all = append(all, *l)
	}
	return all
}
