package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/infra/deployment"
	"clientflow/internal/tenantdb"
)

// hasten lets the IB's erasures not wait for what may still be under way, which is three
// minutes, until the test ends.
func (b *ib) hasten(t *testing.T) {
	t.Helper()
	o := mustOperator(t)
	queue, err := o.Resource("LeadSyncQueue")
	if err != nil {
		t.Fatal(err)
	}
	messages, owner := sqs.NewFromConfig(o.AWS), mustTenant(t, b.userID)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		for wait(ctx, 100*time.Millisecond) == nil {
			// Errors are those of the end of the test, or make the erasure wait.
			_ = o.eachItem(ctx, owner, func(item tenantdb.Item) error {
				if textIn(item, "quietAt") == "" {
					return nil
				}
				_, _ = o.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
					TableName: &o.leadsTable, Key: tenantdb.Item{"userId": item["userId"], "sk": item["sk"]},
					UpdateExpression: ptr("SET quietAt = :past"), ConditionExpression: ptr("attribute_exists(quietAt)"),
					ExpressionAttributeValues: tenantdb.Item{":past": text("2020-01-01T00:00:00.000Z")},
				})
				_, err := messages.SendMessage(ctx, &sqs.SendMessageInput{
					QueueUrl: &queue, MessageGroupId: &b.userID,
					MessageBody: aws.String(fmt.Sprintf(`{"userId":%q,"leadId":%q}`, b.userID, textIn(item, "leadId"))),
				})
				return err
			})
		}
	}()
}

// contactTags returns the tags on the contact with an address; ok is false without one.
func contactTags(t *testing.T, address string) (tags []string, ok bool) {
	t.Helper()
	found := want[struct {
		Items []struct{ Tags []struct{ Name string } }
	}](t, 200, "GET", shared.Systeme+"/api/contacts?email="+url.QueryEscape(address), "", nil)
	for _, contact := range found.Items {
		for _, tag := range contact.Tags {
			tags = append(tags, tag.Name)
		}
		ok = true
	}
	slices.Sort(tags)
	return tags, ok
}

// eraseArguments erase an IB without the patience that AWS asks for.
func (b *ib) eraseArguments(more ...string) []string {
	return append([]string{"ib-erase", "-user", b.userID, "-confirm", b.userID, "-settle", "0s", "-pause", "50ms"}, more...)
}

// wantGone fails when anything of the IB is left but its prefix, which is nobody's.
func (b *ib) wantGone(t *testing.T) {
	t.Helper()
	o := mustOperator(t)
	id := mustTenant(t, b.userID)
	login, err := o.login(t.Context(), id)
	if err != nil || login != nil {
		t.Errorf("the login is %v, %v", login, err)
	}
	if record, err := o.record(t.Context(), id); err != nil || record != nil {
		t.Errorf("the record is %v, %v", record, err)
	}
	err = o.eachItem(t.Context(), id, func(item tenantdb.Item) error { return fmt.Errorf("%s is left", textIn(item, "sk")) })
	if err != nil {
		t.Error(err)
	}
	registry, err := o.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &o.registryTable})
	if err != nil {
		t.Fatal(err)
	}
	retired := false
	for _, item := range registry.Items {
		key := textIn(item, "key")
		retired = retired || key == "PREFIX#"+b.me.SystemeTagPrefix && textIn(item, "retiredAt") != ""
		if textIn(item, "userId") == b.userID || key == "FORM#"+b.me.FormKey {
			t.Errorf("%s is left", key)
		}
	}
	if !retired {
		t.Error("the prefix can be another's")
	}
}

