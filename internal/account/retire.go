package account

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Retire removes the record of an IB that was disabled, and its form's key, in one
// transaction. The prefix stays registered, as nobody's: tags that begin with it are
// still in Systeme.io, and another IB with the prefix would have its workflows. A
// tenant without a record is no error.
func (r *Registrar) Retire(ctx context.Context, id tenant.ID) error {
	item, err := r.stored(ctx, id)
	if err != nil && problem.Of(err).Kind == problem.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	own := tenantdb.Item{":own": str(id.String())}
	const unlessAnothers = "attribute_not_exists(userId) OR userId = :own"
	writes := []types.TransactWriteItem{{Delete: &types.Delete{
		TableName: &r.usersTable, Key: tenantdb.Item{"userId": str(id.String())},
		ConditionExpression: aws.String("attribute_exists(" + disabledAt + ")"),
	}}}
	if prefix := text(item, prefixAttribute); prefix != "" {
		writes = append(writes, types.TransactWriteItem{Update: &types.Update{
			TableName: &r.registryTable, Key: tenantdb.Item{"key": str(prefixEntry + prefix)},
			UpdateExpression:          aws.String("SET retiredAt = :at REMOVE userId"),
			ConditionExpression:       aws.String(unlessAnothers),
			ExpressionAttributeValues: tenantdb.Item{":own": str(id.String()), ":at": str(stamp(r.now()))},
		}})
	}
	if form := text(item, formAttribute); form != "" {
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &r.registryTable, Key: tenantdb.Item{"key": str(formEntry + form)},
			ConditionExpression: aws.String(unlessAnothers), ExpressionAttributeValues: own,
		}})
	}
	if _, err := r.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		return fmt.Errorf("remove the record of %s: %w", id, err)
	}
	return nil
}
