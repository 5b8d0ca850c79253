package lambda

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// defaultConcurrency is the most environments of a function at a time, for a
// function that does not say.
const defaultConcurrency = 8

// Config is what a function is.
type Config struct {
	// Name and ARN are what AWS calls it.
	Name, ARN string
	// Binary is the path of the program.
	Binary string
	// Timeout ends an invocation.
	Timeout time.Duration
	// MemoryMB is what the function is told that it has.
	MemoryMB int
	// Concurrency is the most environments at a time, further invocations wait;
	// 0 stands for 8.
	Concurrency int
	// Tracing has X-Ray record every invocation, not just the few that it samples on AWS.
	Tracing bool
	// LogGroup and LogFormat are what the function is told of its log.
	LogGroup, LogFormat string
	// AccessKeyID, SecretAccessKey and SessionToken are the credentials of its role.
	AccessKeyID, SecretAccessKey, SessionToken string
	// Environment are further variables, until they are replaced. They cannot replace
	// Lambda's own.
	Environment map[string]string
}

// Function is a function of a Host.
type Function struct {
	host   *Host
	config Config
	places chan struct{} // one for each environment that is at work

	mu        sync.Mutex
	variables map[string]string // never changed, but replaced
	revision  string            // of the variables
	changed   time.Time         // when they were
	idle      []*environment    // of this revision, the one used last at the end
}

// Result is the outcome of an invocation.
type Result struct {
	// Payload is the function's answer, or the error object.
	Payload []byte
	// FunctionError is empty for an answer, and "Unhandled" for an error.
	FunctionError string
	// RequestID is the invocation's id.
	RequestID string
	// Init is how long the environment took to be ready; 0 when it was already.
	Init time.Duration
	// Duration is how long the function took to answer.
	Duration time.Duration
}

// Function adds a function.
func (h *Host) Function(config Config) *Function {
	if config.Concurrency == 0 {
		config.Concurrency = defaultConcurrency
	}
	f := &Function{
		host: h, config: config, places: make(chan struct{}, config.Concurrency),
		variables: config.Environment, revision: newUUID(), changed: time.Now(),
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.functions[config.Name] = f
	return f
}

// Name returns the function's name.
func (f *Function) Name() string { return f.config.Name }

// Invoke gives an event to the function and returns its answer or its error
// object. The error is ErrTooLarge, ErrClosed, the context's, or says that the
// program could not be started. When the context ends, the function works on.
func (f *Function) Invoke(ctx context.Context, event []byte) (Result, error) {
	if len(event) > PayloadLimit {
		return Result{}, fmt.Errorf("invoke %s with %d bytes: %w", f.config.Name, len(event), ErrTooLarge)
	}
	select {
	case f.places <- struct{}{}:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	i := newInvocation(f, event)
	err := f.host.begin(func() {
		defer func() { <-f.places }()
		f.work(i)
	})
	if err != nil {
		<-f.places
		return Result{}, err
	}
	select {
	case <-i.over:
		return i.result, i.err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// work finds an environment for the invocation and returns when the environment
// is ready for another, or gone. The caller has the answer no sooner, so that the
// next call does not find the environment still busy.
func (f *Function) work(i *invocation) {
	defer close(i.over)
	for e := f.takeIdle(); e != nil; e = f.takeIdle() {
		if e.run(i) {
			f.giveBack(e)
			return
		}
	}
	e, err := f.host.launch(f)
	if err != nil {
		i.err = err
		return
	}
	if !e.initialise(i) {
		return
	}
	if !e.run(i) {
		reason := i.exited(e.exit)
		e.settle(i, reason.Type, reason.payload())
	}
	f.giveBack(e)
}

// takeIdle returns the environment that was at work last, so that those which are
// not needed stay idle; nil when there is none.
func (f *Function) takeIdle() *environment {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.idle) > 0 {
		last := len(f.idle) - 1
		e := f.idle[last]
		f.idle = f.idle[:last]
		if e.alive() {
			return e
		}
	}
	return nil
}

// giveBack keeps an environment for the next invocation, unless the function was
// changed since it was started.
func (f *Function) giveBack(e *environment) {
	if !e.alive() {
		return
	}
	f.mu.Lock()
	current := e.revision == f.revision
	if current {
		f.idle = append(f.idle, e)
	}
	f.mu.Unlock()
	if !current {
		e.kill()
	}
}
