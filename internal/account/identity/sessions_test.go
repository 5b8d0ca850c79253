package identity

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Tokens tell the second in which they were made. Whoever signs in once the answer is
// there has one of a later second than the sign-out.
func TestSigningOutEverywhereIsNotedAndLastsASecond(t *testing.T) {
	t.Parallel()
	for path, calls := range map[string][]string{
		"/me/sessions/revoke": {"GlobalSignOut"},
		"/password/reset":     {"DescribeUserPoolClient", "ConfirmForgotPassword", "AdminGetUser", "AdminUserGlobalSignOut"},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(300 * time.Millisecond)
			d := newDesk(nil)
			began := time.Now()
			answer := d.post(t, path, bodies[path])
			if answer.Status != 204 || !slices.Equal(d.registrar.asked, []string{"SignOut " + johnID}) || !slices.Equal(d.pool.called, calls) {
				t.Errorf("%s: %d, asked for %v, called %v", path, answer.Status, d.registrar.asked, d.pool.called)
			}
			if time.Now().Unix() != began.Unix()+1 {
				t.Errorf("%s: began at %v, answered at %v", path, began, time.Now())
			}
		})
	}
}

func TestASignOutThatIsNotNotedFails(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/me/sessions/revoke", "/password/reset"} {
		d := newDesk(nil)
		d.registrar.err = errors.New("no table")
		if answer := d.post(t, path, bodies[path]); answer.Status != 500 || answer.Body != internalBody {
			t.Errorf("%s: got %d %s", path, answer.Status, answer.Body)
		}
	}
}

// Who has no code ends nobody's session.
func TestAWrongCodeSignsNobodyOut(t *testing.T) {
	t.Parallel()
	d := newDesk(failing("ConfirmForgotPassword", "CodeMismatchException"))
	d.post(t, "/password/reset", bodies["/password/reset"])
	if slices.Contains(d.pool.called, "AdminUserGlobalSignOut") || len(d.registrar.asked) > 0 {
		t.Errorf("called %v, asked for %v", d.pool.called, d.registrar.asked)
	}
}
