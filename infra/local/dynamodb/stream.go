package dynamodb

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"
)

// retention is how long a stream keeps a record that someone has yet to read.
const retention = 24 * time.Hour

// ErrStreamEnded is what Read returns when the stream's table is deleted and
// all its records are read.
var ErrStreamEnded = errors.New("the table of the stream is deleted")

// Stream is one reader's view of the changes of a table. A record stays in the
// table's stream until every reader has acknowledged it, and 24 hours at most.
type Stream struct {
	log *streamLog
	// acknowledged is the sequence number of the last record that the reader
	// is done with; "" before the first.
	acknowledged string
}

// Stream makes a reader of a table's changes. A table that does not exist or
// has no stream is a ResourceNotFoundException.
func (db *DB) Stream(table string) (*Stream, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.tables[table]
	if t == nil || t.stream == nil {
		return nil, noTable()
	}
	return t.stream.reader(), nil
}

// Read returns up to limit records that come after the one with the sequence
// number after, oldest first; "" is before all. It waits until there is one,
// until ctx ends, or until there can be none any more (ErrStreamEnded). It
// acknowledges all records up to after: they need not be there for another Read.
func (s *Stream) Read(ctx context.Context, after string, limit int) ([]StreamRecord, error) {
	for {
		records, changed, err := s.log.read(s, after, limit)
		if err != nil || len(records) > 0 {
			return records, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
		}
	}
}

// streamLog holds the records of a table's stream.
type streamLog struct {
	arn   string
	label string
	// view is the StreamViewType.
	view  string
	clock func() time.Time

	mu      sync.Mutex
	records []StreamRecord
	last    string // the sequence number of the last record
	readers []*Stream
	ended   bool
	// changed is closed, and replaced, when there is something new to see.
	changed chan struct{}
	// repeats is the share of the records that are read twice.
	repeats  float64
	repeated quota
}

func newStreamLog(table, view string, clock func() time.Time) *streamLog {
	label := clock().UTC().Format("2006-01-02T15:04:05.000")
	return &streamLog{
		arn: tableARN(table) + "/stream/" + label, label: label,
		view: view, clock: clock, changed: make(chan struct{}),
	}
}

func (l *streamLog) reader() *Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	reader := &Stream{log: l}
	l.readers = append(l.readers, reader)
	return reader
}

// record appends a change.
func (l *streamLog) record(sequence uint64, now time.Time, m mutation, by *UserIdentity) {
	record := l.newRecord(sequence, now, m, by)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records, l.last = append(l.records, record), record.Change.SequenceNumber
	l.trim()
	l.wake()
}

// end says that no record follows.
func (l *streamLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.wake()
}

// repeat sets the share of the records that are read twice.
func (l *streamLog) repeat(share float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repeats, l.repeated = share, 0
}

func (l *streamLog) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// read returns what there is, and what tells of a change when there is nothing.
func (l *streamLog) read(reader *Stream, after string, limit int) ([]StreamRecord, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	reader.acknowledged = max(reader.acknowledged, after)
	l.trim()
	var read []StreamRecord
	for _, record := range l.records[l.after(after):] {
		if len(read) >= max(limit, 1) {
			break
		}
		read = append(read, record)
		if l.repeated.due(l.repeats) {
			read = append(read, record)
		}
	}
	if len(read) == 0 && l.ended {
		return nil, nil, ErrStreamEnded
	}
	return read, l.changed, nil
}

// after is the index of the first record after a sequence number.
func (l *streamLog) after(sequence string) int {
	return sort.Search(len(l.records), func(i int) bool { return l.records[i].Change.SequenceNumber > sequence })
}

// trim drops the records that every reader has acknowledged, and those that
// are too old. Without any reader the first may still come.
func (l *streamLog) trim() {
	dropped := l.acknowledged()
	oldest := l.clock().Add(-retention).Unix()
	for dropped < len(l.records) && l.records[dropped].Change.ApproximateCreationDateTime < oldest {
		dropped++
	}
	clear(l.records[:dropped])
	l.records = l.records[dropped:]
}

func (l *streamLog) acknowledged() int {
	if len(l.readers) == 0 {
		return 0
	}
	all := l.readers[0].acknowledged
	for _, reader := range l.readers[1:] {
		all = min(all, reader.acknowledged)
	}
	return l.after(all)
}
