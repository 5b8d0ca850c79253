package lambda

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// lineLimit is where a line without an end is cut, as Lambda cuts it.
const lineLimit = 256 << 10

// logWriter takes whole lines from many processes.
type logWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (l *logWriter) line(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.to.Write(line) // nobody is left to tell of a log that is lost
}

// report tells of an invocation that the function did not answer itself, in the
// form of Lambda's own log events.
func (l *logWriter) report(requestID, function, kind string) {
	line, err := json.Marshal(map[string]any{
		"time": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"type": "platform.report",
		"record": map[string]string{
			"requestId":    requestID,
			"functionName": function,
			"status":       "error",
			"errorType":    kind,
		},
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	l.line(append(line, '\n'))
}

func (l *logWriter) stream() *logStream { return &logStream{to: l} }

// logStream gathers what one process writes into lines.
type logStream struct {
	to *logWriter

	mu   sync.Mutex
	rest []byte
}

// Write passes on the lines that are whole.
func (s *logStream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, p...)
	for {
		end := bytes.IndexByte(s.rest, '\n') + 1
		if end == 0 {
			break
		}
		s.to.line(s.rest[:end])
		s.rest = s.rest[end:]
	}
	if len(s.rest) >= lineLimit {
		s.end()
	}
	return len(p), nil
}

// flush passes on a last line that has no end.
func (s *logStream) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) > 0 {
		s.end()
	}
}

func (s *logStream) end() {
	s.to.line(append(s.rest, '\n'))
	s.rest = nil
}
