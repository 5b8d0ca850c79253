package account

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// The index of all IBs holds those records that have the attribute listedAs, which
// has the same value in all of them. It is the one index that does not lead with
// userId, so no role that serves IBs may read it, and it holds ids and times alone.
const (
	directoryIndex = "listedByCreatedAt"
	listedAs       = "listedAs"
	listedAsIB     = "ib"
)

// Querier is the part of DynamoDB that reads an index.
type Querier interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Directory tells which IBs there are: those that have proven to own their address.
// It is for system functions only, and is a moment behind the records.
type Directory struct {
	client Querier
	table  string
}

// NewDirectory returns the directory of the Users table of that name, read with the
// function's own role.
func NewDirectory(client Querier, usersTable string) Directory { return Directory{client, usersTable} }

// DirectoryPage is some of the IBs.
type DirectoryPage struct {
	IBs []tenant.ID
	// Next is where the list goes on; nil at its end.
	Next *Place
}

// Page returns up to limit IBs, the newest first, from behind a place; nil for the
// beginning.
func (d Directory) Page(ctx context.Context, after *Place, limit int) (DirectoryPage, error) {
	out, err := d.client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &d.table,
		IndexName:                 aws.String(directoryIndex),
		KeyConditionExpression:    aws.String(listedAs + " = :listed"),
		ExpressionAttributeValues: tenantdb.Item{":listed": str(listedAsIB)},
		ScanIndexForward:          aws.Bool(false),
		Limit:                     aws.Int32(int32(limit + 1)), // one more tells whether the list goes on
		ExclusiveStartKey:         after.start(),
	})
	if err != nil {
		return DirectoryPage{}, fmt.Errorf("list the IBs: %w", err)
	}
	var page DirectoryPage
	var last Place
	for _, item := range out.Items[:min(limit, len(out.Items))] {
		if last, err = placeOf(item); err != nil {
			return DirectoryPage{}, fmt.Errorf("list the IBs: %w", err)
		}
		page.IBs = append(page.IBs, last.id)
	}
	if len(page.IBs) > 0 && (len(out.Items) > limit || out.LastEvaluatedKey != nil) {
		page.Next = &last
	}
	return page, nil
}

// Place is a place in the directory: that of an IB which was there.
type Place struct {
	createdAt Timestamp
	id        tenant.ID
}

// ErrPlace says that a text is no place in the directory.
var ErrPlace = errors.New("not a place in the directory")

// placeEncoding is strict: it refuses texts that differ from what was handed out in
// unused bits.
var placeEncoding = base64.RawURLEncoding.Strict()

// String returns the place in the form that ParsePlace reads.
func (p Place) String() string {
	return placeEncoding.EncodeToString([]byte(string(p.createdAt) + p.id.String()))
}

// ParsePlace reads what Place.String made, and nothing else, or returns ErrPlace.
func ParsePlace(text string) (Place, error) {
	decoded, err := placeEncoding.DecodeString(text)
	if err != nil || len(decoded) < len(timestamp) {
		return Place{}, ErrPlace
	}
	at := string(decoded[:len(timestamp)])
	moment, badTime := time.Parse(timestamp, at)
	p, err := newPlace(at, string(decoded[len(timestamp):]))
	if err != nil || badTime != nil || stamp(moment) != p.createdAt || p.String() != text { // line breaks are skipped by the decoder
		return Place{}, ErrPlace
	}
	return p, nil
}

func placeOf(item tenantdb.Item) (Place, error) {
	return newPlace(text(item, "createdAt"), text(item, "userId"))
}

func newPlace(createdAt, userID string) (Place, error) {
	id, err := tenant.Stored(userID)
	if err != nil {
		return Place{}, err
	}
	return Place{Timestamp(createdAt), id}, nil
}

// start returns the index key to read on from.
func (p *Place) start() tenantdb.Item {
	if p == nil {
		return nil
	}
	return tenantdb.Item{
		listedAs: str(listedAsIB), "createdAt": str(p.createdAt), "userId": str(p.id.String()),
	}
}

// enlist puts an IB into the directory.
func (u Users) enlist(ctx context.Context, id tenant.ID) error {
	return u.note(ctx, id, tenantdb.Change{
		Expression: "SET " + listedAs + " = :listed",
		Condition:  "attribute_exists(userId)",
		Values:     tenantdb.Item{":listed": str(listedAsIB)},
	})
}
