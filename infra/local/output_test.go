package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// lockedBuffer is what a command writes, for a test that reads along.
type lockedBuffer struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// await waits for a line that begins with some text and returns the address in
// it. The command must not end before.
func (b *lockedBuffer) await(t *testing.T, ended <-chan error, prefix string) string {
	t.Helper()
	for {
		b.mu.Lock()
		text := b.text.String()
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		if _, rest, ok := strings.Cut(text, "\n"+prefix); ok {
			return strings.TrimSuffix(strings.Fields(rest)[0], ".")
		}
		select {
		case <-changed:
		case err := <-ended:
			t.Fatalf("it ended: %v\n%s", err, b)
		}
	}
}
