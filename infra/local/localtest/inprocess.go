package localtest

import (
	"net/http"
	"net/http/httptest"
)

// inProcess is a transport to a handler in this process. It saves tests, which make
// very many calls, what sockets cost.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	received := *r
	received.Host = r.URL.Host
	if r.Body == nil {
		received.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, &received)
	return answer.Result(), nil
}
