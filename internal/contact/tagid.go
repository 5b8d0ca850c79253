package contact

import (
	"context"
	"sync"
	"time"

	"clientflow/internal/systeme"
)

const (
	// maxTagIDs bounds the ids that one environment keeps, one for each IB.
	maxTagIDs = 256
	// tagIDLife is how long an id is believed: a tag may be deleted in Systeme.io and
	// made anew.
	tagIDLife = 10 * time.Minute
)

// tagIDs knows the ids of tags for the life of the environment, so that a page is one
// call of Systeme.io and not two. They belong to the account and tell nothing of a
// lead; whoever asks for one must know the whole name of the tag.
type tagIDs struct {
	find func(ctx context.Context, name string) (systeme.Tag, error)
	now  func() time.Time

	mu    sync.Mutex
	known map[string]tagID
}

type tagID struct {
	id    int64
	found time.Time
}

func newTagIDs(find func(ctx context.Context, name string) (systeme.Tag, error), now func() time.Time) *tagIDs {
	return &tagIDs{find: find, now: now, known: map[string]tagID{}}
}

// id returns the id of the tag with exactly this name. It fails as
// systeme.Client.TagByName does.
func (t *tagIDs) id(ctx context.Context, name string) (int64, error) {
	t.mu.Lock()
	known, ok := t.known[name]
	t.mu.Unlock()
	if ok && t.now().Before(known.found.Add(tagIDLife)) {
		return known.id, nil
	}
	tag, err := t.find(ctx, name)
	if err != nil {
		return 0, err
	}
	t.keep(name, tag.ID)
	return tag.ID, nil
}

// keep keeps an id, in place of the one that was found the longest ago when there is
// no room for one more.
func (t *tagIDs) keep(name string, id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.known[name]; !known && len(t.known) >= maxTagIDs {
		oldest := ""
		for other, known := range t.known {
			if oldest == "" || known.found.Before(t.known[oldest].found) {
				oldest = other
			}
		}
		delete(t.known, oldest)
	}
	t.known[name] = tagID{id, t.now()}
}

// forget drops an id that may have gone stale.
func (t *tagIDs) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, name)
}
