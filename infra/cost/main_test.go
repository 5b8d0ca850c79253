package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestABillIsTheSumOfItsParts(t *testing.T) {
	t.Parallel()
	b := bill{"Two things", []part{{"apples", 3, 0.5, true}, {"pears", 200, 0.0025, false}}}
	var out strings.Builder
	if err := b.print(&out); err != nil {
		t.Fatal(err)
	}
	if b.total() != 2 {
		t.Errorf("in all %v", b.total())
	}
	for _, want := range []string{
		"Two things\n", "    1.50         3.00 apples, counted\n", "    0.50          200 pears, assumed\n", "    2.00 in all\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the bill lacks %q:\n%s", want, &out)
		}
	}
}

// What one lead and one look consume is known from how the product works; the command
// must have counted that.
func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	m, err := measure(t.Context(), size{leads: 20, views: 5})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, least, most float64 }{
		// The lead and its index, once each for capture, sync and at least one status; the
		// trail, the counters.
		"units written for a lead": {m.lead.writes, 8, 40},
		"captures":                 {m.lead.events["capture-lead"], 1, 1},
		"syncs":                    {m.lead.events["sync-tags"], 1, 1.2},
		// The tags of the workflows come back as events, beside each of ours.
		"webhooks":         {m.lead.events["systeme-webhook"], 2, 6},
		"calls":            {m.lead.calls, 3, 3.5}, // one and two tags, a third for some
		"looks":            {m.view.events["leads"] + m.view.events["dashboard"], 3, 3},
		"units for a look": {m.view.reads, 2, 20},
		"nothing written":  {m.view.writes, 0, 0},
	} {
		if tt.got < tt.least || tt.got > tt.most {
			t.Errorf("%s: %v, want %v to %v", name, tt.got, tt.least, tt.most)
		}
	}
	for _, b := range bills(m) {
		for _, p := range b.parts {
			if !(p.amount > 0) || math.IsInf(p.amount, 0) {
				t.Errorf("%s: %s", b.title, fmt.Sprint(p))
			}
		}
	}
}
