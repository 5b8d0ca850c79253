package admin_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/admin"
	"clientflow/internal/env"
	"clientflow/internal/tenantdb"
)

func TestTheTemplateHasTheRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if handled, routes := slices.Sorted(maps.Keys(w.routes)), slices.Sorted(slices.Values(w.routesOf(t))); !slices.Equal(handled, routes) {
		t.Errorf("handlers of %v, routes %v", handled, routes)
	}
}

// nothing is tables and queues that may not be asked.
type nothing struct {
	admin.DB
	admin.QueueAPI
}

// Whoever is no admin is refused before anything of the request is looked at.
func TestNobodyElseIsLetIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings := admin.Settings{SystemeURL: "http://127.0.0.1:1", Issuer: w.function.Environment["TOKEN_ISSUER"],
		ClientID: w.function.Environment["USER_POOL_CLIENT_ID"]}
	routes, err := admin.Routes(settings, nil, nothing{}, nothing{})
	if err != nil {
		t.Fatal(err)
	}
	idToken := w.claims("[admins]")
	idToken["token_use"] = "id"
	for name, caller := range map[string]struct {
		claims map[string]string
		status int
	}{
		"an IB":             {w.claims(""), 403},
		"in another group":  {w.claims("[admin notadmins]"), 403},
		"nobody":            {nil, 401},
		"an admin's ID":     {idToken, 401},
		"claims without it": {map[string]string{"cognito:groups": "[admins]"}, 401},
	} {
		for _, route := range w.routesOf(t) {
			var bodies []string
			for _, id := range []string{nth(1), "x", ""} {
				r := w.event(route, id, "cursor=%", "no JSON")
				r.Context.Authorizer.JWT.Claims = caller.claims
				answer := w.serve(t, routes, r)
				if answer.Status != caller.status {
					t.Errorf("%s, %s: %d %s", name, route, answer.Status, answer.Body)
				}
				bodies = append(bodies, answer.Body)
			}
			if len(slices.Compact(bodies)) != 1 {
				t.Errorf("%s, %s: answers tell apart: %v", name, route, bodies)
			}
		}
	}
}

// The role can count leads, and do nothing else with them.
func TestTheRoleReadsNoLead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db, _, _ := w.clients(t)
	ctx := t.Context()
	leads, users := &w.LeadsTable, &w.UsersTable
	key := tenantdb.Item{"userId": text(nth(1)), "sk": text("LEAD#a")}
	query := func(projection *string, index *string) error {
		_, err := db.Query(ctx, &dynamodb.QueryInput{
			TableName: leads, IndexName: index, KeyConditionExpression: aws.String("userId = :u"),
			ExpressionAttributeValues: tenantdb.Item{":u": text(nth(1))}, ProjectionExpression: projection,
		})
		return err
	}
	if err := query(aws.String("byStatus"), nil); err != nil {
		t.Errorf("counting: %v", err)
	}
	for what, call := range map[string]func() error{
		"a lead": func() error {
			_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: leads, Key: key})
			return err
		},
		"all of a tenant's":  func() error { return query(nil, nil) },
		"their addresses":    func() error { return query(aws.String("email"), nil) },
		"more than counters": func() error { return query(aws.String("byStatus, email"), nil) },
		"by the index":       func() error { return query(aws.String("byStatus"), aws.String("byCreatedAt")) },
		"all leads": func() error {
			_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: leads})
			return err
		},
		"a batch of leads": func() error {
			_, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
				*leads: {Keys: []map[string]types.AttributeValue{key}},
			}})
			return err
		},
		"a change of a lead": func() error {
			_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: leads, Key: key, UpdateExpression: aws.String("SET a = userId")})
			return err
		},
		"a change of a prefix": func() error {
			_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: users, Key: tenantdb.Item{"userId": text(nth(1))},
				UpdateExpression: aws.String("SET systemeTagPrefix = userId")})
			return err
		},
		"all IBs": func() error {
			_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: users})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// down is tables and queues that cannot be reached, but for the caller's own record.
type down struct {
	admin.DB
	admin.QueueAPI
}

var errDown = errors.New("no route to 10.0.0.7")

func (down) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, errDown
}

func (down) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in.Key["userId"].(*types.AttributeValueMemberS).Value == theAdmin {
		return &dynamodb.GetItemOutput{Item: in.Key}, nil
	}
	return nil, errDown
}

func (down) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, errDown
}

func (down) GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	return nil, errDown
}

func (down) StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error) {
	return nil, errDown
}

func (down) ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error) {
	return nil, errDown
}

func TestNothingOfTheInsideIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings := admin.Settings{SystemeURL: "http://127.0.0.1:1", CallsPerSecond: 1000,
		Issuer: w.function.Environment["TOKEN_ISSUER"], ClientID: w.function.Environment["USER_POOL_CLIENT_ID"]}
	routes, err := admin.Routes(settings, nil, down{}, down{})
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range w.routesOf(t) {
		w.log.Reset()
		answer := w.serve(t, routes, w.event(route, nth(1), "", `{"configured":true,"disabled":true}`))
		if answer.Status != 500 || strings.Contains(answer.Body, "10.0.0.7") || !strings.Contains(w.log.String(), errDown.Error()) {
			t.Errorf("%s: %d %s\n%s", route, answer.Status, answer.Body, w.log)
		}
	}
}

func TestSettingsThatAreMissing(t *testing.T) {
	t.Parallel()
	none := env.Reader{Lookup: func(string) (string, bool) { return "", false }}
	_, err := admin.ReadSettings(&none)
	if err == nil {
		t.Fatal("no settings are enough")
	}
	for name := range newWorld(t).function.Environment {
		if strings.HasPrefix(name, "AWS_") || name == "METRIC_NAMESPACE" || name == "DASHBOARD_ORIGINS" {
			continue // the SDK's own, every function's, and those that may be none
		}
		if !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s is not named", name)
		}
	}
	if _, err := admin.Routes(admin.Settings{SystemeURL: "systeme"}, nil, nothing{}, nothing{}); err == nil {
		t.Error("an address that is none is taken")
	}
}
