package systeme

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// quota is the account's token bucket: one for all keys, as the real API has it.
type quota struct {
	limit     float64
	perSecond float64

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

// share is what one request got of the quota.
type share struct {
	granted   bool
	limit     int
	remaining int
	// refill is the time until one more request is possible.
	refill time.Duration
}

func newQuota(limit int, period time.Duration) *quota {
	return &quota{
		limit:     float64(limit),
		perSecond: float64(limit) / period.Seconds(),
		tokens:    float64(limit),
		last:      time.Now(),
	}
}

func (q *quota) take() share {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	q.tokens = min(q.limit, q.tokens+now.Sub(q.last).Seconds()*q.perSecond)
	q.last = now
	granted := q.tokens >= 1
	if granted {
		q.tokens--
	}
	missing := math.Floor(q.tokens) + 1 - q.tokens
	return share{
		granted:   granted,
		limit:     int(q.limit),
		remaining: int(q.tokens),
		refill:    time.Duration(missing / q.perSecond * float64(time.Second)),
	}
}

// retryAfterSeconds is at least 1, since the header has whole seconds.
func (s share) retryAfterSeconds() int { return max(1, int(math.Ceil(s.refill.Seconds()))) }

// withQuota adds the rate limit's headers.
func (s *Simulator) withQuota(a answer, share share) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set("X-RateLimit-Limit", strconv.Itoa(share.limit))
	if !s.options.Quirks.HideRemaining {
		a.header.Set("X-RateLimit-Remaining", strconv.Itoa(share.remaining))
	}
	a.header.Set("X-RateLimit-Refill", s.options.Quirks.Refill.format(share.retryAfterSeconds()))
	return a
}

func (f Refill) format(seconds int) string {
	at := time.Now().Add(time.Duration(seconds) * time.Second)
	switch f {
	case RefillUnix:
		return strconv.FormatInt(at.Unix(), 10)
	case RefillDate:
		return at.UTC().Format(http.TimeFormat)
	default:
		return strconv.Itoa(seconds)
	}
}
