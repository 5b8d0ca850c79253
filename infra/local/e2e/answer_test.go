package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

var client = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
}

// answer is what came back for a request.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) decode(tb testing.TB, into any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		tb.Fatalf("decode %q: %v", a.body, err)
	}
}

// want fails the test at once when the answer's status is another.
func (a answer) want(tb testing.TB, status int) answer {
	tb.Helper()
	if a.status != status {
		tb.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// fields returns the fields that a problem document names, after checking that
// it is one.
func (a answer) fields(tb testing.TB) []string {
	tb.Helper()
	if got := a.header.Get("content-type"); got != "application/problem+json" {
		tb.Fatalf("content type %q of %s", got, a.body)
	}
	var doc struct {
		Type, Title, Detail string
		Status              int
		Errors              []struct{ Field, Message string }
	}
	a.decode(tb, &doc)
	if doc.Type == "" || doc.Title == "" || doc.Detail == "" || doc.Status != a.status {
		tb.Errorf("not a whole problem document: %s", a.body)
	}
	var names []string
	for _, e := range doc.Errors {
		if e.Message == "" {
			tb.Errorf("field %s without a message", e.Field)
		}
		names = append(names, e.Field)
	}
	return names
}

// try sends one request and returns what came back, or why nothing did. What is not
// as the API's document has it is an error too.
func try(method, address, body string, header ...string) (answer, error) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	got := answer{response.StatusCode, response.Header, string(content)}
	return got, documented.check(request, body, got)
}

func send(tb testing.TB, method, address, body string, header ...string) answer {
	tb.Helper()
	got, err := try(method, address, body, header...)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, address, err)
	}
	return got
}

type object = map[string]any

func encode(tb testing.TB, document any) string {
	tb.Helper()
	var body bytes.Buffer
	if document != nil {
		if err := json.NewEncoder(&body).Encode(document); err != nil {
			tb.Fatal(err)
		}
	}
	return body.String()
}
