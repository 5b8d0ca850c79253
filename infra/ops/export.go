package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func exportFlags(set *flag.FlagSet) action {
	user := set.String("user", "", "`userId` or address of the IB")
	return func(ctx context.Context, o *operator) error {
		id, err := o.named(ctx, *user)
		if err != nil {
			return err
		}
		return o.export(ctx, id, time.Now())
	}
}

// export writes all that is stored of an IB as one JSON document: its login, its
// record, and each item of its own as it is stored. It is the one thing here that
// writes personal data, and it goes to out alone.
func (o *operator) export(ctx context.Context, id tenant.ID, now time.Time) error {
	login, err := o.login(ctx, id)
	if err != nil {
		return err
	}
	record, err := o.record(ctx, id)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(o.out)
	d := document{out: out}
	d.member("userId", id.String())
	d.member("exportedAt", now.UTC().Format(time.RFC3339))
	d.member("login", login)
	d.member("record", record)
	items := 0
	err = o.eachItem(ctx, id, func(item tenantdb.Item) error {
		items++
		return d.item(item)
	})
	if err == nil {
		err = errors.Join(d.end(), out.Flush())
	}
	if err != nil {
		return err
	}
	if login == nil && record == nil && items == 0 {
		return errNobody
	}
	o.say("%s: %d items", id, items)
	return nil
}

// login is what Cognito has of an IB; nil when it has no user.
func (o *operator) login(ctx context.Context, id tenant.ID) (map[string]any, error) {
	found, err := o.pool.AdminGetUser(ctx, &cognitoidentityprovider.AdminGetUserInput{UserPoolId: &o.poolID, Username: aws.String(id.String())})
	if _, unknown := errors.AsType[*cognitotypes.UserNotFoundException](err); unknown {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the login: %w", err)
	}
	attributes := map[string]string{}
	for _, a := range found.UserAttributes {
		attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	groups, err := o.pool.AdminListGroupsForUser(ctx, &cognitoidentityprovider.AdminListGroupsForUserInput{
		UserPoolId: &o.poolID, Username: aws.String(id.String()),
	})
	if err != nil {
		return nil, fmt.Errorf("read the groups: %w", err)
	}
	names := []string{}
	for _, g := range groups.Groups {
		names = append(names, aws.ToString(g.GroupName))
	}
	return map[string]any{
		"username": aws.ToString(found.Username), "status": found.UserStatus, "enabled": found.Enabled,
		"createdAt": found.UserCreateDate, "attributes": attributes, "groups": names,
	}, nil
}

// record is the IB's record as it is stored; nil when there is none.
func (o *operator) record(ctx context.Context, id tenant.ID) (map[string]any, error) {
	found, err := o.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &o.usersTable, Key: tenantdb.Item{"userId": str(id.String())}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	if found.Item == nil {
		return nil, nil
	}
	var record map[string]any
	if err := attributevalue.UnmarshalMap(found.Item, &record); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return record, nil
}

// eachItem shows all items of an IB, in the order of their sort keys.
func (o *operator) eachItem(ctx context.Context, id tenant.ID, see func(tenantdb.Item) error) error {
	pages := dynamodb.NewQueryPaginator(o.db, &dynamodb.QueryInput{
		TableName: &o.leadsTable, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("userId = :owner"),
		ExpressionAttributeValues: tenantdb.Item{":owner": str(id.String())},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the IB's items: %w", err)
		}
		for _, item := range page.Items {
			if err := see(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// kinds are the names of the lists in the document, by how sort keys begin.
var kinds = map[string]string{"AUDIT": "audit", "ERASURE": "erasures", "LEAD": "leads", "STATS": "counters"}

// document is a JSON object that is written as it comes: an IB may have more leads than
// one would keep in memory.
type document struct {
	out     io.Writer
	members int
	list    string // the name of the list that is open
	items   int
	err     error
}

// member writes a member that is known whole.
func (d *document) member(name string, value any) {
	d.begin(name)
	d.value(value)
}

// begin writes the name of a member.
func (d *document) begin(name string) {
	separator := ",\n"
	if d.members == 0 {
		separator = "{\n"
	}
	d.members++
	d.write(separator)
	d.value(name)
	d.write(": ")
}

// item adds an item to the list of its kind, which its sort key names. Those of one
// kind come one behind the other.
func (d *document) item(item tenantdb.Item) error {
	var plain map[string]any
	if err := attributevalue.UnmarshalMap(item, &plain); err != nil {
		return fmt.Errorf("read an item: %w", err)
	}
	begins, _, _ := strings.Cut(textIn(item, "sk"), "#")
	list := kinds[begins]
	if list == "" {
		list = strings.ToLower(begins)
	}
	if list != d.list {
		d.close()
		d.begin(list)
		d.list, d.items = list, 0
	}
	d.write(map[bool]string{true: "[\n", false: ",\n"}[d.items == 0])
	d.items++
	d.value(plain)
	return d.err
}

// close ends the list that is open.
func (d *document) close() {
	if d.list != "" {
		d.write("\n]")
	}
}

func (d *document) end() error {
	d.close()
	d.write("\n}\n")
	return d.err
}

func (d *document) value(value any) {
	encoded, err := json.Marshal(value)
	d.err = errors.Join(d.err, err)
	d.write(string(encoded))
}

func (d *document) write(text string) {
	if d.err == nil {
		_, d.err = io.WriteString(d.out, text)
	}
}
