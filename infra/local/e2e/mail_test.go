package e2e_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"clientflow/infra/local/cognito"
	"clientflow/internal/metric"
)

// When the pool can mail nobody any more, nobody learns from that who is known. The
// operator is told, and who waits for a code gets one by asking again when there is
// mail, whether or not the pool has kept the user. The site is its own, since the
// others need their mail.
func TestMailThatIsUsedUpTellsNothing(t *testing.T) {
	t.Parallel()
	var logs buffer
	own := mustOwnStack(t, &logs)
	s := site{own.API, own.AWS, own.Systeme}
	john := s.mustSignUp(t, "John")
	signUp := func(address string) answer {
		return s.public(t, "POST", "/signup", object{"email": address, "name": "Canary", "password": password})
	}
	waiting := newAddress("waiting")
	signUp(waiting).want(t, 201)
	for _, quota := range []cognito.MailQuota{cognito.MailUsedUp, cognito.MailUsedUpLate} {
		stranger := newAddress("stranger")
		own.Cognito.SetMailQuota(quota)
		s.wantAlike(t, "/signup", 201, john.email, waiting, stranger)
		s.wantAlike(t, "/signup/resend", 202, john.email, waiting, stranger, newAddress("nobody"))
		s.wantAlike(t, "/password/forgot", 202, john.email, waiting, stranger, newAddress("nobody"))
		eventually(t, aWhile, func() error {
			return errors.Join(logged(&logs, `"msg":"mail fault"`), logged(&logs, `"`+string(metric.MailFaults)+`":1`))
		})

		own.Cognito.SetMailQuota(cognito.MailUnlimited)
		signUp(stranger).want(t, 201)
		s.public(t, "POST", "/signup/confirm", object{"email": stranger, "code": s.code(t, stranger)}).want(t, 204)
		(&ib{site: s, email: stranger}).signIn(t)
	}
	s.public(t, "POST", "/signup/resend", object{"email": waiting}).want(t, 202)
	s.public(t, "POST", "/signup/confirm", object{"email": waiting, "code": s.code(t, waiting)}).want(t, 204)
}

// wantAlike asks a route for several addresses at once, and fails unless it answers
// all with the status, in the same words and about the same time.
func (s site) wantAlike(t *testing.T, path string, status int, addresses ...string) {
	t.Helper()
	answers, took := make([]answer, len(addresses)), make([]time.Duration, len(addresses))
	var asking sync.WaitGroup
	for i, address := range addresses {
		asking.Go(func() {
			began := time.Now()
			answers[i] = s.public(t, "POST", path, object{"email": address, "name": "Canary", "password": password})
			took[i] = time.Since(began)
			answers[i].body = nobodys(answers[i].body)
		})
	}
	asking.Wait()
	for i, got := range answers {
		if got.status != status || got.comparable() != answers[0].comparable() || apart(took[i], took[0]) {
			t.Errorf("%s answers the %d. address after %v with %s\nthe first after %v with %s",
				path, i+1, took[i], got.comparable(), took[0], answers[0].comparable())
		}
	}
}
