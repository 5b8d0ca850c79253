package systeme

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"path"
	"sync"
	"time"
)

// Fault is something that goes wrong with the requests it matches. The first
// fault that matches and fires decides; Delay goes together with any other.
type Fault struct {
	// Method and Path choose the requests; empty matches all. Path is a pattern of
	// package path, such as /api/contacts/*/tags.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Skip lets this many matching requests pass first.
	Skip int `json:"skip"`
	// Count ends the fault after it has fired so often; 0 never ends it.
	Count int `json:"count"`
	// Share is the part of the matching requests, above 0 and up to 1, that the
	// fault fires on, drawn at random; 0 means all of them.
	Share float64 `json:"share"`
	// Status answers with this status, 400 to 599, without doing the work.
	Status int `json:"status"`
	// RetryAfter sends the header of that name with the status, in seconds.
	RetryAfter int `json:"retryAfter"`
	// Delay makes the request wait first. The work is then done, also for a caller
	// who has given up.
	Delay time.Duration `json:"-"`
	// Cut closes the connection without an answer, before the work or after it.
	Cut Cut `json:"cut"`
}

// Cut says when a connection is cut.
type Cut string

// A connection is cut before the work is done, or after.
const (
	CutBefore Cut = "before"
	CutAfter  Cut = "after"
)

// validate says what a fault cannot be.
func (f Fault) validate() error {
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return errors.New("status must be 400 to 599")
	}
	if f.Cut != "" && f.Cut != CutBefore && f.Cut != CutAfter {
		return errors.New(`cut must be "before" or "after"`)
	}
	if f.Share < 0 || f.Share > 1 {
		return errors.New("share must be 0 to 1")
	}
	if f.Skip < 0 || f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0 {
		return errors.New("skip, count, delay and retryAfter must not be negative")
	}
	if _, err := path.Match(f.Path, ""); err != nil {
		return errors.New("path is no pattern")
	}
	return nil
}

// faults are those in force. The draws are the same in every run.
type faults struct {
	mu     sync.Mutex
	plan   []Fault
	random *rand.Rand
}

func newFaults() *faults { return &faults{random: rand.New(rand.NewPCG(1, 2))} }

func (f *faults) set(plan []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = append([]Fault(nil), plan...)
}

// take returns the fault that the request meets; the zero fault when none.
func (f *faults) take(r *http.Request) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.plan {
		if f.plan[i].matches(r) && f.fires(i) {
			fault := f.plan[i]
			f.spend(i)
			return fault
		}
	}
	return Fault{}
}

func (f Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	// set and the route let only sound patterns in.
	matched, err := path.Match(f.Path, r.URL.Path)
	return f.Path == "" || (matched && err == nil)
}

func (f *faults) fires(i int) bool {
	if f.plan[i].Skip > 0 {
		f.plan[i].Skip--
		return false
	}
	return f.plan[i].Share == 0 || f.random.Float64() < f.plan[i].Share
}

// spend counts one firing, and drops a fault that has fired as often as it should.
func (f *faults) spend(i int) {
	if f.plan[i].Count == 0 {
		return
	}
	if f.plan[i].Count--; f.plan[i].Count == 0 {
		f.plan = append(f.plan[:i], f.plan[i+1:]...)
	}
}

// answer is the answer that the fault gives in place of the work; the zero answer
// when it lets the work be done.
func (f Fault) answer() answer {
	if f.Status == 0 {
		return answer{}
	}
	a := refuse(f.Status, http.StatusText(f.Status))
	if f.RetryAfter > 0 {
		a = a.withRetryAfter(f.RetryAfter)
	}
	return a
}
