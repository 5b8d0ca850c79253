package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const password = "Canary-Pass-91!"

type object = map[string]any

// try sends a request and returns the status and the body of the answer.
func try(ctx context.Context, method, address, token string, document any) (int, string, error) {
	var body bytes.Buffer
	if document != nil {
		if err := json.NewEncoder(&body).Encode(document); err != nil {
			return 0, "", err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, address, &body)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", "local") // for Systeme.io
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, string(content), err
}

// ask is try for a request that must be answered.
func ask(t *testing.T, method, address, token string, document any) (int, string) {
	t.Helper()
	status, body, err := try(t.Context(), method, address, token, document)
	if err != nil {
		t.Fatal(err)
	}
	return status, body
}

// want is ask for an answer that must have that status, decoded.
func want[T any](t *testing.T, status int, method, address, token string, document any) (value T) {
	t.Helper()
	got, body := ask(t, method, address, token, document)
	if got != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, address, got, status, body)
	}
	if body != "" {
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			t.Fatalf("%s %s: %v in %s", method, address, err, body)
		}
	}
	return value
}

type nothing struct{}

// ib is an introducing broker who has signed up and in.
type ib struct {
	userID, email, token string

	me struct{ FormKey, SystemeTagPrefix string }
}

var addresses atomic.Int64

// newAddress returns an address that no test has used.
func newAddress(word string) string {
	return fmt.Sprintf("%s-canary-%d-%d@acme.com", word, time.Now().UnixNano(), addresses.Add(1))
}

func mustSignUp(t *testing.T) *ib {
	t.Helper()
	b := &ib{email: newAddress("ib")}
	made := want[struct{ UserID string }](t, 201, "POST", shared.API+"/signup", "", object{"email": b.email, "name": "Canary", "password": password})
	b.userID = made.UserID
	mails := want[[]struct{ Code string }](t, 200, "GET", shared.AWS+"/_local/mail?to="+url.QueryEscape(b.email), "", nil)
	want[nothing](t, 204, "POST", shared.API+"/signup/confirm", "", object{"email": b.email, "code": mails[len(mails)-1].Code})
	tokens := want[struct{ AccessToken string }](t, 200, "POST", shared.API+"/login", "", object{"email": b.email, "password": password})
	b.token = tokens.AccessToken
	b.look(t)
	return b
}

// look reads the IB's own record.
func (b *ib) look(t *testing.T) {
	t.Helper()
	want[nothing](t, 200, "GET", shared.API+"/me", b.token, nil)
	_, body := ask(t, "GET", shared.API+"/me", b.token, nil)
	if err := json.Unmarshal([]byte(body), &b.me); err != nil {
		t.Fatal(err)
	}
}

func (b *ib) capture(t *testing.T, email, kind string) {
	t.Helper()
	want[nothing](t, 201, "POST", shared.API+"/forms/"+b.me.FormKey+"/leads", "", object{"email": email, "name": "Canary Jane", "ib_type": kind})
}

type shown struct {
	LeadID, Email, Status, SyncState, IBType string
	SystemeTagsApplied                       []string
}

func (b *ib) leads(t *testing.T) []shown {
	t.Helper()
	return want[struct{ Leads []shown }](t, 200, "GET", shared.API+"/leads?limit=100", b.token, nil).Leads
}

// stats returns the IB's counters as the API answers them.
func (b *ib) stats(t *testing.T) string {
	t.Helper()
	_, body := ask(t, "GET", shared.API+"/stats", b.token, nil)
	return body
}

// eventually asks until check is content.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// synced waits until all of the IB's leads are in Systeme.io, that many.
func (b *ib) synced(t *testing.T, count int) {
	t.Helper()
	eventually(t, func() error {
		all := b.leads(t)
		for _, l := range all {
			if l.SyncState != "synced" {
				return fmt.Errorf("a lead is %s", l.SyncState)
			}
		}
		if len(all) != count {
			return fmt.Errorf("%d leads, want %d", len(all), count)
		}
		return nil
	})
}

// mustOperator is an operator of the shared stack.
func mustOperator(t *testing.T) *operator {
	t.Helper()
	found, err := sharedStack(t.Context(), "clientflow")
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOperator(found, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// update changes the record of an IB as nothing in ClientFlow would.
func (b *ib) update(t *testing.T, expression string, values map[string]string) {
	t.Helper()
	o := mustOperator(t)
	in := &dynamodb.UpdateItemInput{
		TableName: &o.usersTable, Key: tenantdb.Item{"userId": text(b.userID)}, UpdateExpression: &expression,
	}
	for name, value := range values {
		if in.ExpressionAttributeValues == nil {
			in.ExpressionAttributeValues = tenantdb.Item{}
		}
		in.ExpressionAttributeValues[name] = text(value)
	}
	if _, err := o.db.UpdateItem(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

// wantNothingPersonal fails when what was told has anything of a person in it.
func wantNothingPersonal(t *testing.T, told string) {
	t.Helper()
	if strings.Contains(strings.ToLower(told), "canary") || strings.Contains(told, "@") {
		t.Errorf("it tells of people: %s", told)
	}
}

func mustTenant(t *testing.T, userID string) tenant.ID {
	t.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
