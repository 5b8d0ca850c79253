package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

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

// list returns up to limit of a tenant's entries, the newest first, from behind a
// place; nil for the beginning. more tells whether the trail goes on.
func (s Store) list(ctx context.Context, owner tenant.ID, limit int, after *place) (entries []Entry, more bool, err error) {
	items, err := s.table.Of(owner)
	if err != nil {
		return nil, false, err
	}
	query := tenantdb.Query{
		Sort:       "begins_with(" + lead.SortKey + ", :prefix)",
		Values:     tenantdb.Item{":prefix": str(keyPrefix)},
		Descending: true,
		Limit:      int32(limit + 1), // one more tells whether the trail goes on
	}
	if after != nil {
		query.After = tenantdb.Item{lead.SortKey: str(after.key())}
	}
	page, err := items.Query(ctx, query)
	if err != nil {
		return nil, false, fmt.Errorf("read the audit trail: %w", err)
	}
	for _, item := range page.Items[:min(limit, len(page.Items))] {
		e, err := read(item)
		if err != nil {
			return nil, false, fmt.Errorf("read the audit trail: %w", err)
		}
		entries = append(entries, e)
	}
	return entries, len(page.Items) > limit, nil
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
