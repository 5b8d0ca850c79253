package admin

import (
	"context"

	"clientflow/internal/pace"
)

// rate is the account's rate of calls.
type rate struct {
	pace           *pace.Shared
	callsPerSecond float64
}

// rateUse is how the rate is used.
type rateUse struct {
	// CallsPerSecond is the most that all functions together may make.
	CallsPerSecond float64 `json:"callsPerSecond"`
	// Speed is the part of it that Systeme.io's answers leave, up to 1.
	Speed float64 `json:"speed"`
	// PausedSeconds is for how long Systeme.io asked all to stay away; 0 outside a
	// pause.
	PausedSeconds float64 `json:"pausedSeconds"`
	// Calls is how many turns to call were ever taken: two looks tell how many in
	// between.
	Calls int64 `json:"calls"`
}

func (r rate) use(ctx context.Context) (rateUse, error) {
	now, err := r.pace.State(ctx)
	if err != nil {
		return rateUse{}, err
	}
	return rateUse{r.callsPerSecond, now.Speed, now.PausedFor.Seconds(), now.Turns}, nil
}
