// Package lambda runs functions as Lambda does: each execution environment is a
// child process of the very binary that is deployed, which asks the Runtime API
// for its invocations. Environments are started when there is work for them,
// kept for the next, take one invocation at a time, and die of a time-out.
//
// Of Lambda's API it has what changes the variables of a function, which replaces its
// environments. It does not know what invokes a function, and does nothing to a payload. No
// process outlives its Host, not even when the Host's own process is killed.
package lambda

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// PayloadLimit is the size in bytes of the largest event and the largest answer:
// six megabytes, and the 100 bytes that Lambda forgives.
const PayloadLimit = 6<<20 + 100

// initLimit is how long a function may take to ask for its first invocation.
const initLimit = 10 * time.Second

var (
	// ErrTooLarge says that an event is larger than PayloadLimit.
	ErrTooLarge = errors.New("the event is larger than a function takes")
	// ErrClosed says that the Host is closed.
	ErrClosed = errors.New("the functions are shut down")
)

// Host runs functions. It may be used from many goroutines at once.
type Host struct {
	address string
	server  *http.Server
	starter *starter
	logs    *logWriter
	close   func() error // shutDown, once

	mu           sync.Mutex
	closed       bool
	started      int // how many environments there ever were
	environments map[string]*environment
	functions    map[string]*Function // by name
	running      sync.WaitGroup       // invocations and processes
}

// NewHost opens the Runtime API on a port of its own. What functions write to
// their standard output and error goes to logs, whole lines at a time.
func NewHost(logs io.Writer) (*Host, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the Runtime API: %w", err)
	}
	h := &Host{
		address:      listener.Addr().String(),
		starter:      newStarter(),
		logs:         &logWriter{to: logs},
		environments: map[string]*environment{},
		functions:    map[string]*Function{},
	}
	h.close = sync.OnceValue(h.shutDown)
	h.server = &http.Server{Handler: h.routes(), ReadHeaderTimeout: 10 * time.Second}
	h.running.Go(func() { _ = h.server.Serve(listener) }) // ends with Close
	return h, nil
}

// Close kills every environment, ends the invocations under way with ErrClosed
// and returns when no process is left. It may be called again.
func (h *Host) Close() error { return h.close() }

func (h *Host) shutDown() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock() // from here on nothing is launched
	for _, e := range h.live() {
		e.kill()
	}
	err := h.server.Close()
	h.running.Wait()
	h.starter.close()
	return err
}

// launch starts an environment of a function.
func (h *Host) launch(f *Function) (*environment, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	h.started++
	e := newEnvironment(h, f, h.started)
	if err := h.starter.start(e.command); err != nil {
		return nil, fmt.Errorf("start %s: %w", f.config.Name, err)
	}
	h.environments[e.id] = e
	h.running.Go(func() {
		e.await()
		h.mu.Lock()
		delete(h.environments, e.id)
		h.mu.Unlock()
	})
	return e, nil
}

func (h *Host) environment(id string) (*environment, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.environments[id]
	return e, ok
}

// live returns the environments whose process is not gone.
func (h *Host) live() []*environment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.environments))
}

func (h *Host) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// begin counts an invocation in, unless the Host is closed.
func (h *Host) begin(run func()) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	h.running.Go(run)
	return nil
}