func TestEraseAnIB(t *testing.T) {
	t.Parallel()
	john, sarah := mustSignUp(t), mustSignUp(t)
	common, own := newAddress("visitor"), newAddress("visitor")
	for _, b := range []*ib{john, sarah} {
		b.capture(t, common, "forex-ib")
	}
	john.capture(t, own, "cfd")
	john.synced(t, 2)
	sarah.synced(t, 1)
	sarah.wantCounted(t)
	before := sarah.stats(t)

	if _, _, err := run(t.Context(), "ib-erase", "-user", john.email); err == nil || !strings.Contains(err.Error(), "CONFIRM="+john.userID) {
		t.Errorf("without a word to confirm it: %v", err)
	}
	john.look(t) // is there
	_, told, err := run(t.Context(), john.eraseArguments("-patience", "0s")...)
	if !errors.Is(err, errLeft) || !strings.Contains(told, john.userID+": 2 leads are still to be removed from Systeme.io") {
		t.Errorf("at once: %v, %s", err, told)
	}
	if status, _ := ask(t, "GET", shared.API+"/leads", john.token, nil); status != 403 {
		t.Errorf("at once GET /leads answers %d", status)
	}
	if status, _ := ask(t, "POST", shared.API+"/forms/"+john.me.FormKey+"/leads", "", object{"email": own, "name": "Jane"}); status != 404 {
		t.Errorf("at once its form answers %d", status)
	}

	john.hasten(t)
	_, told = mustRun(t, john.eraseArguments()...)
	wantNothingPersonal(t, told)
	if !strings.Contains(told, john.userID+": nothing is left here") {
		t.Errorf("it tells %s", told)
	}
	john.wantGone(t)
	if _, there := contactTags(t, own); there {
		t.Error("a contact that nobody else has is left")
	}
	if tags, _ := contactTags(t, common); !slices.Equal(tags, []string{sarah.me.SystemeTagPrefix + "demo-request", sarah.me.SystemeTagPrefix + "forex-ib"}) {
		t.Errorf("the other IB's contact has %v", tags)
	}
	if got := sarah.stats(t); got != before || len(sarah.leads(t)) != 1 {
		t.Errorf("the other IB has %s and %d leads", got, len(sarah.leads(t)))
	}
	if status, _ := ask(t, "POST", shared.API+"/login", "", object{"email": john.email, "password": password}); status != 401 {
		t.Errorf("it can sign in: %d", status)
	}
	mustRun(t, john.eraseArguments()...) // again
}

// mortal ends the command at one of its calls, before it is made or after.
type mortal struct {
	left  atomic.Int64
	after bool
}

var errKilled = errors.New("the command was killed")

// Do implements aws.HTTPClient. It hands an answer over when it is read whole: the SDK
// closes the request's body as soon as it has an answer, and where net/http has not
// seen that body's end yet, it closes the connection, and what is left of a long answer
// with it. Elsewhere the SDK's retries make up for that.
func (m *mortal) Do(r *http.Request) (*http.Response, error) {
	left := m.left.Add(-1)
	if left < 0 || left == 0 && !m.after {
		return nil, errKilled
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if left == 0 {
		return nil, errKilled
	}
	response.Body = io.NopCloser(bytes.NewReader(content))
	return response, nil
}

// TestEraseAnIBInSpiteOfKills ends the command at its first call, then at its second,
// and so on, until it comes to its end.
func TestEraseAnIBInSpiteOfKills(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after=%v", after), func(t *testing.T) {
			t.Parallel()
			john := mustSignUp(t)
			visitors := []string{newAddress("visitor"), newAddress("visitor")}
			for _, visitor := range visitors {
				john.capture(t, visitor, "forex-ib")
			}
			john.synced(t, 2)
			john.hasten(t)
			found, err := sharedStack(t.Context(), "clientflow")
			if err != nil {
				t.Fatal(err)
			}
			ended := false
			for calls := int64(1); !ended; calls++ {
				killer := &mortal{after: after}
				killer.left.Store(calls)
				find := func(context.Context, string) (deployment.Deployment, error) {
					d := found
					d.AWS.HTTPClient = killer
					d.AWS.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
					return d, nil
				}
				var told bytes.Buffer
				err := realMain(t.Context(), john.eraseArguments(), find, io.Discard, &told)
				ended = err == nil
				if err != nil && !errors.Is(err, errKilled) {
					t.Fatalf("after %d calls: %v\n%s", calls, err, &told)
				}
				if calls > 500 {
					t.Fatalf("it never ends: %s", &told)
				}
			}
			john.wantGone(t)
			for _, visitor := range visitors {
				if _, there := contactTags(t, visitor); there {
					t.Error("a contact is left")
				}
			}
		})
	}
}
