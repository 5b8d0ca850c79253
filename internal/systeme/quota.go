package systeme

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota is what an answer says of the account's rate limit.
type Quota struct {
	// Limit is the ceiling; 0 when the answer does not say.
	Limit int
	// Remaining is how many calls are left; -1 when the answer does not say.
	Remaining int
	// Refill is X-RateLimit-Refill as it came: its format is not published.
	Refill string
	// RetryAfter is how long to stay away; 0 unless the answer asks for it.
	RetryAfter time.Duration
}

const (
	// lowShare is the part of the quota below which calls slow down.
	lowShare = 0.2
	// Slowest is the part of the rate that is always kept, so that the answer that
	// says there is more again can come.
	Slowest = 0.1
)

// Speed returns the part of the full rate at which what is left lasts, from Slowest to
// 1; false when the answer does not say what is left.
func (q Quota) Speed() (part float64, ok bool) {
	if q.Limit == 0 || q.Remaining < 0 {
		return 0, false
	}
	return min(1, max(Slowest, float64(q.Remaining)/(lowShare*float64(q.Limit)))), true
}

// longestRetryAfter bounds what a header can do: after it, the next call finds out
// whether we must still wait.
const longestRetryAfter = time.Hour

func readQuota(response *http.Response) Quota {
	header := response.Header
	q := Quota{
		Limit:      max(0, count(header.Get("X-RateLimit-Limit"))),
		Remaining:  count(header.Get("X-RateLimit-Remaining")),
		Refill:     header.Get("X-RateLimit-Refill"),
		RetryAfter: retryAfter(header.Get("Retry-After"), time.Now()),
	}
	if response.StatusCode == http.StatusTooManyRequests {
		q.RetryAfter = max(q.RetryAfter, time.Second)
	}
	return q
}

// count reads a number that is not negative; -1 of anything else.
func count(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// retryAfter reads seconds or an HTTP date; 0 of anything else and of the past, at
// most an hour.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseUint(text, 10, 63); err == nil {
		return time.Duration(min(seconds, uint64(longestRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), longestRetryAfter)
}
