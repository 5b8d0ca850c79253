package reconcile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/account"
	"clientflow/internal/connection"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tag"
	"clientflow/internal/tagsync"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const apiKey = "local"

// world is what a run talks to: the tables and Systeme.io. Its clock stands still
// until it is told to go on.
type world struct {
	tb     testing.TB
	aws    *localtest.AWS
	sim    *simulator.Simulator
	wire   *wire
	client *systeme.Client // the test's own
	log    bytes.Buffer
	clock  time.Time
}

func newWorld(tb testing.TB, options simulator.Options) *world {
	tb.Helper()
	options.WorkflowsOff, options.RateLimit = true, 1_000_000
	w := &world{tb: tb, aws: localtest.Start(tb), sim: simulator.New(options), clock: time.Now().Add(24 * time.Hour)}
	tb.Cleanup(w.sim.Close)
	w.wire = w.newWire()
	var err error
	w.client, err = systeme.New(systeme.Config{BaseURL: "http://systeme.test", Key: systeme.Fixed(apiKey), HTTP: &http.Client{Transport: w.newWire()}})
	w.must(err)
	return w
}

// newWire returns a wire that works.
func (w *world) newWire() *wire { return &wire{systeme: w.sim.Handler(), aws: w.aws.Transport} }

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) now() time.Time { return w.clock }

func (w *world) settings() Settings {
	return Settings{
		LeadsTable: w.aws.LeadsTable, UsersTable: w.aws.UsersTable, RegistryTable: w.aws.RegistryTable,
		SystemeURL: "http://systeme.test", CallsPerSecond: 1_000_000,
		Webhook: connection.Webhook{Name: "clientflow-test", URL: "https://api.test/webhooks/systeme"},
	}
}

// reconciler returns one whose calls go over the wire.
func (w *world) reconciler() *Reconciler {
	w.tb.Helper()
	return w.reconcilerWith(systeme.Fixed(apiKey))
}

// reconcilerWith returns one that has that key.
func (w *world) reconcilerWith(key systeme.Key) *Reconciler {
	w.tb.Helper()
	s := w.settings()
	db := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &w.aws.URL, HTTPClient: &http.Client{Transport: w.wire}, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
	})
	r, err := New(s, key, systeme.Fixed("secret"), db, eventlog.New(&w.log, "reconcile"))
	w.must(err)
	r.now = w.now
	r.leads = lead.NewStore(tenantdb.Owned(db, w.aws.LeadsTable, lead.SortKey), w.now)
	client, err := systeme.New(systeme.Config{BaseURL: s.SystemeURL, Key: key, HTTP: &http.Client{Transport: w.wire}})
	w.must(err)
	r.account, r.tags = client, tagsync.NewTagIDs(client, db, s.RegistryTable)
	return r
}

// run makes one run, and returns the calls of Systeme.io that it took.
func (w *world) run() (calls []string, err error) {
	w.tb.Helper()
	before := len(w.sim.Requests())
	err = w.reconciler().Handle(context.Background())
	for _, r := range w.sim.Requests()[before:] {
		calls = append(calls, r.Method+" "+r.Path)
	}
	return calls, err
}

func (w *world) mustRun() (calls []string) {
	w.tb.Helper()
	calls, err := w.run()
	w.must(err)
	return calls
}

// lines returns the log since the last look at it, without what is alike in all.
func (w *world) lines() []map[string]any {
	w.tb.Helper()
	var lines []map[string]any
	for text := range strings.Lines(w.log.String()) {
		var line map[string]any
		w.must(json.Unmarshal([]byte(text), &line))
		lines = append(lines, line)
	}
	w.log.Reset()
	return lines
}

// faults returns what the log told the alarm since the last look at it.
func (w *world) faults() []string {
	w.tb.Helper()
	var list []string
	for _, line := range w.lines() {
		if line["msg"] == "account fault" && line["level"] == "ERROR" {
			what := fmt.Sprint(line["state"], " ", line["what"])
			if isHook := strings.Contains(what, "webhook"); line["AccountFaults"] != 1.0 || (line["WebhookFaults"] == 1.0) != isHook {
				w.tb.Errorf("counted otherwise: %v", line)
			}
			list = append(list, what)
		}
	}
	return list
}

// ib is one tenant of the test.
type ib struct {
	id     tenant.ID
	prefix tag.Prefix
	leads  lead.Leads
}

// addIB makes the nth IB, who has confirmed the address and whose tags are made.
func (w *world) addIB(n int) ib { return w.addIBWith(n, tag.Set()...) }

// addIBWith makes the nth IB, of whose tags these are known.
func (w *world) addIBWith(n int, names ...string) ib {
	w.tb.Helper()
	b := w.addNewIB(n)
	ids := tagsync.NewTagIDs(w.client, w.aws.Client, w.aws.RegistryTable)
	for _, name := range names {
		w.must(ids.Make(w.tb.Context(), b.tag(name)))
	}
	w.must(w.users().RecordTagsMade(w.tb.Context(), b.id, w.now()))
	return b
}

// addNewIB makes the nth IB, whose tags are asked for.
func (w *world) addNewIB(n int) ib {
	w.tb.Helper()
	person := account.Person{Subject: fmt.Sprintf("%08x-0000-4000-8000-000000000000", n), Email: "ib@acme.test", Name: "IB"}
	id, err := account.NewRegistrar(w.aws.Client, w.aws.UsersTable, w.aws.RegistryTable).Ensure(w.tb.Context(), person)
	w.must(err)
	record, err := w.users().Get(w.tb.Context(), id)
	w.must(err)
	leads, err := lead.NewStore(tenantdb.Owned(w.aws.Client, w.aws.LeadsTable, lead.SortKey), w.now).Of(id)
	w.must(err)
	return ib{id, record.Prefix, leads}
}

