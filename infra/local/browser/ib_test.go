//go:build browser

package browser_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

const password = "Corr3ct-Horse!"

var people atomic.Int64

// newAddress returns an address that nobody else in this run has.
func newAddress(word string) string {
	return fmt.Sprintf("%s.%d@visitors.test", word, people.Add(1))
}

type object = map[string]any

// ib is an introducing broker who has signed up, without a browser.
type ib struct {
	email, userID, token, formKey, prefix string
}

// mustIB signs an IB up and in by the API.
func mustIB(tb testing.TB, name string) ib {
	tb.Helper()
	b := ib{email: newAddress(strings.ToLower(strings.Fields(name)[0]))}
	mustCall(tb, "", "POST", "/signup", object{"email": b.email, "name": name, "password": password}, nil)
	mustCall(tb, "", "POST", "/signup/confirm", object{"email": b.email, "code": mailedCode(tb, b.email)}, nil)
	var tokens struct{ AccessToken string }
	mustCall(tb, "", "POST", "/login", object{"email": b.email, "password": password}, &tokens)
	b.token = tokens.AccessToken
	var me struct{ UserID, FormKey, SystemeTagPrefix string }
	mustCall(tb, b.token, "GET", "/me", nil, &me)
	b.userID, b.formKey, b.prefix = me.UserID, me.FormKey, me.SystemeTagPrefix
	return b
}

// capture sends a lead through the IB's form.
func (b ib) capture(tb testing.TB, lead object) {
	tb.Helper()
	mustCall(tb, "", "POST", "/forms/"+b.formKey+"/leads", lead, nil)
}

// mailedCode returns the newest code that was mailed to an address.
func mailedCode(tb testing.TB, address string) string {
	tb.Helper()
	var mails []struct{ Code string }
	mustGet(tb, site.AWS+"/_local/mail?to="+url.QueryEscape(address), &mails)
	if len(mails) == 0 {
		tb.Fatalf("no mail to %s", address)
	}
	return mails[len(mails)-1].Code
}

func mustGet(tb testing.TB, address string, into any) {
	tb.Helper()
	response, err := http.Get(address)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		tb.Fatalf("%s: %d, %v", address, response.StatusCode, err)
	}
}

// mustCall asks the API, with a token when there is one. Any answer but a good one
// fails the test.
func mustCall(tb testing.TB, token, method, path string, document, into any) {
	tb.Helper()
	body, err := json.Marshal(document)
	if err != nil {
		tb.Fatal(err)
	}
	request, err := http.NewRequest(method, site.API+path, bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		tb.Fatalf("%s %s: %d %s, %v", method, path, response.StatusCode, content, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(content, into); err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
}

// status is what the API answers to a token.
func status(tb testing.TB, token, path string) int {
	tb.Helper()
	request, err := http.NewRequest("GET", site.API+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// signIn signs a person in by the page, and waits for the page that follows.
func (p *person) signIn(email string) {
	p.Helper()
	p.open("/#sign-in")
	p.fill("#sign-in [name=email]", email)
	p.fill("#sign-in [name=password]", password)
	p.click("#sign-in button.primary")
	p.at("/app")
}
