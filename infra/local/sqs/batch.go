package sqs

import (
	"errors"
	"regexp"

	"clientflow/infra/local/wire"
)

var entryID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// batchFailure is one entry that failed.
type batchFailure struct {
	ID          string `json:"Id"`
	SenderFault bool
	Code        string
	Message     string
}

// batchAnswer is what every batch operation answers; which entry failed is up to
// the caller to read.
type batchAnswer struct {
	Successful []any
	Failed     []batchFailure
}

// runBatch checks the entries' ids and runs each entry; do returns what goes
// into Successful.
func runBatch[Entry interface{ id() string }](entries []Entry, do func(Entry) (any, error)) (any, error) {
	if err := checkIDs(entries); err != nil {
		return nil, err
	}
	answer := batchAnswer{Successful: []any{}, Failed: []batchFailure{}}
	for _, e := range entries {
		value, err := do(e)
		var failure *wire.Error
		switch {
		case errors.As(err, &failure):
			answer.Failed = append(answer.Failed, batchFailure{ID: e.id(), SenderFault: true, Code: failure.QueryCode, Message: failure.Message})
		case err != nil:
			return nil, err
		default:
			answer.Successful = append(answer.Successful, value)
		}
	}
	return answer, nil
}

func checkIDs[Entry interface{ id() string }](entries []Entry) error {
	if len(entries) == 0 {
		return sqsError("EmptyBatchRequest", "There should be at least one entry in the request.")
	}
	if len(entries) > mostMessages {
		return sqsError("TooManyEntriesInBatchRequest", "Maximum number of entries per request are %d. You have sent %d.", mostMessages, len(entries))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		if !entryID.MatchString(e.id()) {
			return sqsError("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		}
		if seen[e.id()] {
			return sqsError("BatchEntryIdsNotDistinct", "Id %s repeated.", e.id())
		}
		seen[e.id()] = true
	}
	return nil
}

// entry is part of every entry of a batch.
type entry struct {
	ID string `json:"Id"`
}

func (e entry) id() string { return e.ID }
