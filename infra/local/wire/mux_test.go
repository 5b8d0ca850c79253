package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

type input struct{ Name string }

// testMux serves one small service, whose Hello tells who called.
func testMux(keys *iam.Keys) *wire.Mux {
	hello := func(_ context.Context, call wire.Call) (any, error) {
		in, err := wire.Decode[input](call)
		if err != nil {
			return nil, err
		}
		return map[string]string{"Greeting": "<Hello " + in.Name + ">", "Caller": call.Caller.ARN, "Host": call.Host}, nil
	}
	answer := func(err error) wire.Operation {
		return func(context.Context, wire.Call) (any, error) { return nil, err }
	}
	m := wire.NewMux(keys, wire.Service{Target: "DynamoDB_20120810", JSONVersion: "1.0", Operations: map[string]wire.Operation{
		"Hello":   hello,
		"Nothing": answer(nil),
		"Restricted": func(_ context.Context, call wire.Call) (any, error) {
			return nil, call.Caller.Authorize(iam.Request{Action: "dynamodb:GetItem", Resource: "arn:x"})
		},
		"Cancelled": answer(fmt.Errorf("wrapped: %w", &wire.Error{Type: "TransactionCanceledException", Message: "cancelled", Members: map[string]any{"CancellationReasons": []string{"None"}}})),
		"Gone":      answer(&wire.Error{Type: "QueueDoesNotExist", Status: 404, QueryCode: "AWS.SimpleQueueService.NonExistentQueue"}),
		"Broken":    answer(errors.New("out of luck")),
		"Unencodable": func(context.Context, wire.Call) (any, error) {
			return func() {}, nil
		},
	}})
	m.HandleQuery("Greet", "2011-06-15", func(_ context.Context, call wire.Call) (any, error) {
		return struct{ Greeting, Caller string }{"<Hello>", call.Caller.ARN}, nil
	})
	m.HandleQuery("Refuse", "2011-06-15", func(_ context.Context, call wire.Call) (any, error) {
		return nil, call.Caller.Authorize(iam.Request{Action: "sts:AssumeRole", Resource: "arn:x"})
	})
	m.HandleQuery("Break", "2011-06-15", answer(errors.New("out & out")))
	m.HandleREST("PUT /2015-03-31/functions/{name}/configuration", func(ctx context.Context, call wire.Call) (any, error) {
		if call.Path("name") == "broken" {
			return func() {}, nil
		}
		value, err := hello(ctx, call)
		return map[string]any{"Name": call.Path("name"), "Value": value}, err
	})
	m.HandleREST("GET /2015-03-31/functions/{name}", func(_ context.Context, call wire.Call) (any, error) {
		if call.Path("name") == "gone" {
			return nil, &wire.Error{Type: "ResourceNotFoundException", Message: "no such function", Status: 404}
		}
		return nil, call.Caller.Authorize(iam.Request{Action: "lambda:GetFunction", Resource: "arn:x"})
	})
	m.Handle("GET /plain/{name}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "plain "+r.PathValue("name"))
	}))
	return m
}

func signed(id string) string {
	return "AWS4-HMAC-SHA256 Credential=" + id + "/20250102/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00"
}

func request(target, body, authorization, token string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Authorization", authorization)
	r.Header.Set("X-Amz-Security-Token", token)
	return r
}

