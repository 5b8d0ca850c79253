package account_test

import (
	"context"
	"errors"
	"io"
	"strconv"
	"testing"
	"time"

	"clientflow/infra/local/localtest"
	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestADisabledIBIsOutAtItsNextRequest(t *testing.T) {
	t.Parallel()
	const sub, nobody = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0", "9b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	aws := localtest.Start(t)
	registrar := account.NewRegistrar(aws.Client, aws.UsersTable, aws.RegistryTable)
	users := account.NewUsers(tenantdb.Owned(aws.Client, aws.UsersTable, ""))
	person := account.Person{Subject: sub, Email: "john@ib.example", Name: "John"}
	id, err := registrar.Create(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	verifier := tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}
	routes := users.Guard(verifier, httpapi.Routes{"GET /x": func(context.Context, *httpapi.Request) (httpapi.Response, error) {
		return httpapi.Empty(204), nil
	}})
	get := func(sub string) int {
		r := &httpapi.Request{RouteKey: "GET /x"}
		r.Context.Authorizer.JWT.Claims = map[string]string{"sub": sub, "iss": "iss", "client_id": "client",
			"token_use": "access", "exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)}
		answer, err := routes.Serve(eventlog.New(io.Discard, "test"))(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Status
	}
	for _, disabled := range []bool{false, true, true, false} {
		if err := users.SetDisabled(t.Context(), id, disabled, time.Now()); err != nil {
			t.Fatal(err)
		}
		want, wantErr := 204, error(nil)
		if disabled {
			want, wantErr = 403, account.ErrDisabled
		}
		_, ensured := registrar.Ensure(t.Context(), person)
		_, admitted := registrar.Admit(t.Context(), person)
		if got := get(sub); got != want || !errors.Is(ensured, wantErr) || !errors.Is(admitted, wantErr) {
			t.Errorf("disabled %v: %d, signs in with %v, stays with %v", disabled, got, ensured, admitted)
		}
	}
	if none, invalid := get(nobody), get(""); none != 403 || invalid != 401 {
		t.Errorf("without a record %d, without a sub %d", none, invalid)
	}
	if _, err := registrar.Admit(t.Context(), account.Person{Subject: "x"}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("no sub: %v", err)
	}
}
