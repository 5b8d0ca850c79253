package tally_test

import (
	"errors"
	"testing"

	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestLeads(t *testing.T) {
	t.Parallel()
	counters, _ := newCounters(t)
	owner := mustTenant(t, john)
	want := func(what string, leads int) {
		t.Helper()
		if got, err := counters.Leads(t.Context(), owner); err != nil || got != leads {
			t.Errorf("%s: %d, %v, want %d", what, got, err, leads)
		}
	}
	want("before the first", 0)
	a, b := fresh("cfd"), fresh("")
	changes := []tally.Change{
		{Sequence: at(1), After: a}, {Sequence: at(2), After: b}, {Sequence: at(3), Before: b, After: with(b, "converted")},
	}
	if err := counters.Count(t.Context(), owner, changes); err != nil {
		t.Fatal(err)
	}
	want("one of each status", 2)
	if err := counters.Count(t.Context(), owner, []tally.Change{{Sequence: at(4), Before: a}}); err != nil {
		t.Fatal(err)
	}
	want("after an erasure", 1)
	if got, err := counters.Leads(t.Context(), mustTenant(t, "1"+john[1:])); err != nil || got != 0 {
		t.Errorf("another tenant's: %d, %v", got, err)
	}
}

func TestLeadsOfNobodyOrOfATableThatIsDown(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	if _, err := counters.Leads(t.Context(), tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("nobody's: %v", err)
	}
	missing := tally.New(tenantdb.Owned(aws.Client, "no-such-table", "sk"))
	if _, err := missing.Leads(t.Context(), mustTenant(t, john)); err == nil {
		t.Error("a table that is not there answers")
	}
}
