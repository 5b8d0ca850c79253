package cognito_test

import (
	"context"
	"errors"
	"testing"
)

func TestMailIsServed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if got := s.get("/_local/mail?to=nobody@ib.test").Body.String(); got != "[]" {
		t.Errorf("mail to nobody: %s", got)
	}
	s.user(john)
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	mails := s.service.Mail(john)
	want := `[{"to":"john@ib.test","subject":"Your verification code","code":"` + mails[0].Code + `","sentAt":"2025-01-02T03:04:05Z"},` +
		`{"to":"john@ib.test","subject":"Your password reset code","code":"` + mails[1].Code + `","sentAt":"2025-01-02T03:04:05Z"}]`
	if got := s.get("/_local/mail?to=JOHN%40ib.test").Body.String(); got != want {
		t.Errorf("mail %s\nwant %s", got, want)
	}
}

func TestAwaitMail(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.signUp("sarah@ib.test")
	arrived := make(chan string, 1)
	go func() {
		mail, err := s.service.AwaitMail(t.Context(), john, 1)
		arrived <- mail.Subject
		if err != nil {
			t.Error(err)
		}
	}()
	s.user(john)
	select {
	case subject := <-arrived:
		t.Errorf("the second mail is there before it was sent: %s", subject)
	default:
	}
	s.want("", "ForgotPassword", object{"ClientId": clientID, "Username": john})
	if got := <-arrived; got != "Your password reset code" {
		t.Errorf("mail %q", got)
	}

	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.service.AwaitMail(over, "nobody@ib.test", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}
