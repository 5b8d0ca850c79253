package lambda

import (
	"os"
	"os/exec"
	"testing"
)

// A host that is killed has no time to kill its functions; the kernel does it.
func TestFunctionsDieWithAKilledHost(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roleVariable+"=host", "HOLD_AT="+m.address())
	host.Stderr = os.Stderr
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	function := m.arrive()
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	mustEnd(t, function)
	if err := host.Wait(); err == nil {
		t.Error("the host ended by itself")
	}
}
