package account_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"clientflow/internal/httpapi"
)

const (
	signUpBody = `{"email":"john@acme.com","name":"John","password":"` + password + `"}`
	loginBody  = `{"email":"john@acme.com","password":"` + password + `"}`
)

func confirmBody(code string) string { return `{"email":"john@acme.com","code":"` + code + `"}` }

func decode[T any](t *testing.T, answer httpapi.Response) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(answer.Body), &value); err != nil {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return value
}

func wantStatus(t *testing.T, what string, answer httpapi.Response, status int) httpapi.Response {
	t.Helper()
	if answer.Status != status {
		t.Fatalf("%s: %d %s, want %d", what, answer.Status, answer.Body, status)
	}
	return answer
}

type tokens struct {
	AccessToken, IDToken, RefreshToken, TokenType string
	ExpiresIn                                     int
}

func TestFromSignUpToLogout(t *testing.T) {
	t.Parallel()
	l := start(t)
	desk := l.desk(http.DefaultClient)

	signedUp := decode[struct {
		Success bool
		UserID  string
	}](t, wantStatus(t, "sign-up", desk.post(t, "/signup", signUpBody), 201))
	l.wantIBs(t, 1)
	wantStatus(t, "sign-in before confirming", desk.post(t, "/login", loginBody), 403)
	wantStatus(t, "a wrong code", desk.post(t, "/signup/confirm", confirmBody("wrong")), 422)
	wantStatus(t, "confirm", desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com"))), 204)

	first := decode[tokens](t, wantStatus(t, "sign-in", desk.post(t, "/login", loginBody), 200))
	if first.AccessToken == "" || first.IDToken == "" || first.RefreshToken == "" || first.TokenType != "Bearer" || first.ExpiresIn != 3600 {
		t.Errorf("tokens %+v", first)
	}
	refreshBody := `{"refreshToken":"` + first.RefreshToken + `"}`
	second := decode[tokens](t, wantStatus(t, "refresh", desk.post(t, "/login/refresh", refreshBody), 200))
	if second.AccessToken == "" || second.RefreshToken != first.RefreshToken {
		t.Errorf("refreshed to %+v", second)
	}
	me := decode[struct{ UserID, Email, Name string }](t,
		wantStatus(t, "me", l.dashboard().call(t, "GET /me", "", claimsOf(signedUp.UserID)), 200))
	if me.UserID != signedUp.UserID || me.Email != "john@acme.com" || me.Name != "John" {
		t.Errorf("me %+v", me)
	}
	wantStatus(t, "sign-out", desk.post(t, "/logout", refreshBody), 204)
	wantStatus(t, "refresh after sign-out", desk.post(t, "/login/refresh", refreshBody), 401)
	wantStatus(t, "sign-out again", desk.post(t, "/logout", refreshBody), 204)
	wantStatus(t, "sign-out of nothing", desk.post(t, "/logout", `{"refreshToken":"nothing"}`), 204)
	l.wantIBs(t, 1)
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	l := start(t)
	desk := l.desk(http.DefaultClient)
	desk.post(t, "/signup", signUpBody)
	desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com")))

	wantStatus(t, "forgot", desk.post(t, "/password/forgot", `{"email":"john@acme.com"}`), 202)
	reset := func(code, password string) string {
		return `{"email":"john@acme.com","code":"` + code + `","password":"` + password + `"}`
	}
	code := l.lastCode(t, "john@acme.com")
	wantStatus(t, "reset with a wrong code", desk.post(t, "/password/reset", reset("wrong", "Other-Pass-1")), 422)
	wantStatus(t, "reset", desk.post(t, "/password/reset", reset(code, "Other-Pass-1")), 204)
	wantStatus(t, "reset again", desk.post(t, "/password/reset", reset(code, "Other-Pass-2")), 422)
	wantStatus(t, "sign-in with the old", desk.post(t, "/login", loginBody), 401)
	wantStatus(t, "sign-in with the new", desk.post(t, "/login", strings.Replace(loginBody, password, "Other-Pass-1", 1)), 200)
}

// crash lets some calls to AWS through, loses the next one on its way there or its
// answer on its way back, and all after it: what an environment that dies does. The
// calls by which a sign-up makes a decoy beside it are not counted.
type crash struct {
	after      int
	answerLost bool

	mu    sync.Mutex
	calls int
}

func decoys(r *http.Request) bool {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return operation == "AdminCreateUser" || operation == "AdminDeleteUser"
}

var errCrash = errors.New("the environment died")

func (c *crash) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if decoys(r) && c.calls <= c.after {
		return http.DefaultTransport.RoundTrip(r)
	}
	c.calls++
	if c.calls <= c.after {
		return http.DefaultTransport.RoundTrip(r)
	}
	if c.calls == c.after+1 && c.answerLost {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		return nil, errors.Join(errCrash, err, answer.Body.Close())
	}
	return nil, errCrash
}

