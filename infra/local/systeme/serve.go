package systeme

import (
	"bytes"
	"crypto/subtle"
	"io"
	"net/http"
	"time"
)

// serveAPI answers one call of the API, or lets it meet its fault.
func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	fault := s.faults.take(r)
	if !s.hold(r, fault.Delay) || fault.Cut == CutBefore {
		s.log(r, answer{}, CutBefore)
		panic(http.ErrAbortHandler)
	}
	a := fault.answer()
	if !a.refused() {
		a = s.answer(r)
	}
	if fault.Cut == CutAfter {
		s.log(r, answer{}, CutAfter)
		panic(http.ErrAbortHandler)
	}
	s.log(r, a, "")
	if err := a.write(w); err != nil {
		s.options.Logger.Debug("answer not delivered", "path", r.URL.Path, "error", err)
	}
}

// hold makes a request wait. The body is read first, so that the work is done in the
// end even if the caller has given up, which is what makes a slow service hard. It
// is false when the body does not come; Close ends the wait.
func (s *Simulator) hold(r *http.Request, delay time.Duration) bool {
	if delay == 0 {
		return true
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.scheduler.ctx.Done():
	}
	return true
}

func (s *Simulator) log(r *http.Request, a answer, cut Cut) {
	s.requests.add(func(number int64) Request {
		return Request{Number: number, At: time.Now().UTC(), Method: r.Method,
			Path: r.URL.Path, Query: r.URL.RawQuery, Status: a.status, Cut: cut}
	})
}

// answer lets a request through the gates of the real API and to its handler.
func (s *Simulator) answer(r *http.Request) answer {
	if refused := s.authenticate(r); refused.refused() {
		return refused
	}
	share := s.quota.take()
	if !share.granted {
		a := refuse(http.StatusTooManyRequests, "Too Many Requests").withRetryAfter(share.retryAfterSeconds())
		return s.withQuota(a, share)
	}
	w := &answerWriter{header: http.Header{}}
	s.api.ServeHTTP(w, r)
	return s.withQuota(w.answer, share)
}

// authenticate answers as the real API was seen to: 401 with these very texts. A
// missing User-Agent is refused because the network before the real API does.
func (s *Simulator) authenticate(r *http.Request) answer {
	if r.UserAgent() == "" {
		return refuse(http.StatusForbidden, "Forbidden")
	}
	key := r.Header.Get("X-API-Key")
	if key == "" {
		return unauthorized("Full authentication is required to access this resource.")
	}
	if subtle.ConstantTimeCompare([]byte(key), []byte(s.key())) != 1 {
		a := unauthorized("Invalid API Key.")
		a.header = http.Header{"Www-Authenticate": {"API Key"}}
		return a
	}
	return answer{}
}

func unauthorized(detail string) answer {
	return answer{status: http.StatusUnauthorized, problem: true,
		body: map[string]string{"detail": detail}}
}
