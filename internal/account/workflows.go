package account

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// SetWorkflowsConfigured notes whether the admin has set up the tenant's workflows
// in Systeme.io: a NotFound problem when the tenant has no record.
func (u Users) SetWorkflowsConfigured(ctx context.Context, id tenant.ID, configured bool) error {
	partition, err := u.table.Of(id)
	if err != nil {
		return err
	}
	_, err = partition.Update(ctx, "", tenantdb.Change{
		Expression: "SET systemeWorkflowsConfigured = :configured",
		Condition:  "attribute_exists(userId)",
		Values:     tenantdb.Item{":configured": &types.AttributeValueMemberBOOL{Value: configured}},
	})
	if _, gone := errors.AsType[*types.ConditionalCheckFailedException](err); gone {
		return missing()
	}
	return err
}
