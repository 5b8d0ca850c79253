package systeme

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// ids are the ids of a list's items.
func (r reply) ids(t *testing.T) (ids []int64, more bool) {
	t.Helper()
	var list collection[struct {
		ID int64 `json:"id"`
	}]
	if err := json.Unmarshal([]byte(r.raw), &list); err != nil || list.Items == nil {
		t.Fatalf("no list: %s (%v)", r.raw, err)
	}
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	return ids, list.HasMore
}

func TestListContactsPages(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	var all []int64
	for i := range 25 {
		all = append(all, c.newContact(fmt.Sprintf("lead%d@acme.test", i)))
	}
	for _, order := range []string{"", "desc", "asc"} {
		t.Run("order "+order, func(t *testing.T) {
			want := slices.Clone(all)
			if order != "asc" {
				slices.Reverse(want)
			}
			var got []int64
			for after, more := int64(0), true; more; {
				var page []int64
				page, more = c.must(200, "GET",
					fmt.Sprintf("/api/contacts?limit=10&order=%s&startingAfter=%d", order, after), "").ids(t)
				got = append(got, page...)
				after = page[len(page)-1]
			}
			if !slices.Equal(got, want) {
				t.Errorf("listed %v, want %v", got, want)
			}
		})
	}
	if page, more := c.must(200, "GET", "/api/contacts?limit=25", "").ids(t); len(page) != 25 || more {
		t.Errorf("a page that holds all has %d items, more %v", len(page), more)
	}
	if page, more := c.must(200, "GET", "/api/contacts", "").ids(t); len(page) != 10 || !more {
		t.Errorf("a page without a limit has %d items, more %v", len(page), more)
	}
}

func TestListContactsFilters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		c := caller{s, t}
		first := c.newContact("Jane@acme.test")
		between := time.Now().UTC().Add(30 * time.Minute).Format(time.RFC3339)
		time.Sleep(time.Hour)
		second, third := c.newContact("joe@acme.test"), c.newContact("jim@acme.test")
		vip, hot := c.newTag("vip"), c.newTag("hot")
		c.assign(first, vip)
		c.assign(second, vip)
		c.assign(second, hot)
		s.SetState(third, State{Unsubscribed: true, Bounced: true, NeedsConfirmation: true})

		for query, want := range map[string][]int64{
			"email=jane@ACME.test":                         {first},
			"email=jan@acme.test":                          nil,
			fmt.Sprintf("tags=%d", vip):                    {second, first},
			fmt.Sprintf("tags=%d,%d", vip, hot):            {second},
			"tags=1":                                       nil,
			"bounced=true":                                 {third},
			"bounced=false":                                {second, first},
			"unsubscribed=true":                            {third},
			"needsConfirmation=true":                       {third},
			"registeredBefore=" + between:                  {first},
			"registeredAfter=" + between + "&order=asc":    {second, third},
			fmt.Sprintf("unsubscribed=false&tags=%d", hot): {second},
			"email=&tags=&bounced=&limit=&order=":          {third, second, first},
			"email=" + url.QueryEscape("joe@acme.test") + fmt.Sprintf("&tags=%d", vip): {second},
		} {
			if got, _ := c.must(200, "GET", "/api/contacts?"+query, "").ids(t); !slices.Equal(got, want) {
				t.Errorf("%s listed %v, want %v", query, got, want)
			}
		}
	})
}

func TestListContactsRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	for query, want := range map[string]string{
		"limit=9":              "pagination.limit: Wrong value of pagination limit parameter",
		"limit=101":            "pagination.limit: Wrong value of pagination limit parameter",
		"limit=x":              "pagination.limit: Wrong value of pagination limit parameter",
		"startingAfter=x":      "pagination.startingAfter: Wrong value of pagination startingAfter parameter",
		"order=up":             "pagination.order: Wrong value of pagination order parameter",
		"email=jane":           "email: This value is not valid.",
		"tags=vip":             "tags: This value is not valid.",
		"bounced=maybe":        "bounced: This value is not valid.",
		"registeredAfter=2026": "registeredAfter: This value is not valid.",
	} {
		got := c.must(422, "GET", "/api/contacts?"+query, "")
		if !slices.Equal(got.violations(), []string{want}) {
			t.Errorf("%s: violations %q, want %q", query, got.violations(), want)
		}
	}
}
