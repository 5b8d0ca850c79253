package tally_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
)

// recorded is a record of the stream, with the tenant whose lead it tells of.
type recorded struct {
	owner  int
	change tally.Change
}

// history draws what happens to some tenants' leads, in the order of the stream,
// and returns it with the counters that it must lead to.
func history(t *rapid.T, tenants int) (stream []recorded, want [][]string) {
	leads := make([][]*tally.Lead, tenants)
	for n := range rapid.IntRange(0, 40).Draw(t, "records") {
		owner := rapid.IntRange(0, tenants-1).Draw(t, "owner")
		own := leads[owner]
		var before, after *tally.Lead
		which := rapid.IntRange(0, len(own)).Draw(t, "lead")
		if which == len(own) {
			own = append(own, nil)
		} else {
			before = own[which]
		}
		switch action := rapid.SampledFrom([]string{"change", "remove", "touch"}).Draw(t, "action"); {
		case before == nil:
			after = &tally.Lead{
				Status: "new", Type: rapid.SampledFrom([]string{"", "cfd", "forex-ib"}).Draw(t, "type"),
				CreatedAt: morning.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes")) * time.Minute),
			}
		case action == "change":
			after = with(before, rapid.SampledFrom([]string{"new", "engaged", "converted"}).Draw(t, "status"))
		case action == "touch":
			after = before
		}
		own[which], leads[owner] = after, own
		stream = append(stream, recorded{owner, tally.Change{Sequence: at(n + 1), Before: before, After: after}})
	}
	for _, own := range leads {
		want = append(want, model(own))
	}
	return stream, want
}

// model counts leads one by one.
func model(leads []*tally.Lead) []string {
	sums := map[string]int{}
	for _, l := range leads {
		if l != nil {
			sums[l.Status]++
			sums[l.CreatedAt.Truncate(15*time.Minute).Format("2006-01-02 15:04")]++
			if l.Type != "" {
				sums["type "+l.Type]++
			}
		}
	}
	return texts(sums)
}

// TestCountersAreExact hands out a stream in batches that begin again, overlap
// and are split, tenants in any order, and compares the counters with the leads.
func TestCountersAreExact(t *testing.T) {
	t.Parallel()
	const tenants = 3
	counters, _ := newCounters(t)
	rapid.Check(t, func(t *rapid.T) {
		owners := make([]tenant.ID, tenants)
		for i := range owners {
			id, err := tenant.Stored(fmt.Sprintf("%08x-0000-4000-8000-%012x", rand.Uint32(), i)) // its own in each run
			if err != nil {
				t.Fatal(err)
			}
			owners[i] = id
		}
		stream, want := history(t, tenants)
		for done := 0; done < len(stream); {
			from := rapid.IntRange(0, done).Draw(t, "from")
			to := rapid.IntRange(done+1, len(stream)).Draw(t, "to")
			deliver(t, counters, owners, stream[from:to])
			// A batch that failed half-way is done only in part.
			done = rapid.IntRange(done, to).Draw(t, "done")
		}
		deliver(t, counters, owners, stream)
		for i, owner := range owners {
			if got := counted(t, counters, owner); !slices.Equal(got, want[i]) {
				t.Fatalf("tenant %d: %v, want %v", i, got, want[i])
			}
		}
	})
}

// deliver counts a batch, the tenants in any order.
func deliver(t *rapid.T, counters tally.Counters, owners []tenant.ID, batch []recorded) {
	for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "order") {
		var own []tally.Change
		for _, r := range batch {
			if r.owner == i {
				own = append(own, r.change)
			}
		}
		mustCount(t, counters, owners[i], own...)
	}
}
