package e2e_test

import (
	"fmt"
	"sync"
	"testing"
)

// TestEnvironmentsKeepNothingOfATenant has the environments of every function that
// serves IBs answer three of them in turn, one request at a time, where one
// environment serves all, and then eight at a time.
func TestEnvironmentsKeepNothingOfATenant(t *testing.T) {
	t.Parallel()
	const rounds = 10
	s := mustSite(t)
	all := []*tenancy{s.mustTenancy(t, "john"), s.mustTenancy(t, "sarah"), s.mustTenancy(t, "mike")}
	var asked []question
	for _, x := range all {
		for _, path := range []string{"/me", "/stats", "/leads", "/leads/" + x.leads[0].LeadID, "/contacts"} {
			q := question{x, path, x.get(t, path).want(t, 200).body}
			x.holdsNoOther(t, all, q.want)
			asked = append(asked, q)
		}
	}
	for _, atOnce := range []int{1, 8} {
		queue := make(chan question)
		var workers sync.WaitGroup
		for range atOnce {
			workers.Go(func() {
				for q := range queue {
					if err := q.ask(); err != nil {
						t.Errorf("%d at once: %v", atOnce, err)
					}
				}
			})
		}
		for round := range rounds {
			for i := range asked { // neighbours are of different tenants, and of different functions
				queue <- asked[(i*7+round)%len(asked)]
			}
		}
		close(queue)
		workers.Wait()
	}
}

// question is a request of an IB's, and what it is answered as long as nothing of
// that IB changes.
type question struct {
	by         *tenancy
	path, want string
}

func (q question) ask() error {
	got, err := try("GET", q.by.site.api+q.path, "", "Authorization", "Bearer "+q.by.token)
	if err != nil {
		return err
	}
	if got.status != 200 || got.body != q.want {
		return fmt.Errorf("GET %s of %s: %d %s\nwant %s", q.path, q.by.canary, got.status, got.body, q.want)
	}
	return nil
}
