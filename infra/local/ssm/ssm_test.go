package ssm_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/ssm"
	"clientflow/infra/local/wire"
)

// What the API does is checked through the client of the product, in
// infra/local/conformance/ssm. Here are permissions, and what is not played.

// ask calls an operation as a principal.
func ask(t *testing.T, service *ssm.Service, caller iam.Principal, operation, body string) *httptest.ResponseRecorder {
	t.Helper()
	keys := iam.NewKeys(time.Now, nil)
	issued := keys.Issue(caller, time.Hour)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSSM."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+issued.AccessKeyID+"/20250102/us-east-1/ssm/aws4_request")
	r.Header.Set("X-Amz-Security-Token", issued.SessionToken)
	w := httptest.NewRecorder()
	wire.NewMux(keys, service.Service()).ServeHTTP(w, r)
	return w
}

func TestEachParameterNeedsItsPermission(t *testing.T) {
	t.Parallel()
	service := ssm.New(time.Now)
	root := iam.Principal{ARN: iam.RootARN, Root: true}
	for _, name := range []string{"/app/prod/key", "/app/prod/other"} {
		if w := ask(t, service, root, "PutParameter", `{"Name":"`+name+`","Type":"SecureString","Value":"v"}`); w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
	}
	policy, err := iam.ParsePolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ssm:GetParameter",
		"Resource":"arn:aws:ssm:us-east-1:` + iam.AccountID + `:parameter/app/prod/key"}}`)
	if err != nil {
		t.Fatal(err)
	}
	reader := iam.Principal{ARN: "reader", Policies: []iam.Policy{policy}}
	for _, call := range []struct {
		operation, body string
		status          int
	}{
		{"GetParameter", `{"Name":"/app/prod/key","WithDecryption":true}`, http.StatusOK},
		{"GetParameter", `{"Name":"/app/prod/other"}`, http.StatusBadRequest},
		{"GetParameter", `{"Name":"/app/prod/nothing"}`, http.StatusBadRequest},
		{"GetParameters", `{"Names":["/app/prod/key"]}`, http.StatusBadRequest},
		{"PutParameter", `{"Name":"/app/prod/key","Value":"w","Overwrite":true}`, http.StatusBadRequest},
		{"DeleteParameter", `{"Name":"/app/prod/key"}`, http.StatusBadRequest},
	} {
		w := ask(t, service, reader, call.operation, call.body)
		if w.Code != call.status || w.Code != http.StatusOK && !strings.Contains(w.Body.String(), "AccessDeniedException") {
			t.Errorf("%s %s: %d %s", call.operation, call.body, w.Code, w.Body)
		}
	}
}

func TestWhatIsNotPlayedIsRefused(t *testing.T) {
	t.Parallel()
	root := iam.Principal{ARN: iam.RootARN, Root: true}
	for _, body := range []string{
		`{"Name":"/a/b","Type":"String","Value":"v","KeyId":"alias/own"}`,
		`{"Name":"/a/b","Type":"String","Value":"v","Tier":"Advanced"}`,
		`{"Name":"/a/b","Type":"String","Value":"v","DataType":"aws:ec2:image"}`,
		`{"Name":"/a/b","Type":"String","Value":"v","Tags":[]}`,
	} {
		if w := ask(t, ssm.New(time.Now), root, "PutParameter", body); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}
