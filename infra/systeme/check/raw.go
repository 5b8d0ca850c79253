package check

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"clientflow/internal/systeme"
)

// raw makes a call that the product does not make; body is nil for none. Its failures
// are of the kinds that the client's are.
func (c *checker) raw(ctx context.Context, method, path string, body any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.API+path, reader)
	if err != nil {
		return err
	}
	request.Header.Set("X-API-Key", c.Key)
	request.Header.Set("User-Agent", "ClientFlow/1.0")
	if body != nil {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	if err := c.pace.Wait(ctx); err != nil {
		return err
	}
	response, err := c.wire.RoundTrip(request)
	if err != nil {
		return &systeme.Error{Kind: systeme.Temporary, Call: method}
	}
	return refusal(method, response)
}

// refusal is the failure that an answer tells of, if it does.
func refusal(method string, response *http.Response) error {
	e := &systeme.Error{Kind: systeme.Invalid, Call: method, Status: response.StatusCode}
	switch {
	case e.Status < 300, e.Status == http.StatusNotFound && method == http.MethodDelete:
		return nil
	case e.Status == http.StatusTooManyRequests:
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		e.Kind, e.RetryAfter = systeme.RateLimited, time.Duration(seconds)*time.Second
	case e.Status >= 500:
		e.Kind = systeme.Temporary
	case e.Status == http.StatusNotFound:
		e.Kind = systeme.NotFound
	}
	return e
}
