package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/lead"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// place is where in a trail an entry is. It says nothing of whose trail.
type place struct {
	at       lead.Timestamp
	sequence tally.Sequence
}

var (
	errPlace      = errors.New("not a place in an audit trail")
	sequenceShape = regexp.MustCompile(`^[0-9]{40}$`)
	// Strict refuses texts that differ from what was handed out in unused bits.
	cursorEncoding = base64.RawURLEncoding.Strict()
)

func (p place) key() string { return keyPrefix + string(p.at) + "#" + string(p.sequence) }

// cursor returns the place in the form that callers hand back.
func (p place) cursor() string {
	return cursorEncoding.EncodeToString([]byte(p.key()[len(keyPrefix):]))
}

// parseKey reads what key made, and nothing else.
func parseKey(key string) (place, error) {
	rest, isEntry := strings.CutPrefix(key, keyPrefix)
	at, sequence, _ := strings.Cut(rest, "#")
	_, err := lead.Timestamp(at).Time()
	if !isEntry || err != nil || !sequenceShape.MatchString(sequence) {
		return place{}, errPlace
	}
	return place{lead.Timestamp(at), tally.Sequence(sequence)}, nil
}

// parseCursor reads what cursor made, and nothing else.
func parseCursor(text string) (place, error) {
	decoded, err := cursorEncoding.DecodeString(text)
	if err != nil {
		return place{}, errPlace
	}
	p, err := parseKey(keyPrefix + string(decoded))
	if err != nil || p.cursor() != text { // line breaks are skipped by the decoder
		return place{}, errPlace
	}
	return p, nil
}

const (
	// maxReads bounds the queries of one request for the entries of one lead, and
	// filteredRead the entries that each of them reads.
	maxReads     = 5
	filteredRead = 200
	// early is by how much the clock of the table's stream may be behind the one that
	// a capture was stamped by.
	early = time.Minute
)

// selection is the part of a trail that is wanted.
type selection struct {
	limit int
	// after is the place behind which it begins; nil for the beginning.
	after *place
	// of is the lead that it is about; nil for all.
	of *name
}

// list returns up to limit of a tenant's entries, the newest first, and where the
// trail goes on; nil at its end. For one lead it reads a bounded number of entries, so
// that there may be few or none, and the trail still goes on.
func (s Store) list(ctx context.Context, owner tenant.ID, w selection) (entries []Entry, next *place, err error) {
	items, err := s.table.Of(owner)
	if err != nil {
		return nil, nil, err
	}
	query, begin := w.query(), w.begin()
	for range maxReads {
		page, err := items.Query(ctx, query)
		if err != nil {
			return nil, nil, fmt.Errorf("read the audit trail: %w", err)
		}
		for _, item := range page.Items {
			e, err := read(item)
			if err != nil {
				return nil, nil, fmt.Errorf("read the audit trail: %w", err)
			}
			if len(entries) == w.limit {
				last := entries[w.limit-1]
				return entries, &place{last.At, last.Sequence}, nil
			}
			entries = append(entries, e)
		}
		if next, err = placeOf(page.Next); err != nil {
			return nil, nil, fmt.Errorf("read the audit trail: %w", err)
		}
		if next == nil || next.at < begin {
			return entries, nil, nil
		}
		query.After = page.Next
	}
	return entries, next, nil
}

func (w selection) query() tenantdb.Query {
	query := tenantdb.Query{
		Sort:       "begins_with(" + lead.SortKey + ", :prefix)",
		Values:     tenantdb.Item{":prefix": str(keyPrefix)},
		Descending: true,
		Limit:      int32(w.limit + 1), // one more tells whether the trail goes on
	}
	if w.of != nil {
		query.Limit = filteredRead
		query.Filter = "alias = :alias AND capturedAt = :captured"
		query.Values[":alias"], query.Values[":captured"] = str(w.of.alias), str(string(w.of.capturedAt))
	}
	if w.after != nil {
		query.After = tenantdb.Item{lead.SortKey: str(w.after.key())}
	}
	return query
}

// begin is before all entries that are wanted: there is none of a lead from before it
// was captured.
func (w selection) begin() lead.Timestamp {
	if w.of == nil {
		return ""
	}
	captured, err := w.of.capturedAt.Time()
	if err != nil {
		return "" // from a table that others wrote to: all is read
	}
	return lead.Stamp(captured.Add(-early))
}

// placeOf reads the key at which DynamoDB stopped; nil for none.
func placeOf(key tenantdb.Item) (*place, error) {
	if key == nil {
		return nil, nil
	}
	var stopped struct {
		Sort string `dynamodbav:"sk"`
	}
	if err := attributevalue.UnmarshalMap(key, &stopped); err != nil {
		return nil, err
	}
	p, err := parseKey(stopped.Sort)
	return &p, err
}

func read(item tenantdb.Item) (Entry, error) {
	var key struct {
		Sort string `dynamodbav:"sk"`
	}
	var e Entry
	if err := errors.Join(attributevalue.UnmarshalMap(item, &key), attributevalue.UnmarshalMap(item, &e)); err != nil {
		return Entry{}, err
	}
	p, err := parseKey(key.Sort)
	e.At, e.Sequence = p.at, p.sequence
	return e, err
}

// name is what an entry knows its lead by.
type name struct {
	capturedAt lead.Timestamp
	alias      string
}

// ids finds the leads that entries are about, side by side. Those that are gone are
// not in the answer.
func ids(ctx context.Context, leads lead.Leads, entries []Entry) (map[name]string, error) {
	wanted := map[name]bool{}
	for _, e := range entries {
		if e.Alias != "" {
			wanted[name{e.CapturedAt, e.Alias}] = true
		}
	}
	found := map[name]string{}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		errs    []error
	)
	for n := range wanted {
		running.Go(func() {
			id, err := leads.WithAlias(ctx, n.capturedAt, n.alias)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				found[n] = id
			case !errors.Is(err, lead.ErrNotFound):
				errs = append(errs, err)
			}
		})
	}
	running.Wait()
	return found, errors.Join(errs...)
}

func str(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
