package tagsync

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	localdb "clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	localsqs "clientflow/infra/local/sqs"
	simulator "clientflow/infra/local/systeme"
	"clientflow/infra/local/wire"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/trace"
)

const (
	leadsTable    = "leads"
	usersTable    = "users"
	registryTable = "registry"
	maxReceives   = 8
	batchSize     = 5
	timeout       = 60 * time.Second
	// rate is higher than any test needs, so that only tests of the pace wait.
	rate = 1000
)

// world is all that the function talks to: tables, the queue and Systeme.io, in
// this process and without sockets, so that a test may let hours pass in a bubble
// of package synctest.
type world struct {
	tb    testing.TB
	aws   http.Handler
	sim   *simulator.Simulator
	queue *queue
	wire  *wiretap
	log   *lockedBuffer
	// key is the account's, as the function finds it.
	key systeme.Key
	// broken tells which requests to AWS fail, by operation and body.
	broken func(operation, body string) bool
	store  lead.Store
	db     *dynamodb.Client
}

func newWorld(tb testing.TB, options simulator.Options) *world {
	options.WorkflowsOff = true
	options.RateLimit = cmpOr(options.RateLimit, 1_000_000)
	queues := localsqs.New(time.Now)
	w := &world{
		tb: tb, sim: simulator.New(options), queue: newQueue(tb, queues), wire: &wiretap{}, log: &lockedBuffer{}, key: systeme.Fixed("local"),
		aws: wire.NewMux(iam.NewKeys(time.Now, nil), localdb.New(time.Now).Service(), queues.Service()),
	}
	w.wire.has = w.hasTag
	tb.Cleanup(w.sim.Close)
	w.db = client(inProcess{w.aws})
	w.store = lead.NewStore(tenantdb.Owned(w.db, leadsTable, lead.SortKey), time.Now)
	w.makeTable(leadsTable, "userId", lead.SortKey)
	w.makeTable(usersTable, "userId")
	w.makeTable(registryTable, "key")
	for _, slug := range []string{OwnerField, PrefixField} {
		w.ask("POST", "/api/contact_fields", fmt.Sprintf(`{"slug":%q,"fieldName":%q}`, slug, slug))
	}
	return w
}

func cmpOr(value, otherwise int) int {
	if value == 0 {
		return otherwise
	}
	return value
}

func client(transport http.RoundTripper) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://aws.test"),
		Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""),
		HTTPClient:  &http.Client{Transport: transport},
	})
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) makeTable(name string, keys ...string) {
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest}
	for i, key := range keys {
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: aws.String(key), AttributeType: types.ScalarAttributeTypeS})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{
			AttributeName: aws.String(key), KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i],
		})
	}
	_, err := w.db.CreateTable(context.Background(), in)
	w.must(err)
}

