package lead

import (
	"encoding/base64"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"clientflow/internal/tenantdb"
)

// position is a place in a tenant's list: that of a lead which was there when
// the position was handed out. It holds sort keys alone; whose list it is meant
// for is never read from it.
type position struct {
	CreatedAt Timestamp `dynamodbav:"createdAt"`
	SortKey   string    `dynamodbav:"sk"`
}

var errCursor = errors.New("not a cursor")

// Strict refuses texts that differ from what was handed out in unused bits.
var cursorEncoding = base64.RawURLEncoding.Strict()

// cursor returns the position in the form that callers hand back.
func (p position) cursor() string {
	return cursorEncoding.EncodeToString([]byte(string(p.CreatedAt) + p.SortKey[len(keyPrefix):]))
}

// parseCursor reads what cursor made, and nothing else.
func parseCursor(text string) (position, error) {
	decoded, err := cursorEncoding.DecodeString(text)
	if err != nil || len(decoded) < len(timestampLayout) {
		return position{}, errCursor
	}
	at := Timestamp(decoded[:len(timestampLayout)])
	sort, err := key(string(decoded[len(timestampLayout):]))
	if _, badTime := at.Time(); badTime != nil || err != nil {
		return position{}, errCursor
	}
	p := position{at, sort}
	if p.cursor() != text { // line breaks are skipped by the decoder
		return position{}, errCursor
	}
	return p, nil
}

// start returns the index key to read on from.
func (p position) start() tenantdb.Item {
	return tenantdb.Item{"createdAt": text(p.CreatedAt), SortKey: text(p.SortKey)}
}

// positionOf reads the index key at which DynamoDB stopped.
func positionOf(key tenantdb.Item) (position, error) {
	var p position
	err := attributevalue.UnmarshalMap(key, &p)
	return p, err
}
