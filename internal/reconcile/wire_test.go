package reconcile

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// wire carries calls to AWS and to Systeme.io, which are both in this process. It can be cut for good at one call, before its work is done or after.
type wire struct {
	systeme http.Handler
	aws     http.RoundTripper
	// broken fails the calls of DynamoDB that it says it does.
	broken func(operation, body string) bool

	// called is told of each call; may be nil.
	called func()

	mu    sync.Mutex
	left  int // calls until it is cut; 0 for never
	after bool
	cut   bool
	wrote int // calls of DynamoDB that may have changed something
}

var errCut = errors.New("the wire is cut")

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.called != nil {
		w.called()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	done, last := w.spend()
	if !done {
		return nil, errCut
	}
	response, err := w.send(r)
	if last {
		return nil, errCut
	}
	return response, err
}

func (w *wire) spend() (done, last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return false, true
	}
	if w.left > 0 {
		w.left--
		w.cut = w.left == 0
	}
	return !w.cut || w.after, w.cut
}

func (w *wire) send(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "systeme.test" {
		if r.Body == nil {
			r.Body = http.NoBody
		}
		answer := httptest.NewRecorder()
		w.systeme.ServeHTTP(answer, r)
		return answer.Result(), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if w.broken != nil && w.broken(operation, string(body)) {
		return nil, errCut
	}
	if operation == "UpdateItem" {
		w.mu.Lock()
		w.wrote++
		w.mu.Unlock()
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return w.aws.RoundTrip(r)
}
