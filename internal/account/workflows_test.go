package account_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestSetWorkflowsConfigured(t *testing.T) {
	t.Parallel()
	l := start(t)
	users := account.NewUsers(tenantdb.Owned(l.Client, l.UsersTable, ""))
	john, err := l.registrar(http.DefaultClient).Create(t.Context(), person(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, configured := range []bool{true, true, false} {
		err := users.SetWorkflowsConfigured(t.Context(), john, configured)
		ib, readErr := users.Get(t.Context(), john)
		if err != nil || readErr != nil || ib.WorkflowsConfigured != configured || ib.Name != "IB 1" {
			t.Errorf("set to %v: %+v, %v, %v", configured, ib, err, readErr)
		}
	}
	nobody, err := tenant.Stored(person(2).Subject)
	if err != nil {
		t.Fatal(err)
	}
	if err := users.SetWorkflowsConfigured(t.Context(), nobody, true); problem.Of(err).Kind != problem.NotFound {
		t.Errorf("without a record: %v", err)
	}
	if err := users.SetWorkflowsConfigured(t.Context(), tenant.ID{}, true); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("without a tenant: %v", err)
	}
	// It is not the IB's to say.
	err = account.NewUsers(l.lentUsers()).SetWorkflowsConfigured(t.Context(), john, true)
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("with the IB's own credentials: %v", err)
	}
	l.wantIBs(t, 1)
}
