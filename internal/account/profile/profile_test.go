package profile

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const userID = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

// down is a table that cannot be reached. What a table that works makes of the
// routes is tested beside package account, with the tenant role of the template.
type down struct{ tenantdb.API }

var errDown = errors.New("no route to 10.0.0.7")

func (down) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, errDown
}

func (down) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, errDown
}

func TestNothingOfTheInsideIsShown(t *testing.T) {
	t.Parallel()
	verifier := tenant.Verifier{Issuer: "pool", ClientID: "client", Now: func() time.Time { return time.Unix(0, 0) }}
	routes := Routes(verifier, account.NewUsers(tenantdb.Owned(down{}, "users", "")))
	for route, body := range map[string]string{"GET /me": "", "PATCH /me": `{"name":"Secretname"}`} {
		r := patch(body)
		r.RouteKey = route
		r.Context.Authorizer.JWT.Claims = map[string]string{
			"iss": "pool", "client_id": "client", "token_use": "access", "exp": "1", "sub": userID,
		}
		var log bytes.Buffer
		answer, err := routes.Serve(eventlog.New(&log, "dashboard"))(t.Context(), r)
		if err != nil || answer.Status != 500 || strings.Contains(answer.Body, "10.0.0.7") {
			t.Errorf("%s: %+v, %v", route, answer, err)
		}
		if got := log.String(); !strings.Contains(got, errDown.Error()) || !strings.Contains(got, userID) || strings.Contains(got, "Secretname") {
			t.Errorf("%s: log %s", route, got)
		}
	}
}

func TestAnswerHasNoNullList(t *testing.T) {
	t.Parallel()
	r := &httpapi.Request{}
	r.Context.DomainName = "127.0.0.1:8080"
	r.Headers = map[string]string{"x-forwarded-proto": "http"}
	answer, err := answer(r, tenant.Caller{Admin: true}, account.IB{FormKey: "k", TimeZone: "UTC"})
	want := `{"userId":"","email":"","name":"","role":"ADMIN","systemeTagPrefix":"","systemeWorkflowsConfigured":false,` +
		`"formKey":"k","formUrl":"http://127.0.0.1:8080/forms/k","thankYouUrl":null,"allowedOrigins":[],"timeZone":"UTC"}`
	if err != nil || answer.Body != want {
		t.Errorf("got %s, %v", answer.Body, err)
	}
}