// A sign-up that dies at any step, once or twice, can be finished by repeating it
// and signing in, and leaves one IB with one prefix and one form key.
func TestAnInterruptedSignUpIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	const steps = 5 // the client's secret, SignUp and the record; for a known address SignUp and another code
	for first := range steps {
		for second := range steps {
			for _, lost := range []bool{false, true} {
				t.Run(fmt.Sprintf("after %d, then %d, answer lost %v", first, second, lost), func(t *testing.T) {
					t.Parallel()
					l := start(t)
					for _, after := range []int{first, second} {
						dying := l.desk(&http.Client{Transport: &crash{after: after, answerLost: lost}})
						if answer := dying.post(t, "/signup", signUpBody); answer.Status != 500 && answer.Status != 201 {
							t.Fatalf("dying: %d %s", answer.Status, answer.Body)
						}
					}
					desk := l.desk(http.DefaultClient)
					wantStatus(t, "repeated", desk.post(t, "/signup", signUpBody), 201)
					wantStatus(t, "confirmed", desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com"))), 204)
					wantStatus(t, "signed in", desk.post(t, "/login", loginBody), 200)
					l.wantIBs(t, 1)
				})
			}
		}
	}
}

// A sign-in that makes up for a missing record may die as well.
func TestAnInterruptedSignInIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	for after := range 5 { // the client's secret, the tokens, the look for the record, the record
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d, answer lost %v", after, lost), func(t *testing.T) {
				t.Parallel()
				l := start(t)
				withoutRecord := l.desk(&http.Client{Transport: &crash{after: 2}})
				if answer := withoutRecord.post(t, "/signup", signUpBody); answer.Status != 500 && answer.Status != 201 {
					t.Fatalf("sign-up without a record: %d %s", answer.Status, answer.Body)
				}
				l.wantIBs(t, 0)
				desk := l.desk(http.DefaultClient)
				wantStatus(t, "confirmed", desk.post(t, "/signup/confirm", confirmBody(l.lastCode(t, "john@acme.com"))), 204)

				dying := l.desk(&http.Client{Transport: &crash{after: after, answerLost: lost}})
				if answer := dying.post(t, "/login", loginBody); answer.Status != 500 && answer.Status != 200 {
					t.Fatalf("dying: %d %s", answer.Status, answer.Body)
				}
				for range 2 {
					wantStatus(t, "signed in", desk.post(t, "/login", loginBody), 200)
					l.wantIBs(t, 1)
				}
			})
		}
	}
}

// Cognito's own answers, where they differ between known and unknown addresses.
func TestAnswersForKnownAndUnknownAddressesAreTheSame(t *testing.T) {
	t.Parallel()
	l := start(t)
	desk := l.desk(http.DefaultClient)
	confirmed, waiting, unknown := "confirmed@acme.com", "waiting@acme.com", "unknown@acme.com"
	for _, address := range []string{confirmed, waiting} {
		desk.post(t, "/signup", `{"email":"`+address+`","name":"A","password":"`+password+`"}`)
	}
	desk.post(t, "/signup/confirm", `{"email":"`+confirmed+`","code":"`+l.lastCode(t, confirmed)+`"}`)
	bodies := []struct{ path, body string }{
		{"/signup/confirm", `{"email":"ADDRESS","code":"000000x"}`},
		{"/signup/resend", `{"email":"ADDRESS"}`},
		{"/login", `{"email":"ADDRESS","password":"Wrong-pass-0"}`},
		{"/password/forgot", `{"email":"ADDRESS"}`},
		{"/password/reset", `{"email":"ADDRESS","code":"000000x","password":"` + password + `"}`},
		{"/signup", `{"email":"ADDRESS","name":"A","password":"weak"}`},
		{"/signup", `{"email":"ADDRESS","name":"A","password":"` + password + `"}`},
	}
	for range 8 { // more often than Cognito lets one guess
		for _, b := range bodies[:len(bodies)-1] {
			compare(t, desk, b.path, b.body, unknown, waiting, confirmed)
		}
	}
	last := bodies[len(bodies)-1]
	compare(t, desk, last.path, last.body, unknown, waiting, confirmed)
}

func compare(t *testing.T, desk function, path, body, unknown string, known ...string) {
	t.Helper()
	for _, address := range known {
		want := desk.post(t, path, strings.Replace(body, "ADDRESS", unknown, 1))
		got := desk.post(t, path, strings.Replace(body, "ADDRESS", address, 1))
		if got.Status != want.Status || shape(got.Body) != shape(want.Body) || fmt.Sprint(got.Headers) != fmt.Sprint(want.Headers) {
			t.Errorf("%s for %s: %+v\nwant %+v", path, address, got, want)
		}
	}
}

// shape is a body without the random id that a sign-up answers with, but with its
// length.
func shape(body string) string {
	before, id, found := strings.Cut(body, `"userId":"`)
	if !found {
		return body
	}
	return before + strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdef", r) {
			return 'x'
		}
		return r
	}, id)
}
