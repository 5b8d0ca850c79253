package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"clientflow/internal/account"
)

func TestLoginMakesUpForAnInterruptedSignUp(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.post(t, "/login", bodies["/login"])

	if want := []string{"Ensure " + johnID + " " + johnMail + " " + johnName}; !slices.Equal(d.registrar.asked, want) {
		t.Errorf("asked for %v", d.registrar.asked)
	}
	if in := d.pool.auth; in.AuthFlow != "USER_PASSWORD_AUTH" || in.AuthParameters["USERNAME"] != johnMail || in.AuthParameters["PASSWORD"] != password {
		t.Errorf("flow %s", in.AuthFlow)
	}
}

func TestLoginWithoutARecordFails(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.registrar.err = errors.New("no table")
	if answer := d.post(t, "/login", bodies["/login"]); answer.Status != 500 || answer.Body != internalBody {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
}

func TestLoginThatIsAskedForMoreFails(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/login", "/login/refresh"} {
		d := newDesk(nil)
		d.pool.challenge = true
		if answer := d.post(t, path, bodies[path]); answer.Status != 500 || answer.Body != internalBody {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
}

func TestLoginWithAnUnreadableIDTokenFails(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"no token", "a.b", "a.%.c", "a." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":1}`)) + ".c", "a.e30.c"} {
		d := newDesk(nil)
		d.pool.idToken = token
		if answer := d.post(t, "/login", bodies["/login"]); answer.Status != 500 || answer.Body != internalBody {
			t.Errorf("%q: %d %s", token, answer.Status, answer.Body)
		}
	}
}

func TestRefreshSendsTheToken(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.post(t, "/login/refresh", bodies["/login/refresh"])
	if d.pool.token != refreshToken {
		t.Errorf("sent %q", d.pool.token)
	}
	if want := []string{"Admit " + johnID + " " + johnMail + " " + johnName}; !slices.Equal(d.registrar.asked, want) {
		t.Errorf("asked for %v", d.registrar.asked)
	}
}

func TestADisabledIBIsNotLetIn(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/login", "/login/refresh"} {
		d := newDesk(nil)
		d.registrar.err = account.ErrDisabled
		if answer := d.post(t, path, bodies[path]); answer.Status != 403 || strings.Contains(answer.Body, "oken") {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
}

func FuzzReadIDToken(f *testing.F) {
	f.Add(johnsIDToken)
	f.Add("a.e30.c")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if person, err := readIDToken(token); err != nil && person != (account.Person{}) {
			t.Errorf("%q: %+v beside %v", token, person, err)
		}
	})
}

func TestReadIDToken(t *testing.T) {
	t.Parallel()
	payload, err := json.Marshal(map[string]any{"sub": johnID, "email": johnMail, "name": "Jöhn", "email_verified": true, "cognito:groups": []string{"admins"}})
	if err != nil {
		t.Fatal(err)
	}
	person, err := readIDToken("a." + base64.RawURLEncoding.EncodeToString(payload) + ".c")
	if want := (account.Person{Subject: johnID, Email: johnMail, Name: "Jöhn"}); err != nil || person != want {
		t.Errorf("got %+v, %v", person, err)
	}
}