// ask calls the simulator as the account's owner would.
func (w *world) ask(method, path, body string) {
	w.tb.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-API-Key", "local")
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	w.sim.Handler().ServeHTTP(answer, r)
	if answer.Code > 299 {
		w.tb.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
}

// ib is one tenant of the test.
type ib struct {
	id     tenant.ID
	prefix string
}

// addIB makes the nth IB, whose prefix and userId tell its number.
func (w *world) addIB(n int) ib {
	w.tb.Helper()
	id, err := tenant.Stored(fmt.Sprintf("00000000-0000-4000-8000-%012d", n))
	w.must(err)
	prefix := fmt.Sprintf("ib-%08d-", n)
	_, err = w.db.PutItem(context.Background(), &dynamodb.PutItemInput{
		TableName: aws.String(usersTable),
		Item: map[string]types.AttributeValue{
			"userId":           &types.AttributeValueMemberS{Value: id.String()},
			"systemeTagPrefix": &types.AttributeValueMemberS{Value: prefix},
		},
	})
	w.must(err)
	return ib{id, prefix}
}

func (w *world) leadsOf(owner ib) lead.Leads {
	leads, err := w.store.Of(owner.id)
	w.must(err)
	return leads
}

// capture stores a lead and publishes its message.
func (w *world) capture(owner ib, s lead.Submission) name {
	w.tb.Helper()
	id, _, err := w.leadsOf(owner).Capture(context.Background(), s, lead.FromForm)
	w.must(err)
	n := name{owner.id, id}
	w.publish(n)
	return n
}

func (w *world) publish(n name) {
	text, err := n.message("")
	w.must(err)
	w.send(text)
}

// send puts a message into the queue, in the group of the lead that it names.
func (w *world) send(text string) { w.sendIn(trace.Trace{}, text) }

func (w *world) lead(n name) lead.Lead {
	w.tb.Helper()
	leads, err := w.store.Of(n.owner)
	w.must(err)
	l, err := leads.Get(context.Background(), n.leadID)
	w.must(err)
	return l
}

// jane is a lead with three tags.
func jane() lead.Submission {
	return lead.Submission{
		Email: "jane@acme.test", Name: "Jane Canary Doe", Phone: "+44 (0)20 7946 0958",
		IBType: "forex-ib", MonthlyLeads: lead.HighVolume,
	}
}

func tagsOf(owner ib) []string {
	return []string{owner.prefix + "demo-request", owner.prefix + "forex-ib", owner.prefix + "high-volume"}
}

// erase deletes a lead.
func (w *world) erase(n name) {
	_, err := w.db.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{
		TableName: aws.String(leadsTable),
		Key: map[string]types.AttributeValue{
			"userId":     &types.AttributeValueMemberS{Value: n.owner.String()},
			lead.SortKey: &types.AttributeValueMemberS{Value: "LEAD#" + n.leadID},
		},
	})
	w.must(err)
}

// tagID returns the id that Systeme.io gave a tag.
func (w *world) tagID(name string) int64 {
	w.tb.Helper()
	for _, tag := range w.sim.Tags() {
		if tag.Name == name {
			return tag.ID
		}
	}
	w.tb.Fatalf("no tag %s", name)
	return 0
}

// wantFailed checks that a lead is failed for that reason.
func (w *world) wantFailed(n name, reason string) {
	w.tb.Helper()
	if l := w.lead(n); l.SyncState != lead.Failed || l.SyncError == nil || *l.SyncError != reason {
		w.tb.Errorf("lead is %s, %v; want failed: %s", l.SyncState, aws.ToString(l.SyncError), reason)
	}
}

// wantPending checks that a lead waits.
func (w *world) wantPending(n name) {
	w.tb.Helper()
	if l := w.lead(n); l.SyncState != lead.Pending || l.SyncError != nil {
		w.tb.Errorf("lead is %s, %v; want pending", l.SyncState, aws.ToString(l.SyncError))
	}
}

// wantSynced checks that a lead is synced and its contact carries its tags.
func (w *world) wantSynced(n name, tags []string) {
	w.tb.Helper()
	l := w.lead(n)
	got := slices.Sorted(slices.Values(tags))
	if l.SyncState != lead.Synced || l.SyncedAt == nil || l.SyncError != nil || !slices.Equal(l.TagsApplied, got) {
		w.tb.Errorf("lead is %s with tags %v, error %v; want %v", l.SyncState, l.TagsApplied, l.SyncError, got)
	}
	contact, found := w.sim.Contact(l.Email)
	if !found || contact.ID != l.ContactID {
		w.tb.Fatalf("contact %d, want %d", contact.ID, l.ContactID)
	}
	for _, tag := range tags {
		if !slices.Contains(tagNamesOf(contact), tag) {
			w.tb.Errorf("contact lacks %s: %v", tag, tagNamesOf(contact))
		}
	}
}

func tagNamesOf(c simulator.Contact) []string {
	var names []string
	for _, tag := range c.Tags {
		names = append(names, tag.Name)
	}
	return names
}

func field(c simulator.Contact, slug string) string {
	for _, f := range c.Fields {
		if f.Slug == slug && f.Value != nil {
			return *f.Value
		}
	}
	return ""
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
