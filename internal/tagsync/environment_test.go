package tagsync

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/pace"
	"clientflow/internal/systeme"
	"clientflow/internal/tenantdb"
)

// environment is one process of the function. It is killed when its life says so.
type environment struct {
	*Handler
	life *life
}

// start starts an environment, with nothing of another one's memory.
func (w *world) start(l *life) *environment {
	toAWS := mortal{l, breakable{w, inProcess{w.aws}}}
	db := client(toAWS)
	gate := newGate(systeme.NewPacer(rate), time.Now)
	api, err := systeme.New(systeme.Config{
		BaseURL: "http://systeme.test", Key: w.key, Timeout: callTimeout, Limiter: gate,
		HTTP: &http.Client{Transport: mortal{l, tapped{w.wire, inProcess{w.sim.Handler()}}}},
	})
	w.must(err)
	return &environment{life: l, Handler: &Handler{
		leads:    leadStore(db, Settings{LeadsTable: leadsTable, RegistryTable: registryTable}),
		users:    account.NewUsers(tenantdb.Owned(db, usersTable, "")),
		contacts: api, gate: gate, tags: NewTagIDs(api, db, registryTable), deletions: deletions{db, registryTable},
		queue: queueAt{recorded{queueClient(toAWS), w.queue}, queueURL}, maxReceives: maxReceives,
		now: time.Now, log: eventlog.New(w.log, "sync-tags"),
	}}
}

// paced has the environment keep the account's rate, together with all others that do.
func (w *world) paced(e *environment, perSecond float64) {
	e.gate.pace = pace.New(client(mortal{e.life, breakable{w, inProcess{w.aws}}}), registryTable, perSecond)
}

// poll hands the environment one batch, waiting for it. It returns false when there
// was none. A batch of an environment that dies is not settled: its messages come
// again by themselves.
func (w *world) poll(e *environment, size int, wait time.Duration) (worked bool) {
	records := w.queue.receive(size, wait)
	if len(records) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	response, err := e.Handle(ctx, Event{records})
	w.must(err)
	if !e.life.over() {
		w.queue.settle(records, response)
	}
	return true
}

// drain polls, and waits for messages that are away, until the queue is empty.
func (w *world) drain(e *environment) {
	w.tb.Helper()
	w.drainFor(e, 30*24*time.Hour)
	if !w.queue.empty() {
		w.tb.Fatal("the queue never empties")
	}
}

// drainFor does as drain for so long, and returns how many batches there were.
func (w *world) drainFor(e *environment, most time.Duration) (polls int) {
	until := time.Now().Add(most)
	for !w.queue.empty() && time.Now().Before(until) {
		if w.poll(e, batchSize, min(time.Until(until), 2*time.Hour)) {
			polls++
		}
	}
	return polls
}

// errKilled is what every call of a dead process comes to.
var errKilled = errors.New("the process is dead")

// life counts the outward calls of an environment and ends it at one of them,
// before or after its work is done. The zero life does not end.
type life struct {
	mu    sync.Mutex
	left  int // calls until the last; 0 for no end
	after bool
	dead  bool
}

func (l *life) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// spend counts one call: whether it is done, and whether its answer is seen.
func (l *life) spend() (done, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return false, true
	}
	if l.left > 0 {
		l.left--
		l.dead = l.left == 0
	}
	return !l.dead || l.after, l.dead
}

type mortal struct {
	life *life
	next http.RoundTripper
}

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	done, last := m.life.spend()
	if !done {
		return nil, errKilled
	}
	response, err := m.next.RoundTrip(r)
	if last || m.life.over() {
		return nil, errKilled
	}
	return response, err
}
