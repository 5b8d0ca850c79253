package account_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"clientflow/infra/local/dynamodb"
	"clientflow/internal/account"
	"clientflow/internal/tag"
)

// repeating counts up, and gives each number twice whose turn it is every so
// often.
func repeating[T any](every int, value func(n int) (T, error)) func() (T, error) {
	var calls atomic.Int64
	return func() (T, error) {
		n := int(calls.Add(1))
		return value(n - n/every)
	}
}

// forced makes two of five draws of a prefix or a form key collide with one that
// was drawn just before.
func forced(r *account.Registrar) *account.Registrar {
	return r.Forced(
		repeating(4, func(n int) (tag.Prefix, error) { return tag.ParsePrefix(fmt.Sprintf("ib-%08d-", n)) }),
		repeating(5, func(n int) (string, error) { return fmt.Sprintf("%020d", n), nil }),
	)
}

// A thousand IBs sign up, fifty at a time, and draw what is another's already.
func TestPrefixesAndFormKeysAreUnique(t *testing.T) {
	t.Parallel()
	const ibs, atOnce = 1000, 50
	l := start(t)
	registrar := forced(l.registrar(&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}))
	var next atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for n := next.Add(1); n <= ibs; n = next.Add(1) {
				if _, err := registrar.Create(t.Context(), person(int(n))); err != nil {
					t.Errorf("IB %d: %v", n, err)
				}
			}
		})
	}
	all.Wait()
	l.wantIBs(t, ibs)
}

// One person who signs up, or in, in several places at once is one IB.
func TestOnePersonIsOneIB(t *testing.T) {
	t.Parallel()
	l := start(t)
	registrar := forced(l.registrar(http.DefaultClient))
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if _, err := registrar.Create(t.Context(), person(1)); err != nil {
				t.Errorf("create: %v", err)
			}
		})
		all.Go(func() {
			if _, err := registrar.Ensure(t.Context(), person(1)); err != nil {
				t.Errorf("ensure: %v", err)
			}
		})
	}
	all.Wait()
	l.wantIBs(t, 1)
}

func TestTransactionConflictsAreTriedAgain(t *testing.T) {
	t.Parallel()
	l := start(t)
	l.DB.SetFaults(dynamodb.Faults{TransactionConflicts: 0.5})
	registrar := l.registrar(http.DefaultClient)
	for n := range 20 {
		if _, err := registrar.Create(t.Context(), person(n)); err != nil {
			t.Errorf("IB %d: %v", n, err)
		}
	}
	l.wantIBs(t, 20)
}

// The record stays as it was made, whoever signs up or in again.
func TestARecordIsMadeOnce(t *testing.T) {
	t.Parallel()
	l := start(t)
	registrar, john := l.registrar(http.DefaultClient), person(1)
	if _, err := registrar.Create(t.Context(), john); err != nil {
		t.Fatal(err)
	}
	before := l.items(t, l.UsersTable)
	john.Name = "Another"
	for _, repeat := range []func() error{
		func() error { _, err := registrar.Create(t.Context(), john); return err },
		func() error { _, err := registrar.Ensure(t.Context(), john); return err },
	} {
		if err := repeat(); err != nil {
			t.Error(err)
		}
	}
	if after := l.items(t, l.UsersTable); str(after[0], "name") != str(before[0], "name") || str(after[0], "formKey") != str(before[0], "formKey") {
		t.Errorf("changed from %v to %v", before[0], after[0])
	}
}
