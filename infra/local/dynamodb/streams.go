package dynamodb

import (
	"strconv"
	"strings"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// mostRecords is the most that GetRecords answers with, and its default.
const mostRecords = 1000

// shardID is the one shard that every stream has.
const shardID = "shardId-00000000000000000000-00000001"

// StreamsService returns the operations by which a program reads streams itself. A
// stream has one shard. What an iterator has not passed is kept for 24 hours, whoever
// else is done with it.
func (db *DB) StreamsService() wire.Service {
	return wire.Service{
		Target:      "DynamoDBStreams_20120810",
		JSONVersion: "1.0",
		Operations: map[string]wire.Operation{
			"DescribeStream":   operation(db, db.describeStream),
			"GetShardIterator": operation(db, db.getShardIterator),
			"GetRecords":       operation(db, db.getRecords),
		},
	}
}

type describeStreamRequest struct {
	StreamArn             string
	ExclusiveStartShardID string `json:"ExclusiveStartShardId"`
	Limit                 int
}

type describeStreamAnswer struct{ StreamDescription streamDescription }

type streamDescription struct {
	StreamArn, StreamLabel, StreamStatus, StreamViewType string

	Shards []shard
}

type shard struct {
	ShardID             string `json:"ShardId"`
	SequenceNumberRange struct {
		StartingSequenceNumber string
	}
}

func (db *DB) describeStream(caller iam.Principal, in describeStreamRequest) (describeStreamAnswer, error) {
	log, err := db.streamAt(caller, "DescribeStream", in.StreamArn)
	if err != nil {
		return describeStreamAnswer{}, err
	}
	only := shard{ShardID: shardID}
	only.SequenceNumberRange.StartingSequenceNumber = sequenceNumber(0)
	d := streamDescription{StreamArn: log.arn, StreamLabel: log.label, StreamStatus: "ENABLED", StreamViewType: log.view, Shards: []shard{}}
	if in.ExclusiveStartShardID == "" {
		d.Shards = append(d.Shards, only)
	}
	return describeStreamAnswer{d}, nil
}

// streamAt finds the stream that an operation names.
func (db *DB) streamAt(caller iam.Principal, operation, arn string) (*streamLog, error) {
	if err := authorize(caller, operation, arn); err != nil {
		return nil, err
	}
	for _, t := range db.tables {
		if t.stream != nil && t.stream.arn == arn {
			return t.stream, nil
		}
	}
	return nil, wire.Errorf("ResourceNotFoundException", "Requested resource not found: Stream: %s not found", arn)
}

type shardIteratorRequest struct {
	StreamArn         string
	ShardID           string `json:"ShardId"`
	ShardIteratorType string
}

type shardIteratorAnswer struct{ ShardIterator string }

func (db *DB) getShardIterator(caller iam.Principal, in shardIteratorRequest) (shardIteratorAnswer, error) {
	log, err := db.streamAt(caller, "GetShardIterator", in.StreamArn)
	if err != nil {
		return shardIteratorAnswer{}, err
	}
	if in.ShardID != shardID {
		return shardIteratorAnswer{}, wire.Errorf("ResourceNotFoundException", "Requested resource not found: Shard: %s not found", in.ShardID)
	}
	after := ""
	switch in.ShardIteratorType {
	case "TRIM_HORIZON":
	case "LATEST":
		after = log.latest()
	default:
		return shardIteratorAnswer{}, invalid("The local DynamoDB does not have the ShardIteratorType %s", in.ShardIteratorType)
	}
	return shardIteratorAnswer{iterator{log, log.follow(after), after}.String()}, nil
}

type recordsRequest struct {
	ShardIterator string
	Limit         int
}

type recordsAnswer struct {
	Records           []apiRecord
	NextShardIterator string `json:",omitempty"`
}

// apiRecord is a record as the operation answers it, which names members of the
// identity otherwise than Lambda does.
type apiRecord struct {
	StreamRecord
	UserIdentity *apiIdentity `json:"userIdentity,omitempty"`
}

type apiIdentity struct {
	PrincipalID string `json:"PrincipalId"`
	Type        string
}

func (db *DB) getRecords(caller iam.Principal, in recordsRequest) (recordsAnswer, error) {
	arn, place, _ := strings.Cut(in.ShardIterator, "|")
	log, err := db.streamAt(caller, "GetRecords", arn)
	if err != nil {
		return recordsAnswer{}, err
	}
	reader, after, _ := strings.Cut(place, "|")
	number, err := strconv.Atoi(reader)
	if err != nil || in.Limit < 0 || in.Limit > mostRecords {
		return recordsAnswer{}, invalid("Invalid ShardIterator or Limit")
	}
	if in.Limit == 0 {
		in.Limit = mostRecords
	}
	answer := recordsAnswer{Records: []apiRecord{}}
	for _, record := range log.behind(number, after, in.Limit) {
		read := apiRecord{StreamRecord: record}
		if by := record.UserIdentity; by != nil {
			read.UserIdentity = &apiIdentity{by.PrincipalID, by.Type}
		}
		answer.Records, after = append(answer.Records, read), record.Change.SequenceNumber
	}
	answer.NextShardIterator = iterator{log, number, after}.String()
	return answer, nil
}

// iterator is a place in a stream that somebody reads.
type iterator struct {
	log    *streamLog
	reader int
	after  string
}

// String returns the iterator in the form in which it is handed out.
func (i iterator) String() string { return i.log.arn + "|" + strconv.Itoa(i.reader) + "|" + i.after }

// latest is the sequence number of the last record; "" before the first.
func (l *streamLog) latest() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// follow makes a reader of what is behind a sequence number, and returns its number.
func (l *streamLog) follow(after string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers = append(l.readers, &Stream{log: l, acknowledged: after})
	return len(l.readers) - 1
}

// behind returns up to limit records behind a sequence number, with which the reader
// of that number is done.
func (l *streamLog) behind(reader int, after string, limit int) []StreamRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reader >= 0 && reader < len(l.readers) {
		l.readers[reader].acknowledged = max(l.readers[reader].acknowledged, after)
	}
	l.trim()
	first := l.after(after)
	return append([]StreamRecord(nil), l.records[first:min(first+limit, len(l.records))]...)
}
