package tagsync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// inProcess sends requests to a handler in this process. A connection that the
// handler aborts ends as a broken one does, and the handler goes on when the caller
// has given up.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answered := make(chan *http.Response, 1)
	go func() {
		var response *http.Response
		defer func() {
			if cause := recover(); cause != nil && cause != http.ErrAbortHandler {
				panic(cause)
			}
			answered <- response
		}()
		answer := httptest.NewRecorder()
		p.handler.ServeHTTP(answer, r)
		response = answer.Result()
	}()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case response := <-answered:
		if response == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return response, nil
	}
}

// call is a call of Systeme.io as it went over the wire.
type call struct {
	method, path, query, body string
	status                    int  // 0 when the connection broke
	again                     bool // it puts a tag on a contact that has it
}

// wiretap notes every call.
type wiretap struct {
	mu    sync.Mutex
	calls []call
	// answer takes the place of Systeme.io where its status is not 0.
	answer func(call) (status int, body string)
	// has tells whether a contact has a tag.
	has func(contactID, tagID string) bool
}

// all returns the calls so far as "METHOD path", ids in the path being "#".
func (t *wiretap) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	texts := make([]string, len(t.calls))
	for i, c := range t.calls {
		parts := strings.Split(c.path, "/")
		if len(parts) > 3 {
			parts[3] = "#"
		}
		texts[i] = c.method + " " + strings.TrimPrefix(strings.Join(parts, "/"), "/api")
	}
	return texts
}

// take returns the calls so far and forgets them.
func (t *wiretap) take() []string {
	texts := t.all()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = nil
	return texts
}

// reassigned returns how often a tag was put on a contact that had it.
func (t *wiretap) reassigned() (times int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.calls {
		if c.again {
			times++
		}
	}
	return times
}

func (t *wiretap) replaced(c call) (*http.Response, error) {
	if t.answer == nil {
		return nil, nil
	}
	status, body := t.answer(c)
	if status == 0 {
		return nil, nil
	}
	answer := httptest.NewRecorder()
	answer.WriteHeader(status)
	_, err := answer.WriteString(body)
	return answer.Result(), err
}

// assignsAgain tells whether a call puts a tag on a contact that has it.
func (t *wiretap) assignsAgain(c call) bool {
	path, isTags := strings.CutSuffix(c.path, "/tags")
	contactID, isContact := strings.CutPrefix(path, "/api/contacts/")
	var body struct{ TagID json.Number }
	return isTags && isContact && c.method == http.MethodPost &&
		json.Unmarshal([]byte(c.body), &body) == nil && t.has(contactID, body.TagID.String())
}

// hasTag tells whether a contact has a tag, by their ids.
func (w *world) hasTag(contactID, tagID string) bool {
	for _, contact := range w.sim.Contacts() {
		for _, tag := range contact.Tags {
			if fmt.Sprint(contact.ID) == contactID && fmt.Sprint(tag.ID) == tagID {
				return true
			}
		}
	}
	return false
}

type tapped struct {
	tap  *wiretap
	next http.RoundTripper
}

func (t tapped) RoundTrip(r *http.Request) (*http.Response, error) {
	c := call{method: r.Method, path: r.URL.Path, query: r.URL.RawQuery}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.body = string(body)
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	c.again = t.tap.assignsAgain(c)
	response, err := t.tap.replaced(c)
	if response == nil {
		response, err = t.next.RoundTrip(r)
	}
	if err == nil {
		c.status = response.StatusCode
	}
	t.tap.mu.Lock()
	defer t.tap.mu.Unlock()
	t.tap.calls = append(t.tap.calls, c)
	return response, err
}

// count counts the calls that are as wanted.
func count(calls []string, wanted string) int {
	return len(slices.DeleteFunc(slices.Clone(calls), func(c string) bool { return c != wanted }))
}

// breakable fails the requests that the world says are broken.
type breakable struct {
	world *world
	next  http.RoundTripper
}

func (b breakable) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.world.broken == nil {
		return b.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if b.world.broken(operation, string(body)) {
		return nil, io.ErrUnexpectedEOF
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return b.next.RoundTrip(r)
}
