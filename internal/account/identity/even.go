package identity

import (
	"context"
	"time"
)

// AnswerStep is the grid on which answers leave that could tell by their time
// whether an address is known. It is meant to be longer than Cognito takes for the
// slower of the two cases, which sends a mail.
const AnswerStep = 500 * time.Millisecond

// even waits until a whole number of steps has passed since started. Cognito does
// more for an address that it knows than for one that it does not, or the other
// way about; what a watch can still read is the number of steps, which is one for
// both unless Cognito is slow.
//
// The same calls for both would not do: a mail cannot be sent to nobody.
func (d *Desk) even(ctx context.Context, started time.Time) {
	if d.step <= 0 {
		return
	}
	select {
	case <-time.After(d.step - time.Since(started)%d.step):
	case <-ctx.Done():
	}
}
