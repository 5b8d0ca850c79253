package check

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// callTimeout bounds a call with its answer.
const callTimeout = 10 * time.Second

// exchange is a call and its answer.
type exchange struct {
	call   string // "POST /api/tags"
	status int
	header http.Header
	body   string
}

// String is the answer as a report shows it: "422 {"type":…}".
func (e exchange) String() string {
	const longest = 600
	body := strings.Join(strings.Fields(e.body), " ")
	if runes := []rune(body); len(runes) > longest {
		body = string(runes[:longest]) + "…"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.status, body))
}

// recorder keeps the answers as they came, which the client does not hand on.
type recorder struct {
	next http.RoundTripper

	mu        sync.Mutex
	exchanges []exchange // since the last call of forget
	limited   *exchange  // the first 429
	last      *exchange
}

// RoundTrip implements http.RoundTripper. A call that has begun is not cut off by
// Ctrl-C: what it makes must be there when everything is removed.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(request.Context()), callTimeout)
	defer cancel()
	response, err := r.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.record(exchange{request.Method + " " + request.URL.Path, response.StatusCode, response.Header, string(body)})
	return response, nil
}

func (r *recorder) record(e exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, e)
	r.last = &e
	if e.status == http.StatusTooManyRequests && r.limited == nil {
		r.limited = &e
	}
}

// forget forgets the exchanges of the question before.
func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = nil
}

// first returns the answer to the question's own call: the client may have made
// others to be sure of it.
func (r *recorder) first() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == 0 {
		return "no answer"
	}
	return r.exchanges[0].String()
}

// seen returns the last answer of all, and the first that the rate limit refused;
// nil for none.
func (r *recorder) seen() (last, limited *exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.limited
}
