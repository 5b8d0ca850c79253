// Package systeme simulates the public API of Systeme.io: contacts, tags,
// contact fields and webhooks with the rules, the error bodies and the limits of
// the real service, the workflows that ClientFlow's IBs run, and the signed
// webhook deliveries that tell of them. State lives in memory.
//
// It is strict where the real API is strict, so that what works here works with a
// real key. Where the real behaviour is not known, Quirks selects between the
// possible ones. It must not know anything of the product: a caller reaches it
// over HTTP, as it would reach Systeme.io.
package systeme

import (
	"net/http"
	"strings"
)

// Simulator is one Systeme.io account. Make it with New and end it with Close.
type Simulator struct {
	options   Options
	account   account
	quota     *quota
	faults    *faults
	requests  *history[Request]
	mails     *history[Mail]
	scheduler *scheduler
	lanes     []chan *delivery
	api       http.Handler
	local     http.Handler
}

// New starts an empty account that has the built-in contact fields.
func New(options Options) *Simulator {
	options = options.withDefaults()
	s := &Simulator{
		options:   options,
		account:   newAccount(),
		quota:     newQuota(options.RateLimit, options.RatePeriod),
		faults:    newFaults(),
		requests:  newHistory[Request](maxRequests),
		mails:     newHistory[Mail](maxMails),
		scheduler: newScheduler(),
	}
	s.api, s.local = s.apiRoutes(), s.localRoutes()
	s.startLanes()
	return s
}

// Handler serves the API under /api and the simulator's own routes under /_local.
func (s *Simulator) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_local/") {
			s.local.ServeHTTP(w, r)
			return
		}
		s.serveAPI(w, r)
	})
}

// Close stops the workflows and the deliveries and returns when none is running.
// Requests served after it are still answered, but nothing follows from them.
func (s *Simulator) Close() {
	s.scheduler.close()
	s.options.Deliverer.CloseIdleConnections()
}
