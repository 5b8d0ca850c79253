package systeme

import "testing"

func TestNothingBeginsAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := newScheduler()
	fired := &pending{} // a timer that went off just as close took the lock
	s.close()
	if s.begin(fired) {
		t.Error("a function began after close had waited for all")
	}
}
