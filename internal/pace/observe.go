package pace

import (
	"context"
	"fmt"
	"time"

	"clientflow/internal/systeme"
)

// tellTimeout bounds what it takes to tell the others, which is done even when the
// caller has no time left.
const tellTimeout = 2 * time.Second

// Observe has all stay away for as long as the answer asks, and go as slowly as what
// is left demands. What cannot be told now is told before the next turn is booked
// here.
func (s *Shared) Observe(ctx context.Context, quota systeme.Quota) {
	if !s.note(quota, time.Now()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	_ = s.tell(ctx) // the next Wait tries again, and says so if that fails too
}

// note remembers what an answer says, and tells whether it is news to the others.
func (s *Shared) note(quota systeme.Quota, now time.Time) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until := now.Add(quota.RetryAfter); quota.RetryAfter > 0 && until.After(s.seen.pausedUntil) {
		s.seen.pausedUntil, news = until, true
	}
	part, told := quota.Speed()
	slow := s.seen.slowUntil.After(now) && s.seen.speed < 1
	if told && (part < 1 || slow) {
		s.seen.speed, s.seen.slowUntil, news = part, now.Add(slowFor), true
	}
	s.untold = s.untold || news
	return news
}

// tell tells the others what they have not been told.
func (s *Shared) tell(ctx context.Context) error {
	s.mu.Lock()
	untold, known := s.untold, s.seen
	s.mu.Unlock()
	if !untold {
		return nil
	}
	now, seen := time.Now(), known
	var err error
	if known.slowUntil.After(now) {
		if seen, err = s.item.slow(ctx, known.speed, known.slowUntil); err != nil {
			return fmt.Errorf("slow down: %w", err)
		}
	}
	if known.pausedUntil.After(now) {
		if seen, err = s.item.pause(ctx, known.pausedUntil, now); err != nil {
			return fmt.Errorf("pause: %w", err)
		}
	}
	s.told(known, seen)
	return nil
}

// told remembers what was told, unless there is news by now, and the line as it then
// was.
func (s *Shared) told(what, now line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen.pausedUntil.Equal(what.pausedUntil) && s.seen.slowUntil.Equal(what.slowUntil) {
		s.untold, s.seen = false, now
	}
}
