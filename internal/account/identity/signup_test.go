package identity

import (
	"errors"
	"regexp"
	"slices"
	"testing"

	"clientflow/internal/httpapi"
)

func TestSignUpBringsTheAttributesToCognito(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.post(t, "/signup", bodies["/signup"])

	in := d.pool.signUp
	if *in.ClientId != "client" || *in.Username != johnMail || *in.Password != password || in.SecretHash != nil {
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

func TestSignUpWithoutARecordFails(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.registrar.err = errors.New("no table")
	if answer := d.post(t, "/signup", bodies["/signup"]); answer.Status != 500 || answer.Body != internalBody {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
}

func TestAKnownAddressGetsNobodysID(t *testing.T) {
	t.Parallel()
	d := newDesk(both("UsernameExistsException", ""))
	shape := regexp.MustCompile(`^\{"success":true,"userId":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\}$`)
	var answers []httpapi.Response
	for range 2 {
		answers = append(answers, d.post(t, "/signup", bodies["/signup"]))
	}
	if !shape.MatchString(answers[0].Body) || answers[0].Body == answers[1].Body {
		t.Errorf("got %s and %s", answers[0].Body, answers[1].Body)
	}
	if len(d.registrar.asked) > 0 {
		t.Errorf("asked for a record: %v", d.registrar.asked)
	}
}
