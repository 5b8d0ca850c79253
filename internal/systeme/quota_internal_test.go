package systeme

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 27, 20, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                               0,
		"5":                              5 * time.Second,
		" 5 ":                            5 * time.Second,
		"-5":                             0,
		"1.5":                            0,
		"99999999999999999999":           0,
		"9223372036854775807":            time.Hour,
		"Sun, 27 Sep 2026 20:00:30 GMT":  30 * time.Second,
		"Sun, 27 Sep 2026 19:00:00 GMT":  0,
		"Mon, 28 Sep 2026 20:00:00 GMT":  time.Hour,
		"Sunday, 27-Sep-26 20:00:09 GMT": 9 * time.Second,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzQuotaHeaders(f *testing.F) {
	f.Add("100", "7", "30", "5", 200)
	f.Add("", "-1", "Sun, 27 Sep 2026 20:00:30 GMT", "Sun, 27 Sep 2026 20:00:30 GMT", 429)
	f.Add("9223372036854775808", " 1", "\x00", "9223372036854775807", 503)
	f.Fuzz(func(t *testing.T, limit, remaining, refill, retry string, status int) {
		header := http.Header{}
		header.Set("X-RateLimit-Limit", limit)
		header.Set("X-RateLimit-Remaining", remaining)
		header.Set("X-RateLimit-Refill", refill)
		header.Set("Retry-After", retry)
		quota := readQuota(&http.Response{StatusCode: status, Header: header})
		if quota.Limit < 0 || quota.Remaining < -1 || quota.Refill != refill || quota.RetryAfter < 0 || quota.RetryAfter > longestRetryAfter {
			t.Errorf("%+v", quota)
		}
		if status == http.StatusTooManyRequests && quota.RetryAfter < time.Second {
			t.Errorf("a 429 that asks for %s", quota.RetryAfter)
		}
		pacer := NewPacer(1)
		pacer.Observe(t.Context(), quota)
		if speed := pacer.limiter.Limit(); speed < 0.1 || speed > 1 {
			t.Errorf("%+v makes the pacer go at %v", quota, speed)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add([]byte(`{"detail":"email: This value is already used."}`))
	f.Add([]byte(`{"violations":[{"propertyPath":"fields[0].slug","message":"x"}]}`))
	f.Add([]byte(`{"violations":[{"propertyPath":"fields[-1].value"},{"propertyPath":"fields[1].value","message":"\ud800"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := request{name: "create contact", slugs: []string{"first_name"}}
		e := r.refused(&http.Response{StatusCode: http.StatusUnprocessableEntity, Header: http.Header{}}, body).(*Error)
		switch e.Kind {
		case Invalid, Duplicate, UnknownTag, UnknownField:
		default:
			t.Errorf("%s is %v", body, e.Kind)
		}
		for _, v := range e.Violations {
			if len([]rune(v.Message)) > 201 || len(safeField(v.Field)) > 64 {
				t.Errorf("violation %+v", v)
			}
		}
	})
}
