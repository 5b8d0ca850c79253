package main

import (
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/infra/deployment"
	"clientflow/internal/account"
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

// say tells something in a line.
func (o *operator) say(format string, args ...any) { fmt.Fprintf(o.tell, format+"\n", args...) }
