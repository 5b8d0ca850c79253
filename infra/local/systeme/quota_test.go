package systeme

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{RateLimit: 3, RatePeriod: time.Minute})
		defer s.Close()
		c := caller{s, t}
		for remaining := 2; remaining >= 0; remaining-- {
			got := c.must(200, "GET", "/api/tags", "")
			if got.header.Get("X-RateLimit-Limit") != "3" || got.header.Get("X-RateLimit-Remaining") != strconv.Itoa(remaining) ||
				got.header.Get("X-RateLimit-Refill") != "20" || got.header.Get("Retry-After") != "" {
				t.Errorf("headers %v", got.header)
			}
		}
		time.Sleep(5 * time.Second)
		if got := c.must(429, "GET", "/api/tags", ""); got.header.Get("Retry-After") != "15" || got.header.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("headers %v", got.header)
		}
		time.Sleep(15 * time.Second)
		c.must(200, "GET", "/api/tags", "")
		c.must(429, "GET", "/api/tags", "")
		time.Sleep(time.Hour)
		if got := c.must(200, "GET", "/api/tags", ""); got.header.Get("X-RateLimit-Remaining") != "2" {
			t.Errorf("the bucket overflowed: %v", got.header)
		}
		// Who is not let in takes nothing of the quota.
		c.call("GET", "/api/tags", "", func(r *http.Request) { r.Header.Del("X-API-Key") })
		if got := c.must(200, "GET", "/api/tags", ""); got.header.Get("X-RateLimit-Remaining") != "1" {
			t.Errorf("headers %v", got.header)
		}
	})
}

func TestQuotaHeadersAreSelectable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		refill Refill
		want   string
	}{
		{RefillSeconds, "20"}, {RefillUnix, "946684820"}, {RefillDate, "Sat, 01 Jan 2000 00:00:20 GMT"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{RateLimit: 3, RatePeriod: time.Minute, Quirks: Quirks{Refill: test.refill, HideRemaining: true}})
			defer s.Close()
			got := caller{s, t}.must(200, "GET", "/api/tags", "")
			if got.header.Get("X-RateLimit-Refill") != test.want || got.header.Get("X-RateLimit-Remaining") != "" {
				t.Errorf("headers %v", got.header)
			}
		})
	}
}