func serve(m *wire.Mux, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestJSON(t *testing.T) {
	t.Parallel()
	now := time.Now()
	keys := iam.NewKeys(func() time.Time { return now }, nil)
	tenant := keys.Issue(iam.Principal{ARN: "tenant"}, time.Hour)
	late := keys.Issue(iam.Principal{ARN: "late"}, -time.Second)
	root := signed("AKIAMADEUP")
	const prefix = "DynamoDB_20120810."
	tests := map[string]struct {
		target, body, authorization, token string
		status                             int
		want                               string
	}{
		"answer": {prefix + "Hello", `{"Name":"you"}`, root, "", 200,
			`{"Caller":"arn:aws:iam::000000000000:root","Greeting":"\u003cHello you\u003e","Host":"127.0.0.1:4566"}`},
		"issued key": {prefix + "Hello", `{}`, signed(tenant.AccessKeyID), tenant.SessionToken, 200,
			`{"Caller":"tenant","Greeting":"\u003cHello \u003e","Host":"127.0.0.1:4566"}`},
		"unsigned":  {prefix + "Hello", ``, "", "", 200, `{"Caller":"","Greeting":"\u003cHello \u003e","Host":"127.0.0.1:4566"}`},
		"no answer": {prefix + "Nothing", `{}`, root, "", 200, `{}`},
		"no such operation": {prefix + "Frobnicate", `{}`, root, "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#UnknownOperationException","message":"The local AWS does not have the operation DynamoDB_20120810.Frobnicate"}`},
		"no such service": {"AmazonS3.GetObject", `{}`, root, "", 400,
			`{"__type":"com.amazonaws.s3#UnknownOperationException","message":"The local AWS does not have the operation AmazonS3.GetObject"}`},
		"not allowed": {prefix + "Restricted", `{}`, signed(tenant.AccessKeyID), tenant.SessionToken, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"User: tenant is not authorized to perform: dynamodb:GetItem on resource: arn:x because no identity-based policy allows the dynamodb:GetItem action"}`},
		"unsigned where it must not be": {prefix + "Restricted", `{}`, "", "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		"expired key": {prefix + "Hello", `{}`, signed(late.AccessKeyID), late.SessionToken, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#ExpiredTokenException","message":"The security token included in the request is expired"}`},
		"another session token": {prefix + "Hello", `{}`, signed(tenant.AccessKeyID), "x", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#UnrecognizedClientException","message":"The security token included in the request is invalid."}`},
		"another signature": {prefix + "Hello", `{}`, "Bearer x", "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#IncompleteSignatureException","message":"Authorization header requires 'Credential' parameter. Authorization=Bearer x"}`},
		"members of an error": {prefix + "Cancelled", `{}`, root, "", 400,
			`{"CancellationReasons":["None"],"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"cancelled"}`},
		"status of an error": {prefix + "Gone", `{}`, root, "", 404, `{"__type":"com.amazonaws.dynamodb.v20120810#QueueDoesNotExist","message":""}`},
		"any other error":    {prefix + "Broken", `{}`, root, "", 500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"out of luck"}`},
		"no JSON": {prefix + "Hello", `{`, root, "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#SerializationException","message":"Cannot read the request: unexpected EOF"}`},
		"another type": {prefix + "Hello", `{"Name":7}`, root, "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#SerializationException","message":"Cannot read the request: json: cannot unmarshal number into Go struct field input.Name of type string"}`},
		"unknown member": {prefix + "Hello", `{"Nam":"x"}`, root, "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#SerializationException","message":"Cannot read the request: json: unknown field \"Nam\""}`},
		"text after the document": {prefix + "Hello", `{} {}`, root, "", 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#SerializationException","message":"Cannot read the request: text after the JSON document"}`},
		"an answer that is no JSON": {prefix + "Unencodable", `{}`, root, "", 500,
			`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"encode the answer: json: unsupported type: func()"}`},
	}
	mux := testMux(keys)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := serve(mux, request(tt.target, tt.body, tt.authorization, tt.token))
			if w.Code != tt.status || w.Body.String() != tt.want {
				t.Errorf("answer %d %s\nwant   %d %s", w.Code, w.Body, tt.status, tt.want)
			}
		})
	}
}

func TestJSONHeaders(t *testing.T) {
	t.Parallel()
	w := serve(testMux(iam.NewKeys(time.Now, nil)), request("DynamoDB_20120810.Gone", "{}", signed("x"), ""))
	want := map[string]string{
		"Content-Type":       "application/x-amz-json-1.0",
		"X-Amz-Crc32":        strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10),
		"X-Amzn-Errortype":   "QueueDoesNotExist",
		"X-Amzn-Query-Error": "AWS.SimpleQueueService.NonExistentQueue;Sender",
	}
	for name, value := range want {
		if got := w.Header().Get(name); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
	if w.Header().Get("X-Amzn-Requestid") == "" {
		t.Error("no request id")
	}
}

func TestTooLargeBody(t *testing.T) {
	t.Parallel()
	w := serve(testMux(iam.NewKeys(time.Now, nil)), request("DynamoDB_20120810.Hello", strings.Repeat(" ", 16<<20+1), signed("x"), ""))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", w.Code)
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	keys := iam.NewKeys(time.Now, nil)
	tenant := keys.Issue(iam.Principal{ARN: "tenant"}, time.Hour)
	mux := testMux(keys)
	tests := map[string]struct {
		form, authorization string
		status              int
		want                []string
	}{
		"answer": {"Action=Greet&Version=2011-06-15", signed("x"), 200, []string{
			`<GreetResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GreetResult><Greeting>&lt;Hello&gt;</Greeting><Caller>arn:aws:iam::000000000000:root</Caller></GreetResult><ResponseMetadata><RequestId>`,
			`</RequestId></ResponseMetadata></GreetResponse>`}},
		"unknown action":  {"Action=Sing&Version=2011-06-15", signed("x"), 400, []string{"<Type>Sender</Type><Code>UnknownOperationException</Code>", "Sing of version 2011-06-15"}},
		"another version": {"Action=Greet&Version=2012-11-05", signed("x"), 400, []string{"<Code>UnknownOperationException</Code>", "Greet of version 2012-11-05"}},
		"no form":         {"%zz", signed("x"), 400, []string{"<Code>MalformedQueryString</Code>"}},
		"not allowed":     {"Action=Refuse&Version=2011-06-15", signed(tenant.AccessKeyID), 403, []string{"<Code>AccessDenied</Code>", "sts:AssumeRole"}},
		"unsigned":        {"Action=Refuse&Version=2011-06-15", "", 403, []string{"<Code>MissingAuthenticationToken</Code>"}},
		"any other error": {"Action=Break&Version=2011-06-15", signed("x"), 500, []string{"<Type>Receiver</Type><Code>InternalFailure</Code><Message>out &amp; out</Message>"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request("", tt.form, tt.authorization, tenant.SessionToken)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
			w := serve(mux, r)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			for _, part := range tt.want {
				if !strings.Contains(w.Body.String(), part) {
					t.Errorf("answer %s\nlacks %s", w.Body, part)
				}
			}
		})
	}
}

