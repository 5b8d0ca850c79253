package account_test

import (
	"net/http"
	"testing"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// Only who has proven to own the address makes tags in the account that all share.
func TestTagsAreAskedForOnceTheAddressIsConfirmed(t *testing.T) {
	t.Parallel()
	l := start(t)
	desk := l.desk(http.DefaultClient)
	requested := func() string { return str(l.items(t, l.UsersTable)[0], "systemeTagsRequestedAt") }

	desk.post(t, "/signup", signUpBody)
	desk.post(t, "/login", loginBody)
	desk.post(t, "/signup/confirm", confirmBody("000000"))
	if at := requested(); at != "" {
		t.Errorf("asked for before the address was confirmed: %s", at)
	}
	desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com")))
	first := requested()
	if first == "" {
		t.Error("not asked for when the address was confirmed")
	}
	desk.post(t, "/login", loginBody)
	if at := requested(); at != first {
		t.Errorf("asked for again at the sign-in: %s", at)
	}
}

// What confirming could not do, the first sign-in does.
func TestTheFirstSignInAsksForTheTags(t *testing.T) {
	t.Parallel()
	for after := range 6 { // the client's secret, the code, who it is, the record, the directory, the request
		for _, lost := range []bool{false, true} {
			l := start(t)
			desk := l.desk(http.DefaultClient)
			desk.post(t, "/signup", signUpBody)
			dying := l.desk(&http.Client{Transport: &crash{after: after, answerLost: lost}})
			dying.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com")))
			// A code that was not used up is good for another try.
			desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com")))
			wantStatus(t, "sign-in", desk.post(t, "/login", loginBody), 200)
			if str(l.items(t, l.UsersTable)[0], "systemeTagsRequestedAt") == "" {
				t.Errorf("not asked for, dying after %d, answer lost %v", after, lost)
			}
		}
	}
}

func TestRequestTags(t *testing.T) {
	t.Parallel()
	l := start(t)
	users := account.NewUsers(tenantdb.Owned(l.Client, l.UsersTable, ""))
	john, err := l.registrar(http.DefaultClient).Create(t.Context(), person(1))
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, requested, made account.Timestamp, err error) {
		t.Helper()
		ib, readErr := users.Get(t.Context(), john)
		if err != nil || readErr != nil || ib.TagsRequested != requested || ib.TagsMade != made {
			t.Errorf("%s: requested %q, made %q, %v, %v", what, ib.TagsRequested, ib.TagsMade, err, readErr)
		}
	}
	const twelve, one, two = "2026-05-04T12:00:00.000Z", "2026-05-04T13:00:00.000Z", "2026-05-04T14:00:00.000Z"
	want("at the beginning", "", "", nil)
	want("again without a first time", "", "", users.RequestTags(t.Context(), john, twelve, noon))
	want("first", twelve, "", users.RequestTags(t.Context(), john, "", noon))
	want("first, twice", twelve, "", users.RequestTags(t.Context(), john, "", noon.Add(time.Hour)))
	want("again", one, "", users.RequestTags(t.Context(), john, twelve, noon.Add(time.Hour)))
	want("again, twice", one, "", users.RequestTags(t.Context(), john, twelve, noon.Add(2*time.Hour)))
	want("made", one, two, users.RecordTagsMade(t.Context(), john, noon.Add(2*time.Hour)))
	want("again when made", one, two, users.RequestTags(t.Context(), john, one, noon.Add(3*time.Hour)))

	nobody, err := tenant.Stored(person(2).Subject)
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"request for nobody": users.RequestTags(t.Context(), nobody, "", noon),
		"made for nobody":    users.RecordTagsMade(t.Context(), nobody, noon),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if records := l.items(t, l.UsersTable); len(records) != 1 {
		t.Errorf("%d records", len(records))
	}
	if err := users.RequestTags(t.Context(), tenant.ID{}, "", noon); err == nil {
		t.Error("the zero tenant asked for tags")
	}
}

func TestTimestampBefore(t *testing.T) {
	t.Parallel()
	for at, want := range map[account.Timestamp]bool{
		"2026-05-04T11:59:59.999Z": true, "2026-05-04T12:00:00.000Z": false, "2026-05-05T00:00:00.000Z": false,
	} {
		if got := at.Before(noon); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
}
