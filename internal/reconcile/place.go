package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
)

// place is where a round through all IBs has come.
type place struct {
	// Since is when what is found in this round counts as having happened.
	Since lead.Timestamp `json:"since,omitempty"`
	// After is the directory's place of the last IB that is done; "" for none.
	After string `json:"after,omitempty"`
	// IB is the one being worked on, if it is not at its beginning, and At is where
	// in it.
	IB string `json:"ib,omitempty"`
	At string `json:"at,omitempty"`
}

// registry is what is called of DynamoDB to keep places.
type registry interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// places keeps the places of rounds in the Registry table.
type places struct {
	client registry
	table  string
}

// load returns the place of a round; the zero place for one that has not begun, and
// for one that cannot be read any more.
func (p places) load(ctx context.Context, round string) (place, error) {
	out, err := p.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &p.table, Key: map[string]types.AttributeValue{"key": key(round)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return place{}, fmt.Errorf("find where a round has come: %w", err)
	}
	text, _ := out.Item["place"].(*types.AttributeValueMemberS) // nil for none
	var at place
	if text == nil || json.Unmarshal([]byte(text.Value), &at) != nil {
		return place{}, nil
	}
	return at, nil
}

func (p places) save(ctx context.Context, round string, at place) error {
	text, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("write where a round has come: %w", err)
	}
	_, err = p.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &p.table,
		Item:      map[string]types.AttributeValue{"key": key(round), "place": &types.AttributeValueMemberS{Value: string(text)}},
	})
	if err != nil {
		return fmt.Errorf("note where a round has come: %w", err)
	}
	return nil
}

func key(round string) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: "ROUND#" + round}
}

// step works on a part of one IB, from a place in it; "" for its beginning. Next is
// where the IB's next part begins; "" when there is none.
type step func(ctx context.Context, owner tenant.ID, at string) (next string, err error)

// round goes through all IBs, from where the last run stopped, until budget steps
// are taken, the context ends, or all have been seen. The place is noted after each
// step, so that a run which is cut off has done its part. An IB whose step fails is
// passed over until the next round, lest it hold up all behind it; what Systeme.io
// fails ends the run, and the step is taken again.
func (r *Reconciler) round(ctx context.Context, name string, at place, budget int, work step) error {
	var failed []error
	for ; budget > 0 && ctx.Err() == nil; budget-- {
		next, passedOver, err := r.take(ctx, at, work)
		if err == nil {
			err = r.places.save(ctx, name, next)
		}
		failed = append(failed, passedOver, err) // most often nothing
		if err != nil || next == (place{}) {
			break
		}
		at = next
	}
	return errors.Join(failed...)
}

// take takes one step and returns where the next one is; the zero place at the end
// of the round.
func (r *Reconciler) take(ctx context.Context, at place, work step) (next place, passedOver, err error) {
	owner, behind, err := r.next(ctx, at.After)
	if err != nil || owner.Require() != nil { // without one the list has become shorter
		return place{}, nil, err
	}
	from := ""
	if at.IB == owner.String() {
		from = at.At
	}
	goOn, err := work(ctx, owner, from)
	switch {
	case err != nil && (systemes(err) || ctx.Err() != nil):
		return place{}, nil, err
	case err != nil:
		passedOver, goOn = fmt.Errorf("IB %s: %w", owner, err), ""
	}
	switch {
	case goOn != "":
		return place{Since: at.Since, After: at.After, IB: owner.String(), At: goOn}, nil, nil
	case behind != "":
		return place{Since: at.Since, After: behind}, passedOver, nil
	}
	return place{}, passedOver, nil
}

// next returns the IB behind a place of the directory, and the place that it is at;
// "" when it is the last one. A place that is none is the beginning.
func (r *Reconciler) next(ctx context.Context, after string) (owner tenant.ID, behind string, err error) {
	var from *account.Place
	if parsed, err := account.ParsePlace(after); err == nil {
		from = &parsed
	}
	page, err := r.directory.Page(ctx, from, 1)
	if err != nil || len(page.IBs) == 0 {
		return tenant.ID{}, "", err
	}
	if page.Next != nil {
		behind = page.Next.String()
	}
	return page.IBs[0], behind, nil
}