func TestREST(t *testing.T) {
	t.Parallel()
	keys := iam.NewKeys(time.Now, nil)
	tenant := keys.Issue(iam.Principal{ARN: "tenant"}, time.Hour)
	mux := testMux(keys)
	const configuration = "/2015-03-31/functions/house/configuration"
	for name, tt := range map[string]struct {
		method, path, body, authorization string
		status                            int
		kind, want                        string
	}{
		"answer": {"PUT", configuration, `{"Name":"you"}`, signed("x"), 200, "",
			`{"Name":"house","Value":{"Caller":"arn:aws:iam::000000000000:root","Greeting":"\u003cHello you\u003e","Host":"127.0.0.1:4566"}}`},
		"unknown member": {"PUT", configuration, `{"Nam":"x"}`, signed("x"), 400, "SerializationException",
			`{"Type":"User","message":"Cannot read the request: json: unknown field \"Nam\""}`},
		"status of an error": {"GET", "/2015-03-31/functions/gone", "", signed("x"), 404, "ResourceNotFoundException", `{"Type":"User","message":"no such function"}`},
		"not allowed": {"GET", "/2015-03-31/functions/house", "", signed(tenant.AccessKeyID), 403, "AccessDeniedException",
			`{"Type":"User","message":"User: tenant is not authorized to perform: lambda:GetFunction on resource: arn:x because no identity-based policy allows the lambda:GetFunction action"}`},
		"no such operation": {"POST", "/2015-03-31/functions/house/invocations", "", signed("x"), 400, "UnknownOperationException",
			`{"Type":"User","message":"The local AWS does not have the operation POST /2015-03-31/functions/house/invocations"}`},
		"unsigned": {"GET", "/2015-03-31/functions/house", "", "", 403, "MissingAuthenticationTokenException", `{"Type":"User","message":"Request is missing Authentication Token"}`},
		"an answer that is no JSON": {"PUT", "/2015-03-31/functions/broken/configuration", "", signed("x"), 500, "InternalServerError",
			`{"Type":"User","message":"encode the answer: json: unsupported type: func()"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tt.method, "http://127.0.0.1:4566"+tt.path, strings.NewReader(tt.body))
			r.Header.Set("Authorization", tt.authorization)
			r.Header.Set("X-Amz-Security-Token", tenant.SessionToken)
			w := serve(mux, r)
			if w.Code != tt.status || w.Body.String() != tt.want || w.Header().Get("X-Amzn-ErrorType") != tt.kind || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("answer %d %s %s\nwant   %d %s %s", w.Code, w.Header(), w.Body, tt.status, tt.kind, tt.want)
			}
		})
	}
}

func TestPlainPaths(t *testing.T) {
	t.Parallel()
	mux := testMux(iam.NewKeys(time.Now, nil))
	w := serve(mux, httptest.NewRequest(http.MethodGet, "/plain/path", nil))
	if w.Code != http.StatusOK || w.Body.String() != "plain path" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
	if w := serve(mux, httptest.NewRequest(http.MethodGet, "/elsewhere", nil)); w.Code != http.StatusNotFound {
		t.Errorf("status %d for an unknown path, want 404", w.Code)
	}
}

func TestUUID(t *testing.T) {
	t.Parallel()
	id := wire.UUID()
	if len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || id != strings.ToLower(id) || id == wire.UUID() {
		t.Errorf("%q is no random version 4 UUID in lower case", id)
	}
}

func FuzzServe(f *testing.F) {
	f.Add("DynamoDB_20120810.Hello", `{"Name":"x"}`, signed("AKIA"))
	f.Add("", "Action=Greet&Version=2011-06-15", signed("ASIALOCAL"))
	f.Add(".", "", "AWS4-HMAC-SHA256 Credential=/")
	mux := testMux(iam.NewKeys(time.Now, nil))
	f.Fuzz(func(t *testing.T, target, body, authorization string) {
		r := request(target, body, authorization, "")
		if target == "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := serve(mux, r)
		if w.Code >= 500 && !strings.Contains(target, "Broken") && !strings.Contains(target, "Unencodable") && !strings.Contains(body, "Break") {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if target != "" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("no JSON: %s", w.Body)
		}
	})
}
