package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/stats/tally"
)

// record is a record of the stream as far as it is used.
type record struct {
	DynamoDB struct {
		// Seconds since the epoch.
		ApproximateCreationDateTime float64
		SequenceNumber              string
		Keys                        image
		OldImage, NewImage          image
	} `json:"dynamodb"`
}

// image is an item as the stream shows it.
type image map[string]struct {
	S  *string  `json:"S,omitempty"`
	N  *string  `json:"N,omitempty"`
	SS []string `json:"SS,omitempty"`
	// Rest are the types that are compared alone.
	BOOL json.RawMessage `json:"BOOL,omitempty"`
	L    json.RawMessage `json:"L,omitempty"`
	M    json.RawMessage `json:"M,omitempty"`
}

// Read makes the entry of a record of the stream of leads. ok is false for one of
// which the trail does not tell: a step of an erasure, the deletion of a lead, of
// which its erasure's own record tells, and what is neither lead nor erasure.
func Read(raw json.RawMessage) (e Entry, ok bool, err error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return Entry{}, false, errors.New("record is not of the form of a stream's")
	}
	change := r.DynamoDB
	before, after := change.OldImage, change.NewImage
	sort := change.Keys.text(lead.SortKey)
	switch {
	case after == nil:
		return Entry{}, false, nil
	case strings.HasPrefix(sort, "LEAD#"):
		e = ofLead(before, after)
	case strings.HasPrefix(sort, "ERASURE#"):
		if e, ok = ofErasure(before, after); !ok {
			return Entry{}, false, nil
		}
	default:
		return Entry{}, false, nil
	}
	if e.Sequence, err = tally.ParseSequence(change.SequenceNumber); err != nil {
		return Entry{}, false, fmt.Errorf("record: %w", err)
	}
	e.At = lead.Stamp(time.Unix(int64(change.ApproximateCreationDateTime), 0))
	e.Actor, e.RequestID = origin.Actor(after.text("changedBy")), after.text("changedIn")
	return e, true, nil
}

func ofLead(before, after image) Entry {
	e := Entry{Action: Captured, Alias: after.text("alias"), CapturedAt: lead.Timestamp(after.text("createdAt"))}
	was, is := lead.Status(before.text("status")), lead.Status(after.text("status"))
	if was != is {
		e.StatusBefore, e.StatusAfter = was, is
	}
	if before == nil {
		return e
	}
	e.Changed = changed(before, after)
	switch {
	case slices.Contains(e.Changed, "submissions"):
		e.Action = Resubmitted
	case slices.Contains(e.Changed, "syncRequests"):
		e.Action = Resynced
	default:
		e.Action = Changed
	}
	return e
}

func ofErasure(before, after image) (e Entry, ok bool) {
	switch {
	case after.text("requestedAt") != before.text("requestedAt"):
		return Entry{Action: Erased, Alias: after.text("alias"), CapturedAt: lead.Timestamp(after.text("capturedAt"))}, true
	case after.text("erasureState") == string(lead.ErasureDone) && before.text("erasureState") != string(lead.ErasureDone):
		return Entry{Action: ErasureDone, Alias: before.text("alias"), CapturedAt: lead.Timestamp(before.text("capturedAt"))}, true
	}
	return Entry{}, false
}

func (i image) text(name string) string {
	if value := i[name].S; value != nil {
		return *value
	}
	return ""
}

// changed names what differs between two images of a lead, in order, without what
// tells of the change itself.
func changed(before, after image) []string {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, itself := range []string{"changedBy", "changedIn", "trace", "updatedAt"} {
		delete(all, itself)
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return before.value(name) == after.value(name) })
}

// value returns an attribute as a text that is the same for the same value.
func (i image) value(name string) string {
	value, ok := i[name]
	if !ok {
		return ""
	}
	value.SS = slices.Sorted(slices.Values(value.SS))
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error() // raw parts were valid JSON when they were read
	}
	return string(text)
}
