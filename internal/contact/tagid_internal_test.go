package contact

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"clientflow/internal/systeme"
)

// tags finds tags, each search with the next id, on a clock that the test moves.
type tags struct {
	searches int64
	fail     error
	now      time.Time
}

func (s *tags) find(_ context.Context, name string) (systeme.Tag, error) {
	s.searches++
	return systeme.Tag{ID: s.searches, Name: name}, s.fail
}

func (s *tags) ids() *tagIDs { return newTagIDs(s.find, func() time.Time { return s.now }) }

func want(t *testing.T, ids *tagIDs, name string, id int64) {
	t.Helper()
	if got, err := ids.id(t.Context(), name); err != nil || got != id {
		t.Errorf("%s: %d, %v; want %d", name, got, err, id)
	}
}

func TestIDsAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	s := &tags{now: time.Unix(0, 0)}
	ids := s.ids()
	want(t, ids, "a", 1)
	s.now = s.now.Add(tagIDLife - 1)
	want(t, ids, "a", 1)
	want(t, ids, "b", 2)
	s.now = s.now.Add(1)
	want(t, ids, "a", 3)
	want(t, ids, "b", 2)
	ids.forget("b")
	want(t, ids, "b", 4)
}

func TestAFailedSearchIsNotKept(t *testing.T) {
	t.Parallel()
	s := &tags{fail: errors.New("down")}
	ids := s.ids()
	if _, err := ids.id(t.Context(), "a"); !errors.Is(err, s.fail) {
		t.Errorf("got %v", err)
	}
	s.fail = nil
	want(t, ids, "a", 2)
}

func TestIDsAreBounded(t *testing.T) {
	t.Parallel()
	s := &tags{now: time.Unix(0, 0)}
	ids := s.ids()
	for i := range maxTagIDs + 1 {
		s.now = s.now.Add(time.Millisecond)
		want(t, ids, fmt.Sprint(i), int64(i+1))
	}
	if len(ids.known) != maxTagIDs {
		t.Errorf("%d ids are kept", len(ids.known))
	}
	want(t, ids, "1", 2)
	want(t, ids, "0", maxTagIDs+2) // the oldest had to go
}
