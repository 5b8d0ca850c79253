package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// line returns what was told of an IB; "" for nothing.
func line(told, userID string) string {
	return strings.TrimSpace(regexp.MustCompile(`(?m)^.*` + userID + `.*$`).FindString(told))
}

const older = "REMOVE systemeTagPrefix, formKey, systemeWorkflowsConfigured, listedAs, systemeTagsRequestedAt, systemeTagsMadeAt"

// The tests of backfill are not side by side with others: it brings everyone's record
// up to date.

func TestBackfill(t *testing.T) {
	john, sarah := mustSignUp(t), mustSignUp(t)
	john.update(t, older, nil)

	_, told := mustRun(t, "backfill")
	const lacks = "formKey, systemeTagPrefix, systemeWorkflowsConfigured, listedAs, systemeTagsRequestedAt"
	if got := line(told, john.userID); got != "lacking  "+john.userID+": "+lacks || !strings.Contains(told, "APPLY=1") {
		t.Errorf("a dry run tells %q", got)
	}
	if john.look(t); john.me.FormKey != "" || john.me.SystemeTagPrefix != "" {
		t.Errorf("a dry run gave %+v", john.me)
	}

	_, told = mustRun(t, "backfill", "-apply")
	if got := line(told, john.userID); got != "changed  "+john.userID+": "+lacks {
		t.Errorf("it tells %q", got)
	}
	wantNothingPersonal(t, told)
	john.look(t)
	if john.me.SystemeTagPrefix == "" || john.me.SystemeTagPrefix == sarah.me.SystemeTagPrefix {
		t.Errorf("the prefix is %q", john.me.SystemeTagPrefix)
	}
	visitor := newAddress("visitor")
	john.capture(t, visitor, "forex-ib")
	john.synced(t, 1)
	if got := fmt.Sprint(john.leads(t)[0].SystemeTagsApplied); got != fmt.Sprintf("[%[1]sdemo-request %[1]sforex-ib]", john.me.SystemeTagPrefix) {
		t.Errorf("the lead has the tags %s", got)
	}

	_, told = mustRun(t, "backfill", "-apply")
	if got := line(told, john.userID) + line(told, sarah.userID); got != "" {
		t.Errorf("the second time it tells %q", got)
	}
	before := sarah.me
	if sarah.look(t); sarah.me != before {
		t.Errorf("another's became %+v", sarah.me)
	}
}

func TestBackfillOfUsersWithoutARecord(t *testing.T) {
	lost, admin, unconfirmed := mustSignUp(t), mustSignUp(t), newAddress("ib")
	made := want[struct{ UserID string }](t, 201, "POST", shared.API+"/signup", "", object{"email": unconfirmed, "name": "Canary", "password": password})
	o := mustOperator(t)
	for _, userID := range []string{lost.userID, admin.userID, made.UserID} {
		_, err := o.db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &o.usersTable, Key: tenantdb.Item{"userId": text(userID)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := o.pool.AdminAddUserToGroup(t.Context(), &cognitoidentityprovider.AdminAddUserToGroupInput{
		UserPoolId: &o.poolID, Username: &admin.userID, GroupName: aws.String(tenant.AdminGroup),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, told := mustRun(t, "backfill", "-apply")
	if got := line(told, lost.userID); got != "changed  "+lost.userID+": all" {
		t.Errorf("of one without a record it tells %q", got)
	}
	lost.look(t)
	for what, userID := range map[string]string{"an admin": admin.userID, "one who has not confirmed": made.UserID} {
		if got := line(told, userID); got != "" {
			t.Errorf("of %s it tells %q", what, got)
		}
	}
}

func TestBackfillTellsWhatItCannotMend(t *testing.T) {
	john, sarah := mustSignUp(t), mustSignUp(t)
	john.update(t, "SET systemeTagPrefix = :p", map[string]string{":p": sarah.me.SystemeTagPrefix})
	sarah.update(t, "REMOVE systemeWorkflowsConfigured SET disabledAt = :at", map[string]string{":at": "2026-05-04T03:02:01.000Z"})
	o := mustOperator(t)
	gone := "11111111-0000-4000-8000-000000000000"
	if _, err := o.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &o.usersTable, Item: tenantdb.Item{"userId": text(gone)}}); err != nil {
		t.Fatal(err)
	}
	defer john.update(t, "SET systemeTagPrefix = :p", map[string]string{":p": john.me.SystemeTagPrefix}) // so that others' runs end well
	_, told, err := run(t.Context(), "backfill", "-apply")
	if !errors.Is(err, errLeft) || line(told, john.userID) != "wrong    "+john.userID+": its prefix or its form key is registered as another IB's" {
		t.Errorf("got %v, %q", err, line(told, john.userID))
	}
	if got := line(told, sarah.userID); got != "changed  "+sarah.userID+": systemeWorkflowsConfigured" {
		t.Errorf("of one who is disabled it tells %q", got)
	}
	if got := line(told, gone); got != "no login "+gone+": left as it is" {
		t.Errorf("of one whose user is gone it tells %q", got)
	}
}
