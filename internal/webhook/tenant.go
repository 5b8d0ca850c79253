package webhook

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

// registry is what is called of DynamoDB to find whose a prefix is.
type registry interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// owners tells whose a tag prefix is, by the Registry table.
type owners struct {
	client registry
	table  string
}

// of returns the tenant that has the prefix; known is false when none has.
func (o owners) of(ctx context.Context, prefix tag.Prefix) (owner tenant.ID, known bool, err error) {
	out, err := o.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &o.table,
		Key:            map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "PREFIX#" + prefix.String()}},
		ConsistentRead: aws.Bool(true), // an event passed over is lost
	})
	if err != nil {
		return tenant.ID{}, false, fmt.Errorf("look up whose a tag is: %w", err)
	}
	userID, ok := out.Item["userId"].(*types.AttributeValueMemberS)
	if !ok {
		return tenant.ID{}, false, nil
	}
	owner, err = tenant.Stored(userID.Value)
	return owner, err == nil, err
}
