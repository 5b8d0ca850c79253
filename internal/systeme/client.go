// Package systeme is the client of Systeme.io's public API, for just the calls that
// ClientFlow makes, and the words that go with it: names and phone numbers in the
// form that Systeme.io takes, signatures and bodies of its webhooks.
//
// It keeps no state, and repeats no call but one that was refused
// for a key which is another by now: what else to try again, and when, is for the
// caller, who finds the class of every failure in Error. It must not know leads or
// tenants, and puts no value of a lead into an error's text.
package systeme

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config is what a Client needs.
type Config struct {
	// BaseURL is such as https://api.systeme.io, without the path.
	BaseURL string
	// Key is the account's API key; nil is an empty one.
	Key Key
	// HTTP sends the calls. Redirects are not followed: they would carry the key
	// to another host.
	HTTP *http.Client
	// Timeout bounds each call; 10 s when zero.
	Timeout time.Duration
	// Limiter holds back calls; nil holds back none.
	Limiter Limiter
}

// Client calls the API. It may be used from several goroutines.
type Client struct {
	base    string
	key     Key
	http    http.Client
	timeout time.Duration
	limiter Limiter
}

const (
	userAgent      = "ClientFlow/1.0"
	defaultTimeout = 10 * time.Second
	// maxAnswer is well above a page of 100 contacts.
	maxAnswer = 4 << 20
)

// New makes a client; it makes no call. It returns an error when the base URL is
// not an absolute http or https URL or there is no HTTP client.
func New(config Config) (*Client, error) {
	base, err := url.Parse(config.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, errors.New("systeme: the base URL is not an absolute http or https URL")
	}
	if config.HTTP == nil {
		return nil, errors.New("systeme: no HTTP client")
	}
	c := &Client{
		base: strings.TrimRight(config.BaseURL, "/"), key: config.Key, http: *config.HTTP,
		timeout: config.Timeout, limiter: config.Limiter,
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.key == nil {
		c.key = Fixed("")
	}
	return c, nil
}

// request is one call of the API.
type request struct {
	// name is what the call does, for errors.
	name   string
	method string
	path   string
	query  url.Values
	body   any
	// named tells that the path or the query names a resource, so that 404 means it is
	// gone.
	named bool
	// slugs are the contact fields sent, in order, so that a violation of
	// fields[2].value can be said of its field.
	slugs []string
}

// do makes one call and decodes the answer into result, unless that is nil. A call
// that was refused for its key did nothing, and is made once more when there is another
// key. Every error is an *Error.
func (c *Client) do(ctx context.Context, r request, result any) error {
	key := c.key.Value()
	refusal := c.try(ctx, r, key, result)
	if !errors.Is(refusal, Unauthorized) {
		return refusal
	}
	renewed, err := c.key.Renew(ctx, key)
	switch {
	case err != nil:
		return r.keyless(refusal, err)
	case renewed == key:
		return refusal
	}
	return c.try(ctx, r, renewed, result)
}

// try makes one call with a key.
func (c *Client) try(ctx context.Context, r request, key string, result any) error {
	if c.limiter != nil {
		if err := c.limiter.Wait(ctx); err != nil {
			return r.unsent(err)
		}
	}
	calling, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	response, err := c.send(calling, r, key)
	if err != nil {
		return r.failed(err)
	}
	defer response.Body.Close()
	if c.limiter != nil {
		c.limiter.Observe(ctx, readQuota(response))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return r.failed(err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return r.refused(response, body)
	}
	if result == nil {
		return nil
	}
	return r.decode(response.StatusCode, body, result)
}

func (c *Client) send(ctx context.Context, r request, key string) (*http.Response, error) {
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-API-Key", key)
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "application/json")
	if r.body != nil {
		request.Header.Set("Content-Type", contentType(r.method))
	}
	return c.http.Do(request)
}

func contentType(method string) string {
	if method == http.MethodPatch {
		return "application/merge-patch+json"
	}
	return "application/json"
}

// decode reads an answer. One that cannot be read is Temporary: the work was done,
// and whoever does it again meets a duplicate.
func (r request) decode(status int, body []byte, result any) error {
	e := &Error{Kind: Temporary, Call: r.name, Status: status}
	if len(body) > maxAnswer {
		e.cause = errors.New("the answer is too large")
		return e
	}
	if err := json.Unmarshal(body, result); err != nil {
		e.cause = errors.New("the answer is not the JSON expected")
		return e
	}
	return nil
}

// items is the body of a list.
type items[T any] struct {
	Items   []T  `json:"items"`
	HasMore bool `json:"hasMore"`
}
