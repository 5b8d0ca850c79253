package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The accounts of these tests on a deployed stack, and no others, have addresses that
// begin and end so: under a top-level domain that is nobody's, or in the mailbox of
// SES that takes mail and drops it.
const throwawayPrefix = "canary.ib."

func throwaway(address string) bool {
	if rest, ok := strings.CutPrefix(address, "success+"); ok {
		return strings.HasPrefix(rest, throwawayPrefix) && strings.HasSuffix(rest, "@simulator.amazonses.com")
	}
	return strings.HasPrefix(address, throwawayPrefix) && strings.HasSuffix(address, "@visitors.test")
}

func TestOnlyTheAccountsOfTheseTestsAreThrownAway(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		newAddress("ib"): true, "success+canary.ib.abc.1@simulator.amazonses.com": true,
		"jane@visitors.test": false, "canary.ib.1@example.com": false, "success+jane@simulator.amazonses.com": false,
		"canary.ib.1@simulator.amazonses.com": false, "success+canary.ib.1@visitors.test": false, newAddress("visitor"): false,
	} {
		if throwaway(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

// patience is how long an erasure in Systeme.io is waited for, over several runs. One
// that takes longer has no account that it could end in.
const patience = 24 * time.Hour

// sweep removes the accounts of this run and of runs before: their leads as an IB
// erases them, then, once Systeme.io has none of them, all else. It returns how many
// accounts still wait for that.
func (d *deployedStack) sweep(ctx context.Context) (waiting int, err error) {
	for _, begins := range []string{throwawayPrefix, "success+" + throwawayPrefix} {
		pages := cip.NewListUsersPaginator(d.pool, &cip.ListUsersInput{
			UserPoolId: &d.poolID, Filter: aws.String(fmt.Sprintf("email ^= %q", begins)),
		})
		var found []account
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return waiting, fmt.Errorf("find the accounts of these tests: %w", err)
			}
			for _, user := range page.Users {
				a := account{userID: aws.ToString(user.Username)}
				for _, attribute := range user.Attributes {
					if aws.ToString(attribute.Name) == "email" {
						a.email = aws.ToString(attribute.Value)
					}
				}
				found = append(found, a)
			}
		}
		for _, a := range found {
			if !throwaway(a.email) {
				continue
			}
			gone, err := d.remove(ctx, a)
			if err != nil {
				return waiting, fmt.Errorf("remove an account of these tests, %s: %w", a.userID, err)
			}
			if !gone {
				waiting++
			}
		}
	}
	return waiting, nil
}

type account struct{ userID, email string }

// remove erases an account's leads and, unless that goes on in Systeme.io, the account.
func (d *deployedStack) remove(ctx context.Context, a account) (gone bool, err error) {
	if err := d.eraseLeads(ctx, a); err != nil {
		return false, err
	}
	items, err := d.items(ctx, a.userID)
	if err != nil {
		return false, err
	}
	for _, item := range items {
		if erasing(item, time.Now()) {
			return false, nil
		}
	}
	if err := d.removeRecords(ctx, a.userID, items); err != nil {
		return false, err
	}
	_, err = d.pool.AdminDeleteUser(ctx, &cip.AdminDeleteUserInput{UserPoolId: &d.poolID, Username: &a.userID})
	return err == nil, err
}

// eraseLeads lets the account in, whatever a test has left it as, and erases its leads.
// The counters must have heard of it before they are removed.
func (d *deployedStack) eraseLeads(ctx context.Context, a account) error {
	record, err := d.record(ctx, a.userID)
	if err != nil || record == nil { // it never signed in
		return err
	}
	_, err = d.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &d.users, Key: record.key(), UpdateExpression: aws.String("REMOVE disabledAt"),
	})
	if err == nil {
		err = d.setPassword(ctx, a.email)
	}
	if err != nil {
		return err
	}
	var tokens struct{ AccessToken string }
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, a.email, password)
	if err := ask("POST", d.api+"/login", body, "", 200, &tokens); err != nil {
		return err
	}
	for {
		var page struct {
			Leads      []lead
			NextCursor *string
		}
		if err := ask("GET", d.api+"/leads?limit=100", "", tokens.AccessToken, 200, &page); err != nil {
			return err
		}
		for _, l := range page.Leads {
			if err := ask("DELETE", d.api+"/leads/"+l.LeadID, "", tokens.AccessToken, 204, nil); err != nil {
				return err
			}
		}
		if page.NextCursor == nil {
			break
		}
	}
	return d.uncounted(ctx, tokens.AccessToken)
}

// uncounted waits until an account's numbers are those of no lead.
func (d *deployedStack) uncounted(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		var s stats
		if err := ask("GET", d.api+"/stats", "", token, 200, &s); err != nil || s.TotalLeads == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("leads that were erased are counted still")
		case <-again.C:
		}
	}
}

// ask sends one request outside of a test.
func ask(method, address, body, token string, status int, into any) error {
	got, err := try(method, address, body, "Content-Type", "application/json", "Authorization", "Bearer "+token)
	if err != nil {
		return err
	}
	if got.status != status {
		return fmt.Errorf("%s %s: %d %s", method, address, got.status, got.body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal([]byte(got.body), into)
}

type item map[string]types.AttributeValue

func (i item) text(name string) string {
	if value, ok := i[name].(*types.AttributeValueMemberS); ok {
		return value.Value
	}
	return ""
}

// key returns the key of an IB's record.
func (i item) key() item { return item{"userId": i["userId"]} }

// erasing tells whether an item is an erasure that is not done.
func erasing(i item, now time.Time) bool {
	if !strings.HasPrefix(i.text("sk"), "ERASURE#") || i.text("erasureState") == "done" {
		return false
	}
	requested, err := time.Parse(time.RFC3339, i.text("requestedAt"))
	return err != nil || now.Sub(requested) < patience
}

func (d *deployedStack) record(ctx context.Context, userID string) (item, error) {
	out, err := d.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &d.users, Key: item{"userId": &types.AttributeValueMemberS{Value: userID}}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// items are all of an account's in the table of leads.
func (d *deployedStack) items(ctx context.Context, userID string) ([]item, error) {
	pages := dynamodb.NewQueryPaginator(d.db, &dynamodb.QueryInput{
		TableName: &d.leads, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("userId = :userId"),
		ExpressionAttributeValues: item{":userId": &types.AttributeValueMemberS{Value: userID}},
	})
	var all []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, found := range page.Items {
			all = append(all, found)
		}
	}
	return all, nil
}

// removeRecords deletes items, the registry's entries of an account, and its record,
// which names those, last.
func (d *deployedStack) removeRecords(ctx context.Context, userID string, items []item) error {
	for _, i := range items {
		if err := d.delete(ctx, d.leads, item{"userId": i["userId"], "sk": i["sk"]}); err != nil {
			return err
		}
	}
	record, err := d.record(ctx, userID)
	if err != nil || record == nil {
		return err
	}
	for _, key := range []string{"PREFIX#" + record.text("systemeTagPrefix"), "FORM#" + record.text("formKey")} {
		if err := d.delete(ctx, d.registry, item{"key": &types.AttributeValueMemberS{Value: key}}); err != nil {
			return err
		}
	}
	return d.delete(ctx, d.users, record.key())
}

func (d *deployedStack) delete(ctx context.Context, table string, key item) error {
	_, err := d.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key})
	return err
}
