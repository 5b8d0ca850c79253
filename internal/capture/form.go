package capture

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/account"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

// errNoForm is the one answer to a form's key that is malformed or unknown, and
// to one whose IB is gone or disabled.
var errNoForm = problem.New(problem.NotFound, "No such form.")

// keyShape takes the keys that account makes.
var keyShape = regexp.MustCompile(`^[a-z0-9]{20}$`)

// Getter is the part of DynamoDB that reads the registry.
type Getter interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// Forms finds the IB whom a form belongs to.
type Forms struct {
	client   Getter
	registry string
	users    account.Users
}

// NewForms returns the forms in the registry table with that name, whose owners
// are users.
func NewForms(client Getter, registry string, users account.Users) Forms {
	return Forms{client, registry, users}
}

// owner returns the IB whom a form belongs to, or errNoForm.
func (f Forms) owner(ctx context.Context, formKey string) (account.IB, error) {
	if !keyShape.MatchString(formKey) {
		return account.IB{}, errNoForm
	}
	out, err := f.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &f.registry,
		Key:            map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "FORM#" + formKey}},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return account.IB{}, fmt.Errorf("find the form: %w", err)
	}
	userID, ok := out.Item["userId"].(*types.AttributeValueMemberS)
	if !ok {
		return account.IB{}, errNoForm
	}
	owner, err := tenant.Stored(userID.Value)
	if err != nil {
		return account.IB{}, fmt.Errorf("find the form's owner: %w", err)
	}
	ib, err := f.users.Get(ctx, owner)
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Kind == problem.NotFound {
		return account.IB{}, errNoForm
	}
	if err == nil && ib.DisabledAt != "" {
		return account.IB{}, errNoForm
	}
	return ib, err
}
