package identity

import (
	"errors"
	"slices"
	"testing"
)

func TestWhoConfirmsIsWelcomed(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	answer := d.post(t, "/signup/confirm", bodies["/signup/confirm"])
	if want := []string{"Ensure " + johnID + " " + johnMail + " " + johnName}; answer.Status != 204 || !slices.Equal(d.registrar.asked, want) {
		t.Errorf("%d, asked for %v", answer.Status, d.registrar.asked)
	}
}

func TestAWrongCodeWelcomesNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(failing("ConfirmSignUp", "CodeMismatchException"))
	d.post(t, "/signup/confirm", bodies["/signup/confirm"])
	if len(d.registrar.asked) > 0 || !slices.Equal(d.pool.called, []string{"DescribeUserPoolClient", "ConfirmSignUp"}) {
		t.Errorf("called %v, asked for %v", d.pool.called, d.registrar.asked)
	}
}

// The address is confirmed whatever fails after it, and the code cannot be used
// again: so the answer is yes, and the first sign-in does the rest.
func TestConfirmingSucceedsWithoutTheRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(nil)
	d.registrar.err = errors.New("no table")
	if answer := d.post(t, "/signup/confirm", bodies["/signup/confirm"]); answer.Status != 204 || answer.Body != "" {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
}
