package tagsync

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
)

// setPrefix sets the prefix of an IB; "" removes it, as if an older version had made
// the record.
func (w *world) setPrefix(owner ib, prefix string) {
	w.tb.Helper()
	in := &dynamodb.UpdateItemInput{
		TableName:        aws.String(usersTable),
		Key:              map[string]types.AttributeValue{"userId": &types.AttributeValueMemberS{Value: owner.id.String()}},
		UpdateExpression: aws.String("REMOVE systemeTagPrefix"),
	}
	if prefix != "" {
		in.UpdateExpression = aws.String("SET systemeTagPrefix = :prefix")
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":prefix": &types.AttributeValueMemberS{Value: prefix}}
	}
	_, err := w.db.UpdateItem(context.Background(), in)
	w.must(err)
}

func TestALeadWaitsForItsIBsPrefix(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john := w.addIB(1)
		w.setPrefix(john, "")
		n := w.capture(john, jane())
		e := w.start(&life{})
		w.soon(e)
		if _, found := w.sim.Contact("jane@acme.test"); found || w.lead(n).SyncState != lead.Pending {
			t.Errorf("the lead is %s, its contact made: %v", w.lead(n).SyncState, found)
		}
		w.setPrefix(john, john.prefix)
		w.drain(e)
		if got := w.ownTags(john, "jane@acme.test"); len(got) != 3 || w.lead(n).SyncState != lead.Synced {
			t.Errorf("then it is %s, with %v", w.lead(n).SyncState, got)
		}
	})
}

func TestAnIBWithoutAPrefixErasesNobodysTags(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		john, sarah := w.addIB(1), w.addIB(2)
		johns := w.capture(john, jane())
		w.capture(sarah, jane())
		e := w.start(&life{})
		w.drain(e)
		w.setPrefix(john, "")
		w.remove(johns)
		w.drain(e)
		if got := w.ownTags(sarah, "jane@acme.test"); !slices.Equal(got, tagsOf(sarah)) {
			t.Errorf("the other IB's tags are %v", got)
		}
	})
}
