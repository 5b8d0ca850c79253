package tagsync

import (
	"context"
	"errors"
	"time"

	"clientflow/internal/problem"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

// tagSetTurn is how long the tags of one IB are worked on before leads get their
// turn: a batch lasts as long as its longest message, and a lead waits for it.
const tagSetTurn = 5 * time.Second

// errTurnOver says that there are tags left for another turn.
var errTurnOver = errors.New("tags are left to make")

// makeTags makes the tags in Systeme.io that an IB has from its beginning. Each one
// that is made is known from then on, so that a try which was cut off goes on where
// it ended.
func (h *Handler) makeTags(ctx context.Context, owner tenant.ID) (outcome, error) {
	ib, err := h.users.Get(ctx, owner)
	switch {
	case err != nil && problem.Of(err).Kind == problem.NotFound:
		return gone, nil
	case err != nil:
		return "", err
	case ib.TagsMade != "":
		return unchanged, nil
	}
	turnEnds := h.now().Add(tagSetTurn)
	for _, name := range tag.Set() {
		if h.now().After(turnEnds) {
			return "", errTurnOver
		}
		text, err := ib.Prefix.Tag(name)
		if err != nil {
			return "", err
		}
		if err := h.tags.Make(ctx, text); err != nil {
			return "", err
		}
	}
	if err := h.users.RecordTagsMade(ctx, owner, h.now()); err != nil {
		return "", err
	}
	return made, nil
}
