package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"clientflow/infra/local/cloudformation"
	"clientflow/infra/local/cognito"
	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/sqs"
	"clientflow/infra/local/ssm"
	"clientflow/infra/local/sts"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

// makeServices makes the services with the tables, queues, pools and roles of the
// template, and the endpoint that serves them.
func (s *Stack) makeServices(ctx context.Context) (http.Handler, error) {
	s.Keys = iam.NewKeys(time.Now, s.options.Decisions)
	s.DynamoDB = dynamodb.New(time.Now)
	s.SQS = sqs.New(time.Now)
	s.SSM = ssm.New(time.Now)
	s.Cognito = cognito.New(time.Now)
	s.sts = sts.New(s.Keys)
	for _, role := range s.Template.Roles {
		s.sts.AddRole(role.Name, role.Trust, role.Policies...)
	}
	for _, table := range s.Template.Tables {
		if err := s.makeTable(ctx, table); err != nil {
			return nil, fmt.Errorf("make %s: %w", table.LogicalID, err)
		}
	}
	for _, queue := range s.Template.Queues {
		if _, err := s.SQS.AddQueue(queue.Name, queue.Attributes); err != nil {
			return nil, fmt.Errorf("make %s: %w", queue.LogicalID, err)
		}
	}
	if err := s.makePools(); err != nil {
		return nil, err
	}
	s.tell("DynamoDB", count(len(s.Template.Tables), "table", "tables"))
	s.tell("SQS", count(len(s.Template.Queues), "queue", "queues"))
	s.tell("Cognito", count(len(s.Template.Pools), "user pool", "user pools"))
	mux := wire.NewMux(s.Keys, s.DynamoDB.Service(), s.DynamoDB.StreamsService(), s.SQS.Service(), s.SSM.Service(), s.Cognito.Service())
	s.Cognito.Register(mux)
	s.sts.Register(mux)
	s.host.Register(mux)
	cloudformation.New(Name, s.Template, time.Now()).Register(mux)
	return mux, nil
}

// object is a JSON object.
type object = map[string]any

func (s *Stack) makeTable(ctx context.Context, t template.Table) error {
	definition := object{
		"TableName":                 t.Name,
		"BillingMode":               "PAY_PER_REQUEST",
		"AttributeDefinitions":      attributeDefinitions(t.Attributes),
		"KeySchema":                 keySchema(t.Keys),
		"DeletionProtectionEnabled": t.DeletionProtection,
	}
	if len(t.Indexes) > 0 {
		definition["GlobalSecondaryIndexes"] = indexes(t.Indexes)
	}
	if t.StreamView != "" {
		definition["StreamSpecification"] = object{"StreamEnabled": true, "StreamViewType": t.StreamView}
	}
	if err := ask(ctx, s.DynamoDB.Service(), "CreateTable", definition); err != nil {
		return err
	}
	recovery := object{"PointInTimeRecoveryEnabled": t.Restorable}
	err := ask(ctx, s.DynamoDB.Service(), "UpdateContinuousBackups", object{"TableName": t.Name, "PointInTimeRecoverySpecification": recovery})
	if err != nil || t.TTL == "" {
		return err
	}
	expiry := object{"AttributeName": t.TTL, "Enabled": true}
	return ask(ctx, s.DynamoDB.Service(), "UpdateTimeToLive", object{"TableName": t.Name, "TimeToLiveSpecification": expiry})
}

// ask calls an operation of a service as the account's root.
func ask(ctx context.Context, service wire.Service, operation string, request object) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	root := iam.Principal{ARN: iam.RootARN, Root: true}
	_, err = service.Operations[operation](ctx, wire.Call{Caller: root, Body: body})
	return err
}

func attributeDefinitions(attributes []template.Attribute) []object {
	var list []object
	for _, a := range attributes {
		list = append(list, object{"AttributeName": a.Name, "AttributeType": a.Type})
	}
	return list
}

func keySchema(keys []template.Key) []object {
	var list []object
	for _, k := range keys {
		list = append(list, object{"AttributeName": k.Name, "KeyType": k.Type})
	}
	return list
}

func indexes(all []template.Index) []object {
	var list []object
	for _, i := range all {
		projection := object{"ProjectionType": i.Projection}
		if len(i.NonKey) > 0 {
			projection["NonKeyAttributes"] = i.NonKey
		}
		list = append(list, object{"IndexName": i.Name, "KeySchema": keySchema(i.Keys), "Projection": projection})
	}
	return list
}

func (s *Stack) makePools() error {
	for _, p := range s.Template.Pools {
		s.Cognito.AddPool(cognito.Pool{ID: p.ID, Name: p.Name, Issuer: p.Issuer, Password: cognito.PasswordPolicy(p.Password)})
	}
	for _, c := range s.Template.Clients {
		err := s.Cognito.AddClient(cognito.Client{
			ID: c.ID, Name: c.Name, Pool: c.Pool, Flows: c.Flows, GenerateSecret: c.Secret, HideUnknownUsers: c.HideUnknownUsers, Revocation: c.Revocation,
			AccessToken: cognito.Validity(c.AccessToken), IDToken: cognito.Validity(c.IDToken), RefreshToken: cognito.Validity(c.RefreshToken),
		})
		if err != nil {
			return fmt.Errorf("make %s: %w", c.LogicalID, err)
		}
	}
	for _, g := range s.Template.Groups {
		if err := s.Cognito.AddGroup(g.Pool, g.Name, g.Description); err != nil {
			return fmt.Errorf("make %s: %w", g.LogicalID, err)
		}
	}
	return nil
}
