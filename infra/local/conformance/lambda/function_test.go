package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// roleVariable makes this binary a function when it is set.
const roleVariable = "CONFORMANCE_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "library":
		awslambda.Start(handle)
	case "raw":
		if err := speakRaw(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "exits in INIT":
		os.Exit(3)
	case "reports INIT":
		if err := reportInit(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// order is the event of the function: what it is to do.
type order struct {
	Do    string `json:"do"`
	Text  string `json:"text,omitempty"`
	Count int    `json:"count,omitempty"`
	URL   string `json:"url,omitempty"`
}

var errAsked = errors.New("asked for an error")

// handle does as it is told.
func handle(ctx context.Context, o order) (any, error) {
	switch o.Do {
	case "echo":
		return o, nil
	case "pid":
		return os.Getpid(), nil
	case "environment":
		return os.Environ(), nil
	case "context":
		return describe(ctx), nil
	case "fail":
		return nil, errAsked
	case "panic":
		panic("asked for a panic")
	case "exit":
		os.Exit(o.Count)
	case "kill itself":
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "block":
		select {}
	case "fill":
		return strings.Repeat("x", o.Count-2), nil // and two quotes
	case "visit":
		return visit(ctx, o.URL)
	}
	return nil, errors.New("does not know how to " + o.Do)
}

func describe(ctx context.Context) map[string]any {
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]any{
		"requestId": lc.AwsRequestID,
		"arn":       lc.InvokedFunctionArn,
		"deadline":  deadline.UnixMilli(),
		"trace":     ctx.Value("x-amzn-trace-id"),
		"variable":  os.Getenv("_X_AMZN_TRACE_ID"),
	}
}

// visit tells who it is at an address and stays until it has an answer.
func visit(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?pid=%d", url, os.Getpid()), nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return os.Getpid(), response.Body.Close()
}

// runtimeURL is an address of the Runtime API.
func runtimeURL(path string) string {
	return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/" + path
}

// speakRaw answers every invocation with what the Runtime API said to a row of
// requests: to a second request for work, to answers for other invocations and
// to a second answer.
func speakRaw() error {
	for {
		id, _, err := exchange(http.MethodGet, "invocation/next", "")
		if err != nil {
			return err
		}
		var said []string
		for _, try := range [][2]string{
			{http.MethodGet, "invocation/next"},
			{http.MethodPost, "invocation/other/response"},
			{http.MethodPost, "invocation/other/error"},
			{http.MethodGet, "invocation/" + id + "/response"},
			{http.MethodPost, "restore/next"},
		} {
			_, answer, err := exchange(try[0], try[1], "{}")
			if err != nil {
				return err
			}
			said = append(said, answer)
		}
		payload, err := json.Marshal(said)
		if err != nil {
			return err
		}
		if _, answer, err := exchange(http.MethodPost, "invocation/"+id+"/response", string(payload)); err != nil || answer != "202 OK" {
			return fmt.Errorf("first answer: %s, %w", answer, err)
		}
		if _, answer, err := exchange(http.MethodPost, "invocation/"+id+"/response", `"again"`); err != nil || answer != "400 InvalidRequestID" {
			return fmt.Errorf("second answer: %s, %w", answer, err)
		}
	}
}

func reportInit() error {
	_, answer, err := exchange(http.MethodPost, "init/error", `{"errorType":"Config.Missing","errorMessage":"LEADS_TABLE is not set"}`)
	if err != nil || answer != "202 OK" {
		return fmt.Errorf("INIT error: %s, %w", answer, err)
	}
	return nil
}

// exchange makes a request of the Runtime API and returns the id of the
// invocation that it got, and the status with the word that tells the outcome.
func exchange(method, path, body string) (id, answer string, err error) {
	request, err := http.NewRequest(method, runtimeURL(path), strings.NewReader(body))
	if err != nil {
		return "", "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	var said struct {
		Status    string `json:"status"`
		ErrorType string `json:"errorType"`
	}
	// Not every answer is JSON, and then neither word is there.
	_ = json.Unmarshal(content, &said)
	word := strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", said.Status, said.ErrorType))
	return response.Header.Get("Lambda-Runtime-Aws-Request-Id"), word, nil
}
