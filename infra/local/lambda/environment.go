package lambda

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// environment is one process of a function.
//
// Its life is a row of turns: the process asks for an invocation, gets one,
// answers it and asks again. The turn of an invocation ends when the process
// asks again or is gone.
type environment struct {
	id             string
	host           *Host
	function       *Function
	revision       string // of the function when this was started
	command        *exec.Cmd
	stdout, stderr *logStream
	born           time.Time

	asked chan struct{}    // a token each time the process has asked
	work  chan *invocation // given to the process that has asked
	gone  chan struct{}    // closed when the process is gone
	exit  string           // how it went; read when gone is closed

	mu        sync.Mutex
	busy      bool        // in INIT or in a turn: it has not asked
	asking    bool        // a request for the next invocation is open
	current   *invocation // the one to be answered
	initError []byte      // what the process said of a failed INIT
}

func newEnvironment(h *Host, f *Function, number int) *environment {
	variables, revision := f.settings()
	e := &environment{
		id:       "environment-" + strconv.Itoa(number),
		host:     h,
		function: f,
		revision: revision,
		command:  exec.Command(f.config.Binary),
		stdout:   h.logs.stream(),
		stderr:   h.logs.stream(),
		born:     time.Now(),
		asked:    make(chan struct{}, 1),
		work:     make(chan *invocation),
		gone:     make(chan struct{}),
		busy:     true,
	}
	e.command.Dir = filepath.Dir(f.config.Binary)
	e.command.Env = f.config.allVariables(variables, h.address+"/"+e.id, e.id)
	e.command.Stdout, e.command.Stderr = e.stdout, e.stderr
	e.command.WaitDelay = time.Second // for output held open by a grandchild
	ownGroup(e.command)
	return e
}

// await returns when the process is gone and all that it wrote is logged.
func (e *environment) await() {
	err := e.command.Wait()
	switch exited := (*exec.ExitError)(nil); {
	case errors.As(err, &exited):
		e.exit = "Runtime exited with error: " + exited.Error()
	default:
		e.exit = "Runtime exited without providing a reason"
	}
	killGroup(e.command) // what it left behind
	e.stdout.flush()
	e.stderr.flush()
	close(e.gone)
}

func (e *environment) alive() bool {
	select {
	case <-e.gone:
		return false
	default:
		return true
	}
}

// kill ends the process and returns when it is gone.
func (e *environment) kill() {
	if e.alive() {
		killGroup(e.command)
	}
	<-e.gone
}

// initialise waits until a new process asks for its first invocation. If it
// never does, the invocation is answered with that.
func (e *environment) initialise(i *invocation) bool {
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	reason := i.timedOut(initLimit)
	select {
	case <-e.asked:
		i.result.Init = time.Since(e.born)
		return true
	case <-e.gone:
		reason = i.exited(e.exit)
	case <-limit.C:
		e.kill()
	}
	payload := reason.payload()
	if said := e.saidOfInit(); said != nil {
		payload = said
	}
	e.settle(i, reason.Type, payload)
	return false
}

func (e *environment) saidOfInit() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.initError
}

// run gives the invocation to the process and returns when the process asks
// again or is gone. It returns false when the process was gone before it had the
// invocation, which is not answered then.
func (e *environment) run(i *invocation) bool {
	i.begin()
	e.mu.Lock()
	e.current = i
	e.mu.Unlock()
	select {
	case e.work <- i:
	case <-e.gone:
		return false
	}
	deadline := time.NewTimer(time.Until(i.deadline))
	defer deadline.Stop()
	select {
	case <-e.asked:
		return true
	case <-e.gone:
		reason := i.exited(e.exit)
		e.settle(i, reason.Type, reason.payload())
	case <-deadline.C:
		e.kill()
		reason := i.timedOut(i.timeout)
		e.settle(i, reason.Type, reason.payload())
	}
	return true
}

// settle answers an invocation whose process is gone, unless the process
// answered it before.
func (e *environment) settle(i *invocation, kind string, payload []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.current = nil
	switch {
	case i.answered:
	case e.host.isClosed():
		i.err = ErrClosed
	default:
		e.host.logs.report(i.id, e.function.config.Name, kind)
		i.answer(payload, unhandled)
	}
}

// answer ends the current invocation with what the process says of it, or
// returns false when the id is of no invocation that is open here.
func (e *environment) answer(id string, payload []byte, functionError string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.id != id {
		return false
	}
	e.current.answer(payload, functionError)
	e.current = nil
	return true
}
