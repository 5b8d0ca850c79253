// Package tally keeps a tenant's counters: how many leads there are by status
// and type, and how many arrived in each quarter of an hour.
//
// Counters are items beside the leads, changed from the table's stream and by
// nothing else but Recount, which makes them anew. Each remembers the last stream record it counted, in the very
// write that counts it, so records that come again, in other batches or after a
// crash half-way, are counted once. This rests on the records of a tenant arriving
// in the order of their sequence numbers, however often they begin again. The
// stream promises that for as long as a tenant's items stand in one partition,
// which DynamoDB splits only past 10 GB, or under heat that lasts.
package tally

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clientflow/internal/lead"
	"clientflow/internal/tenantdb"
)

// Other is the type under which leads are counted whose type came when the
// tenant had MaxTypes types already.
const Other = "other"

// MaxTypes bounds how many types a tenant's counters tell apart.
const MaxTypes = 50

// Quarter is how finely arrivals are counted. The offsets of all time zones in
// use are multiples of it.
const Quarter = 15 * time.Minute

const (
	totalKey  = "STATS#TOTAL"
	dayPrefix = "STATS#DAY#"
)

// Sequence is the place of a record in the stream, padded so that texts sort as
// the numbers do.
type Sequence string

const sequenceWidth = 40 // the most digits that the stream gives

var digits = regexp.MustCompile(`^[0-9]{1,40}$`)

// ParseSequence reads a record's sequence number.
func ParseSequence(text string) (Sequence, error) {
	if !digits.MatchString(text) {
		return "", fmt.Errorf("sequence number is not of 1 to %d digits", sequenceWidth)
	}
	return Sequence(strings.Repeat("0", sequenceWidth-len(text)) + text), nil
}

// Lead is what is counted of a lead.
type Lead struct {
	Status string
	// Type is "" for a lead without one.
	Type      string
	CreatedAt time.Time
}

// Stored returns what is counted of a lead that is stored with these attributes. A
// status that is not there, in a lead of an older version, is that of a new lead.
func Stored(status, kind, createdAt string) (Lead, error) {
	created, err := lead.Timestamp(createdAt).Time()
	if err != nil {
		return Lead{}, err
	}
	return Lead{Status: cmp.Or(status, string(lead.New)), Type: kind, CreatedAt: created}, nil
}

// Change is what a record of the stream says of one lead.
type Change struct {
	Sequence Sequence
	// Before and After are nil where there was, or is, no lead.
	Before, After *Lead
}

// matters tells whether the change makes any counter another.
func (c Change) matters() bool {
	if c.Before == nil || c.After == nil {
		return c.Before != c.After
	}
	return *c.Before != *c.After
}

// Counters are the counters of all tenants, opened for one at a time.
type Counters struct {
	table tenantdb.Table
}

// New returns the counters in the table that holds the leads.
func New(table tenantdb.Table) Counters { return Counters{table} }

func dayKey(t time.Time) string { return dayPrefix + t.UTC().Format(time.DateOnly) }
