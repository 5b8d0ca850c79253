package lambda

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

func mustHost(t *testing.T, logs io.Writer) *Host {
	t.Helper()
	host, err := NewHost(logs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	return host
}

// outcome is what an invocation in the background came to.
type outcome struct {
	result Result
	err    error
}

func invoke(ctx context.Context, f *Function, event string) chan outcome {
	ended := make(chan outcome, 1)
	go func() {
		result, err := f.Invoke(ctx, []byte(event))
		ended <- outcome{result, err}
	}()
	return ended
}

func TestCloseLeavesNoProcess(t *testing.T) {
	t.Parallel()
	host, m := mustHost(t, io.Discard), newMeeting(t)
	f := host.Function(testConfig())
	ended := invoke(t.Context(), f, fmt.Sprintf(`{"HoldAt":%q,"Children":true}`, m.address()))
	function, child := m.arrive(), m.arrive()
	if err := host.Close(); err != nil {
		t.Error(err)
	}
	mustEnd(t, function)
	mustEnd(t, child)
	if got := <-ended; !errors.Is(got.err, ErrClosed) {
		t.Errorf("the invocation under way ended with %q, %v", got.result.Payload, got.err)
	}
	if _, err := f.Invoke(t.Context(), []byte("{}")); !errors.Is(err, ErrClosed) {
		t.Errorf("a later invocation ended with %v", err)
	}
}

func TestTheCallerMayLeave(t *testing.T) {
	t.Parallel()
	host, m := mustHost(t, io.Discard), newMeeting(t)
	config := testConfig()
	config.Concurrency = 1
	f := host.Function(config)
	ctx, cancel := context.WithCancel(t.Context())
	ended := invoke(ctx, f, fmt.Sprintf(`{"HoldAt":%q}`, m.address()))
	function := m.arrive()
	waiting := invoke(ctx, f, "{}") // there is no place for it
	cancel()
	for _, one := range []chan outcome{ended, waiting} {
		if got := <-one; !errors.Is(got.err, context.Canceled) {
			t.Errorf("got %v", got.err)
		}
	}
	if err := function.Close(); err != nil { // the function works on, and fails now
		t.Error(err)
	}
	if result, err := f.Invoke(t.Context(), []byte("{}")); err != nil || result.FunctionError != "" || result.Init != 0 {
		t.Errorf("the function's process was not kept: %s, INIT %v, %v", result.Payload, result.Init, err)
	}
}

// syncBuffer is a log that a test reads.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func TestLogLinesStayWhole(t *testing.T) {
	t.Parallel()
	const processes, lines = 4, 200
	var logs syncBuffer
	host := mustHost(t, &logs)
	f := host.Function(testConfig())
	var all []chan outcome
	for range processes {
		all = append(all, invoke(t.Context(), f, fmt.Sprintf(`{"Lines":%d}`, lines)))
	}
	for _, one := range all {
		if got := <-one; got.err != nil || got.result.FunctionError != "" {
			t.Fatalf("%s, %v", got.result.Payload, got.err)
		}
	}
	if err := host.Close(); err != nil { // what was written is logged by then
		t.Fatal(err)
	}
	whole := regexp.MustCompile(`^\d+:x{100,300}$`)
	count := 0
	for line := range bytes.Lines(logs.text.Bytes()) {
		if !whole.Match(bytes.TrimSuffix(line, []byte("\n"))) {
			t.Fatalf("a line was torn: %q", line)
		}
		count++
	}
	if count != processes*lines {
		t.Errorf("%d lines of %d", count, processes*lines)
	}
}

func TestLogStream(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		writes []string
		want   []string
	}{
		{"a line", []string{"a\n"}, []string{"a\n"}},
		{"lines in one write", []string{"a\nb\n\n"}, []string{"a\n", "b\n", "\n"}},
		{"a line in pieces", []string{"a", "b", "c\nd", "\n"}, []string{"abc\n", "d\n"}},
		{"no end", []string{"a\nb"}, []string{"a\n", "b\n"}},
		{"nothing", nil, nil},
		{"too long", []string{string(make([]byte, lineLimit)), "rest\n"}, []string{string(make([]byte, lineLimit)) + "\n", "rest\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			stream := (&logWriter{to: writerFunc(func(p []byte) { got = append(got, string(p)) })}).stream()
			for _, text := range test.writes {
				if n, err := stream.Write([]byte(text)); n != len(text) || err != nil {
					t.Errorf("wrote %d of %d, %v", n, len(text), err)
				}
			}
			stream.flush()
			if fmt.Sprint(len(got), got) != fmt.Sprint(len(test.want), test.want) {
				t.Errorf("got %d lines, want %d", len(got), len(test.want))
			}
		})
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestNewUUID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		seen[newUUID()] = true
	}
	if len(seen) != 100 {
		t.Error("ids repeat: " + strconv.Itoa(len(seen)))
	}
}
