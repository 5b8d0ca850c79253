package e2e_test

import (
	"bytes"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

// mustExclusiveSite starts a site of its own where an address belongs to one IB. No
// function may be refused anything there.
func mustExclusiveSite(t *testing.T) site {
	t.Helper()
	asked := decisions{seen: map[iam.Decision]bool{}}
	own, err := stack.Start(t.Context(), stack.Options{
		Built: true, Parameters: map[string]string{"LeadOwnership": "exclusive"},
		Decisions: asked.record, Systeme: systeme.Options{WorkflowsOff: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
		asked.mu.Lock()
		defer asked.mu.Unlock()
		for decision := range asked.seen {
			if !decision.Allowed {
				t.Errorf("%s lacks %s on %s", decision.Principal, decision.Action, decision.Resource)
			}
		}
	})
	return site{own.API, own.AWS, own.Systeme}
}

func TestAnAddressBelongsToOneIB(t *testing.T) {
	t.Parallel()
	s := mustExclusiveSite(t)
	john, sarah := s.mustSignUp(t, "John"), s.mustSignUp(t, "Sarah")
	visitor := newAddress("visitor")
	document := object{"email": visitor, "name": "Jane Canary"}

	var made struct{ LeadID string }
	john.send(t, "POST", "/leads", document).want(t, 201).decode(t, &made)
	john.send(t, "POST", "/leads", document).want(t, 200)
	refused := sarah.send(t, "POST", "/leads", document).want(t, 409)
	var problem struct{ Detail string }
	refused.decode(t, &problem)
	if problem.Detail != "This lead is already registered with another IB" || bytes.Contains([]byte(refused.body), []byte(john.userID)) {
		t.Errorf("refused with %s", refused.body)
	}

	// A stranger is answered the same for an address that is free, taken, or known.
	free := sarah.capture(t, object{"email": newAddress("visitor"), "name": "Canary"}).want(t, 201)
	for _, b := range []*ib{sarah, john} {
		if got := b.capture(t, document); got.comparable() != free.comparable() {
			t.Errorf("taken or known: %s\nfree: %s", got.comparable(), free.comparable())
		}
	}
	form := url.Values{"email": {newAddress("visitor")}, "name": {"Canary"}}
	freeForm := sarah.submit(t, form).want(t, 303)
	form.Set("email", visitor)
	if got := sarah.submit(t, form); got.comparable() != freeForm.comparable() {
		t.Errorf("taken: %s\nfree: %s", got.comparable(), freeForm.comparable())
	}
	eventually(t, time.Second, func() error {
		if n := len(sarah.leads(t, "")); n != 2 {
			return fmt.Errorf("Sarah has %d leads", n)
		}
		return nil
	})
	if got := sarah.leads(t, "q="+url.QueryEscape(visitor)); len(got) != 0 {
		t.Errorf("Sarah has %v", got)
	}

	john.send(t, "DELETE", "/leads/"+made.LeadID, nil).want(t, 204)
	eventually(t, aWhile, func() error {
		if got := sarah.send(t, "POST", "/leads", document); got.status != 201 {
			return fmt.Errorf("%d %s", got.status, got.body)
		}
		return nil
	})
	john.send(t, "POST", "/leads", document).want(t, 409)
}

func TestManyIBsCaptureOneAddressAtOnce(t *testing.T) {
	t.Parallel()
	const ibs, tries = 5, 10
	s := mustExclusiveSite(t)
	all := make([]*ib, ibs)
	for i := range all {
		all[i] = s.mustSignUp(t, fmt.Sprint("IB ", i))
	}
	document := object{"email": newAddress("visitor"), "name": "Canary"}
	var running sync.WaitGroup
	var created, taken atomic.Int64
	for i := range ibs * tries {
		running.Go(func() {
			b := all[i%ibs]
			got, err := try("POST", s.api+"/leads", encode(t, document), "Content-Type", "application/json", "Authorization", "Bearer "+b.token)
			switch {
			case err != nil:
				t.Error(err)
			case got.status == 409:
				taken.Add(1)
			case got.status == 201 || got.status == 200:
				created.Add(1)
			default:
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	running.Wait()
	owners := 0
	for _, b := range all {
		eventually(t, time.Second, func() error {
			if n := len(b.leads(t, "")); n > 1 {
				return fmt.Errorf("%d leads", n)
			}
			return nil
		})
		owners += len(b.leads(t, ""))
	}
	if owners != 1 || created.Load() != tries || taken.Load() != (ibs-1)*tries {
		t.Errorf("%d owners, %d captures went through, %d did not", owners, created.Load(), taken.Load())
	}
}
