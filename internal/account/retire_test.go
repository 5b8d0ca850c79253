package account_test

import (
	"errors"
	"testing"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/tag"
	"clientflow/internal/tenantdb"
)

func TestARetiredPrefixIsNobodysForEver(t *testing.T) {
	t.Parallel()
	l := start(t)
	registrar := l.operator().Forced(
		repeating(2, func(n int) (tag.Prefix, error) {
			return tag.ParsePrefix([]string{"ib-aaaaaaaa-", "ib-bbbbbbbb-"}[min(n, 2)-1])
		}),
		repeating(1000, func(n int) (string, error) { return string(rune('a' + n)), nil }),
	)
	john, err := registrar.Create(t.Context(), person(1)) // with the first prefix
	if err != nil {
		t.Fatal(err)
	}
	if err := registrar.Retire(t.Context(), john); err == nil {
		t.Error("an IB that is not disabled was removed")
	}
	users := account.NewUsers(tenantdb.Owned(l.Client, l.UsersTable, ""))
	if err := users.SetDisabled(t.Context(), john, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := registrar.Retire(t.Context(), john); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.registered(t); len(got) != 1 || got["PREFIX#ib-aaaaaaaa-"] != "" {
		t.Errorf("the registry has %v", got)
	}
	if records := l.items(t, l.UsersTable); len(records) != 0 {
		t.Errorf("records %v", records)
	}
	// Another draws the same prefix, and an old record claims to have it.
	sarah, err := registrar.Create(t.Context(), person(2))
	if err != nil {
		t.Fatal(err)
	}
	if ib, err := users.Get(t.Context(), sarah); err != nil || ib.Prefix.String() != "ib-bbbbbbbb-" {
		t.Errorf("another's prefix is %s, %v", ib.Prefix, err)
	}
	l.put(t, l.UsersTable, map[string]string{"userId": person(3).Subject, "systemeTagPrefix": "ib-aaaaaaaa-"})
	if _, err := registrar.Complete(t.Context(), person(3)); !errors.Is(err, account.ErrTaken) {
		t.Errorf("an old record with it: %v", err)
	}
}
