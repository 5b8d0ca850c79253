package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"clientflow/internal/audit"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/trace"
)

// change is a record of the stream that is about a lead, or about its erasure, of
// which nothing is counted.
type change struct {
	owner  tenant.ID
	leadID string
	// sequenceNumber is the record's name in the stream, as it was given.
	sequenceNumber string
	counted        tally.Change
	// requestID is the request that made it, by which the logs of all that follows are
	// found; "" when it is not known.
	requestID string
	// trace is where its sync was asked for, which the stream itself does not tell.
	trace trace.Trace
	// wantsSync tells that the lead is new, or that its IB asked for it to be
	// synced again, or erased.
	wantsSync bool
	// entry is what the audit trail is to tell of it; nil for nothing.
	entry *audit.Entry
}

// record is a record of the stream as far as it is used.
type record struct {
	DynamoDB struct {
		SequenceNumber string
		Keys           struct {
			UserID  text `json:"userId"`
			SortKey text `json:"sk"`
		}
		OldImage, NewImage *image
	} `json:"dynamodb"`
}

// image is a lead, or an erasure, as it was, or is, as far as it is used.
type image struct {
	Status       text    `json:"status"`
	IBType       text    `json:"ibType"`
	CreatedAt    text    `json:"createdAt"`
	SyncRequests numeral `json:"syncRequests"`
	// RequestedAt is when an erasure was asked for.
	RequestedAt text `json:"requestedAt"`
	// ChangedIn is the request that changed it last, as lead.Signed writes it.
	ChangedIn text `json:"changedIn"`
	// Trace is the header of the trace in which its sync was asked for.
	Trace text `json:"trace"`
}

// text is a string attribute; nil when it is not there, or of another type.
type text struct{ S *string }

// value returns the text; "" for none.
func (t text) value() string {
	if t.S == nil {
		return ""
	}
	return *t.S
}

// numeral is a number attribute.
type numeral struct{ N *string }

const (
	leadKey    = "LEAD#"
	erasureKey = "ERASURE#"
)

var errNoLead = errors.New("neither a lead nor an erasure")

// parse reads a record. It returns errNoLead for a record about another item of
// a tenant, and another error for one that cannot be read; the change then holds
// the sequence number alone, if there is one. Errors hold no value of the record.
func parse(raw json.RawMessage) (change, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return change{}, fmt.Errorf("record: %w", err)
	}
	c := change{sequenceNumber: r.DynamoDB.SequenceNumber}
	keys := r.DynamoDB.Keys
	if keys.UserID.S == nil || keys.SortKey.S == nil {
		return c, errors.New("record without keys")
	}
	about := r.aboutLead
	leadID, isLead := strings.CutPrefix(*keys.SortKey.S, leadKey)
	if !isLead {
		var isErasure bool
		if leadID, isErasure = strings.CutPrefix(*keys.SortKey.S, erasureKey); !isErasure {
			return c, errNoLead
		}
		about = r.aboutErasure
	}
	owner, err := tenant.Stored(*keys.UserID.S)
	if err != nil {
		return c, fmt.Errorf("record: %w", err)
	}
	read, err := about(owner, leadID)
	if err != nil {
		return c, fmt.Errorf("record: %w", err)
	}
	entry, told, err := audit.Read(raw)
	if err != nil {
		return c, err
	}
	if told {
		read.entry = &entry
	}
	return read, nil
}

func (r record) aboutLead(owner tenant.ID, leadID string) (change, error) {
	before, requestsBefore, errBefore := r.DynamoDB.OldImage.read()
	after, requests, errAfter := r.DynamoDB.NewImage.read()
	sequence, errSequence := tally.ParseSequence(r.DynamoDB.SequenceNumber)
	if err := errors.Join(errSequence, errBefore, errAfter); err != nil {
		return change{}, err
	}
	if before == nil && after == nil {
		return change{}, errors.New("neither an old nor a new image")
	}
	return change{
		owner:          owner,
		leadID:         leadID,
		sequenceNumber: r.DynamoDB.SequenceNumber,
		counted:        tally.Change{Sequence: sequence, Before: before, After: after},
		requestID:      r.DynamoDB.NewImage.changedIn(),
		trace:          r.DynamoDB.NewImage.trace(),
		wantsSync:      after != nil && (before == nil || requests > requestsBefore),
	}, nil
}

// aboutErasure reads a change of an erasure. It is published when it has been asked
// for, and not when something has been done about it.
func (r record) aboutErasure(owner tenant.ID, leadID string) (change, error) {
	sequence, errSequence := tally.ParseSequence(r.DynamoDB.SequenceNumber)
	before, errBefore := r.DynamoDB.OldImage.requests()
	after, errAfter := r.DynamoDB.NewImage.requests()
	if err := errors.Join(errSequence, errBefore, errAfter); err != nil {
		return change{}, err
	}
	asked := r.DynamoDB.NewImage.asked()
	return change{
		owner:          owner,
		leadID:         leadID,
		sequenceNumber: r.DynamoDB.SequenceNumber,
		counted:        tally.Change{Sequence: sequence},
		requestID:      r.DynamoDB.NewImage.changedIn(),
		trace:          r.DynamoDB.NewImage.trace(),
		wantsSync:      asked != "" && (asked != r.DynamoDB.OldImage.asked() || after > before),
	}, nil
}

func (i *image) changedIn() string {
	if i == nil {
		return ""
	}
	return i.ChangedIn.value()
}

func (i *image) trace() trace.Trace {
	if i == nil {
		return trace.Trace{}
	}
	return trace.Parse(i.Trace.value())
}

// asked is when an erasure was asked for; "" for no erasure.
func (i *image) asked() string {
	if i == nil {
		return ""
	}
	return i.RequestedAt.value()
}

// read returns what is counted of the lead, nil for no lead, and how often its
// sync was asked for again.
func (i *image) read() (*tally.Lead, int64, error) {
	if i == nil {
		return nil, 0, nil
	}
	if i.CreatedAt.S == nil {
		return nil, 0, errors.New("lead without createdAt")
	}
	counted, err := tally.Stored(i.Status.value(), i.IBType.value(), *i.CreatedAt.S)
	if err != nil {
		return nil, 0, err
	}
	requests, err := i.requests()
	return &counted, requests, err
}

// requests is how often it was asked for again.
func (i *image) requests() (int64, error) {
	if i == nil || i.SyncRequests.N == nil {
		return 0, nil
	}
	requests, err := strconv.ParseInt(*i.SyncRequests.N, 10, 64)
	if err != nil {
		return 0, errors.New("syncRequests is not a whole number")
	}
	return requests, nil
}