func (w *world) users() account.Users {
	return account.NewUsers(tenantdb.Owned(w.aws.Client, w.aws.UsersTable, ""))
}

// tag returns the IB's tag of that name, which must be one.
func (b ib) tag(name string) string {
	text, err := b.prefix.Tag(name)
	if err != nil {
		panic(err)
	}
	return text
}

// tagsOf are the tags of that name of several IBs.
func tagsOf(ibs []ib, name string) []string {
	var tags []string
	for _, b := range ibs {
		tags = append(tags, b.tag(name))
	}
	return tags
}

// capture stores a lead of the IB and returns its id.
func (w *world) capture(b ib, address string) string {
	w.tb.Helper()
	id, _, err := b.leads.Capture(w.tb.Context(), lead.Submission{Email: address, Name: "Jane"}, lead.FromForm)
	w.must(err)
	return id
}

// contact makes a contact in Systeme.io, or finds it, and gives it tags there, as a
// workflow does.
func (w *world) contact(address string, tags ...string) {
	w.tb.Helper()
	if _, known := w.sim.Contact(address); !known {
		_, err := w.client.CreateContact(w.tb.Context(), systeme.NewContact{Email: address})
		w.must(err)
	}
	contact, _ := w.sim.Contact(address)
	for _, tag := range tags {
		w.sim.Tag(contact.ID, tag)
	}
}

// deleteTag deletes a tag in Systeme.io, by hand, and returns the id that it had.
func (w *world) deleteTag(name string) int64 {
	w.tb.Helper()
	tag, err := w.client.TagByName(w.tb.Context(), name)
	w.must(err)
	r := httptest.NewRequest(http.MethodDelete, fmt.Sprintf("http://systeme.test/api/tags/%d", tag.ID), nil)
	r.Header.Set("X-API-Key", apiKey)
	r.Header.Set("User-Agent", "test")
	answer := httptest.NewRecorder()
	if w.sim.Handler().ServeHTTP(answer, r); answer.Code != http.StatusNoContent {
		w.tb.Fatalf("delete the tag %s: %d %s", name, answer.Code, answer.Body)
	}
	return tag.ID
}

// off takes tags off a contact, as a workflow does.
func (w *world) off(address string, tags ...string) {
	w.tb.Helper()
	contact, _ := w.sim.Contact(address)
	for _, tag := range tags {
		if !w.sim.Untag(contact.ID, tag) {
			w.tb.Fatalf("%s did not carry %s", address, tag)
		}
	}
}

// want fails unless a lead has the status and shows just these of the IB's tags.
func (w *world) want(b ib, id string, status lead.Status, names ...string) {
	w.tb.Helper()
	l, err := b.leads.Get(w.tb.Context(), id)
	w.must(err)
	var tags []string
	for _, name := range names {
		tags = append(tags, b.tag(name))
	}
	slices.Sort(tags)
	if l.Status != status || !slices.Equal(l.TagsApplied, tags) {
		w.tb.Errorf("lead is %s with %v, want %s with %v", l.Status, l.TagsApplied, status, tags)
	}
}

// set changes an attribute of a lead.
func (w *world) set(b ib, id, name, value string) {
	w.tb.Helper()
	_, err := w.aws.Client.UpdateItem(w.tb.Context(), &dynamodb.UpdateItemInput{
		TableName: &w.aws.LeadsTable, UpdateExpression: aws.String("SET #name = :value"),
		Key: tenantdb.Item{
			"userId": &types.AttributeValueMemberS{Value: b.id.String()}, "sk": &types.AttributeValueMemberS{Value: "LEAD#" + id},
		},
		ExpressionAttributeNames:  map[string]string{"#name": name},
		ExpressionAttributeValues: tenantdb.Item{":value": &types.AttributeValueMemberS{Value: value}},
	})
	w.must(err)
}

// requests returns how often a lead was asked to be synced again.
func (w *world) requests(b ib, id string) int {
	w.tb.Helper()
	l, err := b.leads.Get(w.tb.Context(), id)
	w.must(err)
	return l.SyncRequests
}

// asked returns how often an erasure was put back.
func (w *world) asked(b ib, id string) int {
	w.tb.Helper()
	out, err := w.aws.Client.GetItem(w.tb.Context(), &dynamodb.GetItemInput{
		TableName: &w.aws.LeadsTable, ConsistentRead: aws.Bool(true),
		Key: tenantdb.Item{"userId": &types.AttributeValueMemberS{Value: b.id.String()}, lead.SortKey: &types.AttributeValueMemberS{Value: "ERASURE#" + id}},
	})
	w.must(err)
	number, _ := out.Item["syncRequests"].(*types.AttributeValueMemberN)
	if number == nil {
		return 0
	}
	count, err := strconv.Atoi(number.Value)
	w.must(err)
	return count
}

// place returns where a round has come, as it is stored; "" for nowhere.
func (w *world) place(round string) string {
	w.tb.Helper()
	out, err := w.aws.Client.GetItem(w.tb.Context(), &dynamodb.GetItemInput{
		TableName: &w.aws.RegistryTable, ConsistentRead: aws.Bool(true),
		Key: tenantdb.Item{"key": &types.AttributeValueMemberS{Value: "ROUND#" + round}},
	})
	w.must(err)
	text, _ := out.Item["place"].(*types.AttributeValueMemberS)
	if text == nil {
		return ""
	}
	return text.Value
}
