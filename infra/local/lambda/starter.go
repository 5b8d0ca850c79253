package lambda

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// starter starts all processes from one thread that lives as long as they may.
// On Linux a process is told to die with the thread that started it, and Go ends
// threads as it likes.
type starter struct {
	requests chan startRequest
}

type startRequest struct {
	command *exec.Cmd
	started chan error
}

func newStarter() *starter {
	s := &starter{requests: make(chan startRequest)}
	go func() {
		runtime.LockOSThread() // and never unlocked, so the thread ends here too
		for request := range s.requests {
			request.started <- request.command.Start()
		}
	}()
	return s
}

func (s *starter) start(command *exec.Cmd) error {
	request := startRequest{command, make(chan error)}
	s.requests <- request
	return <-request.started
}

// close ends the thread. No process may be left.
func (s *starter) close() { close(s.requests) }

// ownGroup puts a process into a group of its own, so that the Ctrl-C of a
// terminal does not reach it and that it can be killed with all its children.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithStarter(command.SysProcAttr)
}

// killGroup kills a process that was started and what is left of its group.
func killGroup(command *exec.Cmd) {
	err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		// Some systems refuse the group when one of its members is a zombie.
		_ = command.Process.Kill()
	}
}
