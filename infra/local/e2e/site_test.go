package e2e_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clientflow/infra/local/lambda"
)

const password = "Canary-Pass-91!"

// site is a running ClientFlow, reached by HTTP alone. One that is deployed has
// neither a local AWS nor a simulator.
type site struct {
	api, aws, systeme string
}

// public sends a JSON document to a route that takes no token.
func (s site) public(tb testing.TB, method, path string, document any) answer {
	tb.Helper()
	return send(tb, method, s.api+path, encode(tb, document), "Content-Type", "application/json")
}

// ib is an introducing broker who has signed up and in.
type ib struct {
	site          site
	email, userID string
	token         string // the access token
	idToken       string
	refreshToken  string
	formKey       string
	prefix        string
}

var people atomic.Int64

// newAddress returns an address that nobody else in this run has. Its words are
// canaries: no log and no other tenant's answer may hold them.
func newAddress(word string) string {
	return fmt.Sprintf("canary.%s.%s%d@visitors.test", word, thisRun(), people.Add(1))
}

// mailbox returns the address of an IB to which a deployed stack may send mail.
func mailbox() string {
	address := newAddress("ib")
	if deployed == nil {
		return address
	}
	return "success+" + strings.Replace(address, "@visitors.test", "@simulator.amazonses.com", 1)
}

// thisRun tells the accounts on a deployed stack from those of other runs.
func thisRun() string {
	if deployed == nil {
		return ""
	}
	return deployed.run
}

// mustSignUp makes an IB who has signed in.
func (s site) mustSignUp(tb testing.TB, name string) *ib {
	tb.Helper()
	b := &ib{site: s, email: newAddress("ib")}
	b.userID = s.ways().join(tb, b.email, "Canary "+name)
	b.signIn(tb)
	var me struct{ UserID, FormKey, SystemeTagPrefix string }
	b.get(tb, "/me").want(tb, 200).decode(tb, &me)
	if me.UserID != b.userID {
		tb.Fatalf("signed up as %s, signed in as %s", b.userID, me.UserID)
	}
	b.formKey, b.prefix = me.FormKey, me.SystemeTagPrefix
	return b
}

func (b *ib) signIn(tb testing.TB) {
	tb.Helper()
	b.signInWith(tb, password)
}

func (b *ib) signInWith(tb testing.TB, password string) {
	tb.Helper()
	var tokens struct {
		AccessToken, IDToken, RefreshToken, TokenType string
		ExpiresIn                                     int
	}
	b.site.public(tb, "POST", "/login", object{"email": b.email, "password": password}).want(tb, 200).decode(tb, &tokens)
	if tokens.TokenType != "Bearer" || tokens.ExpiresIn <= 0 {
		tb.Errorf("signed in with %+v", tokens)
	}
	b.token, b.idToken, b.refreshToken = tokens.AccessToken, tokens.IDToken, tokens.RefreshToken
}

// code returns the newest code mailed to an address.
func (s site) code(tb testing.TB, address string) string {
	tb.Helper()
	var mails []struct{ Code string }
	send(tb, "GET", s.aws+"/_local/mail?to="+url.QueryEscape(address), "").want(tb, 200).decode(tb, &mails)
	if len(mails) == 0 {
		tb.Fatalf("no mail to %s", address)
	}
	return mails[len(mails)-1].Code
}

func (b *ib) get(tb testing.TB, path string) answer { return b.send(tb, "GET", path, nil) }

// send sends a request with the IB's access token.
func (b *ib) send(tb testing.TB, method, path string, document any) answer {
	tb.Helper()
	return send(tb, method, b.site.api+path, encode(tb, document),
		"Content-Type", "application/json", "Authorization", "Bearer "+b.token)
}

// capture sends a lead through the IB's form as a script would.
func (b *ib) capture(tb testing.TB, lead object) answer {
	tb.Helper()
	return b.site.public(tb, "POST", "/forms/"+b.formKey+"/leads", lead)
}

// submit sends a lead through the IB's form as a browser without JavaScript does.
func (b *ib) submit(tb testing.TB, form url.Values) answer {
	tb.Helper()
	return send(tb, "POST", b.site.api+"/forms/"+b.formKey+"/leads", form.Encode(),
		"Content-Type", "application/x-www-form-urlencoded")
}

type lead struct {
	LeadID, Email, Name, Phone, IBType, MonthlyLeads, BrokerNetwork string
	Status, Source, Notes, CreatedAt, UpdatedAt, SyncState          string
	Submissions                                                     int
	SystemeTagsApplied                                              []string
	SystemeSyncedAt, SyncError                                      *string
}

// leads returns all leads of the IB, page by page.
func (b *ib) leads(tb testing.TB, query string) []lead {
	tb.Helper()
	var all []lead
	for cursor := ""; ; {
		var page struct {
			Leads      []lead
			NextCursor *string
		}
		b.get(tb, "/leads?limit=100&"+query+cursor).want(tb, 200).decode(tb, &page)
		all = append(all, page.Leads...)
		if page.NextCursor == nil {
			return all
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

type stats struct {
	TotalLeads, ThisMonth, Converted int
	ByStatus, ByType                 map[string]int
	ByDay                            []struct {
		Date  string
		Leads int
	}
}

func (b *ib) stats(tb testing.TB) stats {
	tb.Helper()
	var s stats
	b.get(tb, "/stats").want(tb, 200).decode(tb, &s)
	return s
}

type contact struct {
	ID     int
	Email  string
	Fields []struct{ Slug, Value string }
	Tags   []struct{ Name string }
}

func (c contact) field(slug string) string {
	for _, f := range c.Fields {
		if f.Slug == slug {
			return f.Value
		}
	}
	return ""
}

// contacts returns Systeme.io's contacts with that address.
func (s site) contacts(tb testing.TB, address string) []contact {
	tb.Helper()
	var page struct{ Items []contact }
	send(tb, "GET", s.systeme+"/api/contacts?email="+url.QueryEscape(address), "", "X-API-Key", "local").
		want(tb, 200).decode(tb, &page)
	return page.Items
}

// aWhile is what the stack is given for something that takes it a moment, far more
// than it needs, since the machine may be busy with other tests.
const aWhile = 20 * time.Second

// eventually asks, less and less often, until check is content, and fails with its
// last complaint when that takes longer than within.
func eventually(tb testing.TB, within time.Duration, check func() error) {
	tb.Helper()
	if lambda.Flavour() == "race" {
		within *= 5 // as slow as the race detector makes the functions
	}
	if deployed != nil {
		within *= 10 // other callers, other machines
	}
	deadline := time.After(within)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 160*time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			tb.Fatalf("not within %v: %v", within, err)
		case <-time.After(pause):
		}
	}
}
