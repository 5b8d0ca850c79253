// Package ssm_test checks the Parameter Store through the client that the product uses.
// It runs against the local AWS, and with CONFORMANCE_SSM_ENDPOINT set against the
// engine at that address, so that what both agree on is not this project's fancy alone.
// A check that moto's server cannot pass says so.
package ssm_test

import (
	"cmp"
	"errors"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"clientflow/infra/local/iam"
	local "clientflow/infra/local/ssm"
	"clientflow/infra/local/wire"
)

func start(t *testing.T) *ssm.Client {
	t.Helper()
	endpoint := os.Getenv("CONFORMANCE_SSM_ENDPOINT")
	if endpoint == "" {
		server := httptest.NewServer(wire.NewMux(iam.NewKeys(time.Now, nil), local.New(time.Now).Service()))
		t.Cleanup(server.Close)
		endpoint = server.URL
	}
	return ssm.New(ssm.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("made", "up", ""),
	})
}

// name is a parameter's name that no other test and no other run has.
func name(base string) *string { return aws.String("/conformance/" + wire.UUID()[:8] + "/" + base) }

func mustPut(t *testing.T, client *ssm.Client, in ssm.PutParameterInput) *ssm.PutParameterOutput {
	t.Helper()
	in.Type = cmp.Or(in.Type, types.ParameterTypeSecureString)
	out, err := client.PutParameter(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustGet(t *testing.T, client *ssm.Client, name *string) *types.Parameter {
	t.Helper()
	out, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: name, WithDecryption: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Parameter
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("%s: error %v, want %s", what, err, code)
	}
}

func TestASecretIsPutAndRead(t *testing.T) {
	t.Parallel()
	client, key := start(t), name("key")
	if out := mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("first")}); out.Version != 1 {
		t.Errorf("version %d", out.Version)
	}
	p := mustGet(t, client, key)
	if *p.Value != "first" || p.Type != types.ParameterTypeSecureString || p.Version != 1 || *p.Name != *key ||
		!strings.HasSuffix(*p.ARN, ":parameter"+*key) || time.Since(*p.LastModifiedDate).Abs() > time.Minute {
		t.Errorf("got %+v", p)
	}
}

func TestWithoutDecryptionASecretIsNotShown(t *testing.T) {
	t.Parallel()
	client, key := start(t), name("key")
	mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("canary")})
	out, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: key})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Parameter.Value == "canary" {
		t.Error("it is shown")
	}
}

func TestAPlainParameterIsShownEitherWay(t *testing.T) {
	t.Parallel()
	client, plain := start(t), name("plain")
	mustPut(t, client, ssm.PutParameterInput{Name: plain, Type: types.ParameterTypeString, Value: aws.String("text")})
	for _, decrypt := range []bool{false, true} {
		out, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: plain, WithDecryption: &decrypt})
		if err != nil || *out.Parameter.Value != "text" {
			t.Errorf("decrypted %v: %v, %v", decrypt, out, err)
		}
	}
}

func TestAParameterIsReplacedOnlyOnPurpose(t *testing.T) {
	t.Parallel()
	client, key := start(t), name("key")
	mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("first")})
	_, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: key, Type: types.ParameterTypeSecureString, Value: aws.String("second")})
	wantCode(t, "without overwrite", err, "ParameterAlreadyExists")
	if p := mustGet(t, client, key); *p.Value != "first" {
		t.Errorf("it is %q", *p.Value)
	}
	if out := mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("second"), Overwrite: aws.Bool(true)}); out.Version != 2 {
		t.Errorf("version %d", out.Version)
	}
	if p := mustGet(t, client, key); *p.Value != "second" || p.Version != 2 {
		t.Errorf("got %+v", p)
	}
}

func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	client, nothing := start(t), name("nothing")
	_, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: nothing})
	wantCode(t, "get", err, "ParameterNotFound")
	_, err = client.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: nothing})
	wantCode(t, "delete", err, "ParameterNotFound")
}

func TestSeveralAreReadAtOnce(t *testing.T) {
	t.Parallel()
	client := start(t)
	key, secret, nothing := name("key"), name("secret"), name("nothing")
	mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("k")})
	mustPut(t, client, ssm.PutParameterInput{Name: secret, Value: aws.String("s")})
	out, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{*key, *secret, *nothing}, WithDecryption: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range out.Parameters {
		got[*p.Name] = *p.Value
	}
	if len(got) != 2 || got[*key] != "k" || got[*secret] != "s" || !slices.Equal(out.InvalidParameters, []string{*nothing}) {
		t.Errorf("got %v, missing %v", got, out.InvalidParameters)
	}
}

func TestADeletedParameterIsGone(t *testing.T) {
	t.Parallel()
	client, key := start(t), name("key")
	mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("k")})
	if _, err := client.DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: key}); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: key})
	wantCode(t, "get", err, "ParameterNotFound")
	if out := mustPut(t, client, ssm.PutParameterInput{Name: key, Value: aws.String("anew")}); out.Version != 1 {
		t.Errorf("version %d of one that was made anew", out.Version)
	}
}

func TestWhatCannotBePut(t *testing.T) {
	t.Parallel()
	client := start(t)
	for what, in := range map[string]ssm.PutParameterInput{
		"nothing":    {Name: name("a"), Value: aws.String("")},
		"of no type": {Name: name("a"), Value: aws.String("v"), Type: "Number"},
		"AWS's own":  {Name: aws.String("/aws/" + wire.UUID()), Value: aws.String("v")},
		"SSM's own":  {Name: aws.String("/ssm/" + wire.UUID()), Value: aws.String("v")},
	} {
		in.Type = cmp.Or(in.Type, types.ParameterTypeSecureString)
		if _, err := client.PutParameter(t.Context(), &in); what == "AWS's own" {
			wantRefused(t, what, err)
		} else {
			wantCode(t, what, err, "ValidationException")
		}
	}
}

// moto's server takes both.
func TestWhatAWSAloneRefuses(t *testing.T) {
	t.Parallel()
	if os.Getenv("CONFORMANCE_SSM_ENDPOINT") != "" {
		return
	}
	client := start(t)
	for what, in := range map[string]ssm.PutParameterInput{
		"too long":         {Name: name("a"), Value: aws.String(strings.Repeat("x", 4097))},
		"half a hierarchy": {Name: aws.String("a/b"), Value: aws.String("v")},
	} {
		in.Type = types.ParameterTypeSecureString
		_, err := client.PutParameter(t.Context(), &in)
		wantCode(t, what, err, "ValidationException")
	}
}

// wantRefused wants any refusal: AWS says AccessDeniedException of its own names, and
// others say ValidationException.
func wantRefused(t *testing.T, what string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Errorf("%s: error %v", what, err)
	}
}
