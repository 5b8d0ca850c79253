package lambda

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// invocation is one event on its way through a function.
type invocation struct {
	id, traceID string
	event       []byte
	timeout     time.Duration
	began       time.Time
	deadline    time.Time

	// What became of it. Its environment sets these under its lock; the caller
	// reads them once over is closed.
	answered bool
	result   Result
	err      error
	over     chan struct{}
}

func newInvocation(f *Function, event []byte) *invocation {
	return &invocation{
		id:      newUUID(),
		traceID: newTraceID(time.Now(), f.config.Tracing),
		event:   event,
		timeout: f.config.Timeout,
		over:    make(chan struct{}),
	}
}

// begin starts the clock of the function's time-out.
func (i *invocation) begin() {
	i.began = time.Now()
	i.deadline = i.began.Add(i.timeout)
}

// answer notes what the function said, or what Lambda says in its stead.
func (i *invocation) answer(payload []byte, functionError string) {
	i.answered = true
	i.result.Payload, i.result.FunctionError, i.result.RequestID = payload, functionError, i.id
	if !i.began.IsZero() {
		i.result.Duration = time.Since(i.began)
	}
}

// unhandled is what Lambda calls a function's error.
const unhandled = "Unhandled"

// failure is an error object of Lambda's own.
type failure struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (i *invocation) timedOut(limit time.Duration) failure {
	return failure{"Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", i.id, limit.Seconds())}
}

func (i *invocation) exited(reason string) failure {
	return failure{"Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: %s", i.id, reason)}
}

func (f failure) payload() []byte {
	payload, err := json.Marshal(f)
	if err != nil {
		panic(err) // two strings always marshal
	}
	return payload
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newTraceID returns the X-Ray header of a trace that begins with an invocation. Lambda
// does not go on in the one that a message of a queue carries, be it the only one of its
// batch: it links its own to that. A stream's records carry none.
func newTraceID(now time.Time, sampled bool) string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails
	decision := "0"
	if sampled {
		decision = "1"
	}
	return strings.Join([]string{
		fmt.Sprintf("Root=1-%08x-%s", now.Unix(), hex.EncodeToString(b[:12])),
		"Parent=" + hex.EncodeToString(b[12:]),
		"Sampled=" + decision,
	}, ";")
}
