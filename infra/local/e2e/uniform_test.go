package e2e_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"
)

// stranger is what someone asks who wants to know whether an address is known.
type stranger struct {
	method, path string
	// document is what is sent for an address.
	document func(address string) object
	// status is that of every answer.
	status int
	// known makes an address that is known.
	known func(t *testing.T) string
	// same takes from an answer what differs by nature.
	same func(body string) string
}

// nobodys replaces the userId of a sign-up, which is another for each, if it looks as
// the pool's do: no UUID of any version does.
func nobodys(body string) string {
	sub := regexp.MustCompile(`[0-9a-f]4[0-9a-f]8[0-9a-f]4[0-9a-f]8-[0-9a-f]0[0-9a-f]1-70[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{12}`)
	return sub.ReplaceAllString(body, "SUB")
}

// TestAStrangerLearnsNothingOfAnAddress asks for known and unknown addresses in
// turn: status, headers and body are the same to the byte, and so is the time as
// far as a stranger could make use of it.
//
// Times are compared by their lower quartiles, which a busy machine moves the
// least, and within a factor that only another way through the code exceeds: a
// password that is hashed or a mail that is sent takes many times what is usual, or
// the half second that answers are held back for.
func TestAStrangerLearnsNothingOfAnAddress(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	john := s.mustSignUp(t, "John")
	johns := func(*testing.T) string { return john.email }
	asIs := func(body string) string { return body }
	form := "/forms/" + john.formKey + "/leads"
	for name, ask := range map[string]stranger{
		"sign-up": {"POST", "/signup", func(address string) object {
			return object{"email": address, "name": "Canary", "password": password}
		}, 201, johns, nobodys},
		"login": {"POST", "/login", func(address string) object {
			return object{"email": address, "password": "Canary-Wrong-1!"}
		}, 401, johns, asIs},
		"forgotten password": {"POST", "/password/forgot", func(address string) object {
			return object{"email": address}
		}, 202, johns, asIs},
		"resend": {"POST", "/signup/resend", func(address string) object {
			return object{"email": address}
		}, 202, johns, asIs},
		"form": {"POST", form, func(address string) object {
			return object{"email": address, "name": "Canary"}
		}, 201, func(t *testing.T) string {
			address := newAddress("known")
			john.capture(t, object{"email": address, "name": "Canary"}).want(t, 201)
			return address
		}, asIs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask.compare(t, s)
		})
	}
}

// compare asks in pairs, each order as often, so that what else the machine does
// meets both.
func (a stranger) compare(t *testing.T, s site) {
	const pairs = 5
	address := a.known(t)
	var took [2][]time.Duration // of known and unknown addresses
	var first string
	for i := range 2 * pairs {
		which := (i + i/2) % 2
		asked := address
		if which == 1 {
			asked = newAddress("stranger")
		}
		began := time.Now()
		got := s.public(t, a.method, a.path, a.document(asked)).want(t, a.status)
		took[which] = append(took[which], time.Since(began))
		got.body = a.same(got.body)
		if first == "" {
			first = got.comparable()
		}
		if got.comparable() != first {
			t.Errorf("answers differ:\n%s\n%s", got.comparable(), first)
		}
	}
	if known, unknown := quartile(took[0]), quartile(took[1]); apart(known, unknown) {
		t.Errorf("known addresses take %v, unknown ones %v", known, unknown)
	}
}

// What is left to learn: who has signed an address up, by which its owner is mailed, is
// told at a sign-in with the same password that a code is awaited, if it was new. Nobody
// else is.
func TestASignInTellsOfACodeToWhoSignedUpAlone(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	logIn := func(email, password string) answer {
		return s.public(t, "POST", "/login", object{"email": email, "password": password})
	}
	fresh, known := mailbox(), s.mustSignUp(t, "John").email
	const own = "Canary-Own-1!"
	for _, email := range []string{fresh, known} {
		s.public(t, "POST", "/signup", object{"email": email, "name": "Canary", "password": own}).want(t, 201)
	}
	logIn(fresh, own).want(t, 403)
	logIn(known, own).want(t, 401)
	want := logIn(newAddress("nobody"), "Canary-Wrong-1!").want(t, 401)
	for _, email := range []string{fresh, known} {
		if got := logIn(email, "Canary-Wrong-1!"); got.comparable() != want.comparable() {
			t.Errorf("who did not sign up is answered %s\nof an unknown address %s", got.comparable(), want.comparable())
		}
	}
}

func quartile(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/4]
}

// apart tells whether one time is more than three times the other, and by more
// than 50 ms, so that the rest of a few milliseconds is not taken for a difference.
func apart(a, b time.Duration) bool {
	return max(a, b) > 3*min(a, b) && max(a, b)-min(a, b) > 50*time.Millisecond
}

func TestApart(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, tt := range []struct {
		a, b time.Duration
		want bool
	}{
		{500 * ms, 510 * ms, false}, {2 * ms, 30 * ms, false}, {20 * ms, 520 * ms, true}, {500 * ms, 1000 * ms, false}, {100 * ms, 10 * ms, true},
	} {
		if apart(tt.a, tt.b) != tt.want || apart(tt.b, tt.a) != tt.want {
			t.Error(fmt.Sprint(tt.a, tt.b), !tt.want)
		}
	}
}
