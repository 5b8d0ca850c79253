package account_test

import (
	"context"
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

func TestTokensFromBeforeASignOutAreRefused(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	registrar := account.NewRegistrar(aws.Client, aws.UsersTable, aws.RegistryTable)
	users := account.NewUsers(tenantdb.Owned(aws.Client, aws.UsersTable, ""))
	routes := users.Guard(tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now},
		httpapi.Routes{"GET /x": func(context.Context, *httpapi.Request) (httpapi.Response, error) { return httpapi.Empty(204), nil }})
	get := func(id tenant.ID, iat string) int {
		r := &httpapi.Request{RouteKey: "GET /x"}
		r.Context.Authorizer.JWT.Claims = map[string]string{"sub": id.String(), "iss": "iss", "client_id": "client",
			"token_use": "access", "exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10), "iat": iat}
		answer, err := routes.Serve(eventlog.New(io.Discard, "test"))(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Status
	}
	var ids []tenant.ID
	for _, sub := range []string{"0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0", "9b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"} {
		id, err := registrar.Create(t.Context(), account.Person{Subject: sub, Email: "john@ib.example", Name: "John"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	at := time.Date(2026, 5, 4, 3, 2, 1, 500e6, time.UTC)
	second := func(after int64) string { return strconv.FormatInt(at.Unix()+after, 10) }
	if got := get(ids[0], second(-1)); got != 204 {
		t.Errorf("before any sign-out: %d", got)
	}
	if err := registrar.SignOut(t.Context(), ids[0], at); err != nil {
		t.Fatal(err)
	}
	for iat, want := range map[string]int{second(-1): 401, second(0): 401, "": 401, second(1): 204} {
		if got := get(ids[0], iat); got != want {
			t.Errorf("of %q, with a sign-out at %d: %d", iat, at.Unix(), got)
		}
		if got := get(ids[1], iat); got != 204 {
			t.Errorf("another IB's of %q: %d", iat, got)
		}
	}
}

func TestWhoHasNoRecordSignsOut(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	id, err := tenant.Stored("0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0")
	if err != nil {
		t.Fatal(err)
	}
	users := account.NewUsers(tenantdb.Owned(aws.Client, aws.UsersTable, ""))
	if err := users.SignOut(t.Context(), id, time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := users.Get(t.Context(), id); err == nil {
		t.Error("signing out has made a record")
	}
}
