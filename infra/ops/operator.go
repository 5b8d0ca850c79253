package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/deployment"
	"clientflow/internal/account"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// operator is someone at work on a deployment.
type operator struct {
	deployment.Deployment
	db   *dynamodb.Client
	pool *cognitoidentityprovider.Client

	leadsTable, usersTable, registryTable, poolID string

	// out takes what is asked for, and tell what is said of it.
	out, tell io.Writer
}

func newOperator(d deployment.Deployment, out, tell io.Writer) (*operator, error) {
	o := &operator{
		Deployment: d, out: out, tell: tell,
		db:   dynamodb.NewFromConfig(d.AWS),
		pool: cognitoidentityprovider.NewFromConfig(d.AWS),
	}
	for logicalID, name := range map[string]*string{
		"LeadsTable": &o.leadsTable, "UsersTable": &o.usersTable, "RegistryTable": &o.registryTable, "UserPool": &o.poolID,
	} {
		var err error
		if *name, err = d.Resource(logicalID); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// users are the records of IBs.
func (o *operator) users() account.Users {
	return account.NewUsers(tenantdb.Owned(o.db, o.usersTable, ""))
}

// named returns the tenant of a userId, or of the address that a user signs in with.
func (o *operator) named(ctx context.Context, user string) (tenant.ID, error) {
	if user == "" {
		return tenant.ID{}, errUnnamed
	}
	if id, err := tenant.Stored(user); err == nil {
		return id, nil
	}
	found, err := o.pool.AdminGetUser(ctx, &cognitoidentityprovider.AdminGetUserInput{UserPoolId: &o.poolID, Username: &user})
	if _, unknown := errors.AsType[*types.UserNotFoundException](err); unknown {
		return tenant.ID{}, errNobody
	}
	if err != nil {
		return tenant.ID{}, fmt.Errorf("find a user: %w", err)
	}
	for _, a := range found.UserAttributes {
		if aws.ToString(a.Name) == "sub" {
			return tenant.Stored(aws.ToString(a.Value))
		}
	}
	return tenant.ID{}, errNobody
}

var (
	errUnnamed = errors.New("no IB is named: give USER=<userId or address> to make, or -user")
	errNobody  = errors.New("there is no user of that userId or address")
)

// wait waits, unless the context ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// say tells something in a line.
func (o *operator) say(format string, args ...any) { fmt.Fprintf(o.tell, format+"\n", args...) }

// eachTenant does something for the IB that is named, or for all that have a record.
func (o *operator) eachTenant(ctx context.Context, user string, do func(tenant.ID) error) error {
	if user != "" {
		id, err := o.named(ctx, user)
		if err != nil {
			return err
		}
		return do(id)
	}
	return o.eachRecord(ctx, func(userID string) error {
		id, err := tenant.Stored(userID)
		if err != nil {
			return err
		}
		return do(id)
	})
}

// eachRecord shows the userId of every record.
func (o *operator) eachRecord(ctx context.Context, see func(userID string) error) error {
	pages := dynamodb.NewScanPaginator(o.db, &dynamodb.ScanInput{TableName: &o.usersTable, ProjectionExpression: aws.String("userId")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the records: %w", err)
		}
		for _, item := range page.Items {
			if err := see(textIn(item, "userId")); err != nil {
				return err
			}
		}
	}
	return nil
}

func str[T ~string](value T) dynamodbtypes.AttributeValue {
	return &dynamodbtypes.AttributeValueMemberS{Value: string(value)}
}

// textIn returns a text of an item; "" for none.
func textIn(item tenantdb.Item, name string) string {
	if value, is := item[name].(*dynamodbtypes.AttributeValueMemberS); is {
		return value.Value
	}
	return ""
}
