package identity

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"clientflow/internal/httpapi"
)

func TestSignUpBringsTheAttributesToCognito(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.post(t, "/signup", bodies["/signup"])

	in := d.pool.signUp
	if *in.ClientId != "client" || *in.Username != johnMail || *in.Password != password {
		t.Errorf("client %s, user %s", *in.ClientId, *in.Username)
	}
	attributes := map[string]string{}
	for _, attribute := range in.UserAttributes {
		attributes[*attribute.Name] = *attribute.Value
	}
	if len(attributes) != 2 || attributes["email"] != johnMail || attributes["name"] != johnName {
		t.Errorf("attributes %v", attributes)
	}
	if want := []string{"Create " + johnID + " " + johnMail + " " + johnName}; !slices.Equal(d.registrar.asked, want) {
		t.Errorf("asked for %v", d.registrar.asked)
	}
}

// The password is checked before the address, so that a bad one is refused alike
// for an address that is known.
func TestABadPasswordIsRefusedForAKnownAddressToo(t *testing.T) {
	t.Parallel()
	const body = `{"email":"john@acme.com","name":"John","password":"weak"}`
	unknown, known := newDesk(nil), newDesk(both("UsernameExistsException", ""))
	first, second := unknown.post(t, "/signup", body), known.post(t, "/signup", body)
	if first.Status != 422 || first.Body != second.Body || first.Status != second.Status {
		t.Errorf("got %+v and %+v", first, second)
	}
}

// A record that cannot be made is left to the confirmation: only who is new could be
// told of it.
func TestSignUpWithoutARecord(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.registrar.err = errors.New("no table")
	if answer := d.post(t, "/signup", bodies["/signup"]); answer.Status != 201 || plain(answer.Body) != newAccountBody {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
}

// The userId for an address that is known is one that the pool gave, and nobody's any
// more.
func TestAKnownAddressGetsNobodysID(t *testing.T) {
	t.Parallel()
	d := newDesk(both("UsernameExistsException", ""))
	for n := range 2 {
		want := `{"success":true,"userId":"` + nth(n+1) + `"}`
		if answer := d.post(t, "/signup", bodies["/signup"]); answer.Status != 201 || answer.Body != want {
			t.Errorf("got %d %s, want %s", answer.Status, answer.Body, want)
		}
	}
	if len(d.registrar.asked) > 0 || len(d.pool.decoys) > 0 {
		t.Errorf("asked for a record: %v; decoys are left: %v", d.registrar.asked, d.pool.decoys)
	}
}

// A decoy is made for who is new too, so that when none can be made both are told the
// same; and one that cannot be removed is no reason to tell anything.
func TestADecoyForEverySignUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		operation, code string
		status          int
	}{
		"made and removed": {"", "", 201},
		"throttled":        {"AdminCreateUser", "TooManyRequestsException", 429},
		"not made":         {"AdminCreateUser", "InternalErrorException", 500},
		"not removed":      {"AdminDeleteUser", "TooManyRequestsException", 201},
	} {
		var answers []httpapi.Response
		for _, errs := range []map[string]error{{}, both("UsernameExistsException", "InvalidParameterException")} {
			if tt.operation != "" {
				errs[tt.operation] = cognito(tt.code)
			}
			d := newDesk(errs)
			answer := d.post(t, "/signup", bodies["/signup"])
			answer.Body = strings.ReplaceAll(plain(answer.Body), johnID, "NOBODY")
			if answers = append(answers, answer); answer.Status != tt.status || !slices.Contains(d.pool.called, "AdminCreateUser") {
				t.Errorf("%s: got %d %s, called %v", name, answer.Status, answer.Body, d.pool.called)
			}
		}
		if answers[0].Body != answers[1].Body {
			t.Errorf("%s: %s of a new address, %s of a known one", name, answers[0].Body, answers[1].Body)
		}
	}
}
