package lead_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/lead"
	"clientflow/internal/origin"
	"clientflow/internal/tenantdb"
)

func TestAddedLead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := want[added](t, s, 201, john, "POST /leads", "", `{"email":" Jane@Acme.com","name":"Jane","phone":"+44 20 7946 0958",
		"ib_type":"Forex IB","monthly_leads":"500+","broker_network":"Acme","utm_source":"google","consent":true,"userId":"`+sarah+`"}`).LeadID
	got := s.do(t, john, "GET /leads/{leadId} "+id, "", "")
	const document = `{"leadId":"6k89m41os7l53lg1j7iqtqvseg","email":"jane@acme.com","name":"Jane","phone":"+44 20 7946 0958",` +
		`"ibType":"forex-ib","monthlyLeads":"500+","brokerNetwork":"Acme","status":"new","source":"dashboard","submissions":1,` +
		`"createdAt":"2026-05-04T03:02:02.000Z","updatedAt":"2026-05-04T03:02:02.000Z","notes":"","systemeTagsApplied":[],` +
		`"systemeSyncedAt":null,"syncState":"pending","syncError":null,"syncNote":null}`
	if got.Status != 200 || got.Body != document {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if other := s.do(t, sarah, "GET /leads/{leadId} "+id, "", ""); other.Status != 404 {
		t.Errorf("the userId in the body counted: %d %s", other.Status, other.Body)
	}
}

func TestTheFirstSubmissionStandsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	first := lead.Submission{Email: "jane@acme.com", Name: "Jane"}
	id, created, err := leads.Capture(t.Context(), first, lead.FromForm)
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	before := mustGet(t, leads, id)
	again, created, err := leads.Capture(t.Context(), lead.Submission{
		Email: "jane@acme.com", Name: "Eve", Phone: "123456", IBType: "cfd", MonthlyLeads: "500+", BrokerNetwork: "Evil",
		UTMSource: "x", PageURL: "https://evil.example", Consent: true,
	}, lead.FromDashboard)
	if err != nil || created || again != id {
		t.Fatalf("%s, created %v, %v", again, created, err)
	}
	after := mustGet(t, leads, id)
	if after.Submission != first || after.Source != lead.FromForm || after.CreatedAt != before.CreatedAt {
		t.Errorf("the second changed the first: %+v", after)
	}
	if after.Submissions != 2 || after.UpdatedAt <= before.UpdatedAt {
		t.Errorf("submissions %d, updated %s after %s", after.Submissions, after.UpdatedAt, before.UpdatedAt)
	}
}

// deaf does what it is asked, and loses the first answer.
type deaf struct {
	to    http.RoundTripper
	heard atomic.Bool
}

func (d *deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.to.RoundTrip(r)
	if err == nil && !d.heard.Swap(true) {
		return nil, errors.Join(io.ErrUnexpectedEOF, response.Body.Close())
	}
	return response, err
}

func TestAWriteWhoseAnswerWasLostCountsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	client := s.aws.ClientWith(&http.Client{Transport: &deaf{to: http.DefaultTransport}}, "root", "")
	s.serve(lead.NewStore(tenantdb.Owned(client, s.aws.LeadsTable, lead.SortKey), s.now))
	ctx := origin.With(t.Context(), origin.Origin{Actor: origin.Visitor, RequestID: "first"})
	jane := lead.Submission{Email: "jane@acme.com", Name: "Jane"}
	id, _, err := s.of(t, john).Capture(ctx, jane, lead.FromForm)
	if err != nil {
		t.Fatal(err)
	}
	if got := mustGet(t, s.of(t, john), id); got.Submissions != 1 {
		t.Errorf("counted %d submissions", got.Submissions)
	}
	ctx = origin.With(t.Context(), origin.Origin{Actor: origin.Visitor, RequestID: "second"})
	if _, _, err := s.of(t, john).Capture(ctx, jane, lead.FromForm); err != nil {
		t.Fatal(err)
	}
	if got := mustGet(t, s.of(t, john), id); got.Submissions != 2 {
		t.Errorf("counted %d submissions of two requests", got.Submissions)
	}
}

func TestARepeatedAddressOverHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.add(t, john, "jane@acme.com", "Jane")
	if got := want[added](t, s, 200, john, "POST /leads", "", `{"email":"JANE@acme.com","name":"J"}`); got.LeadID != id || !got.Success {
		t.Errorf("got %+v, want id %s", got, id)
	}
	if hers := s.add(t, sarah, "jane@acme.com", "Jane"); hers == id {
		t.Error("two IBs share a lead's id")
	}
	for _, userID := range []string{john, sarah} {
		if n := len(want[listed](t, s, 200, userID, "GET /leads", "", "").Leads); n != 1 {
			t.Errorf("%s has %d leads", userID, n)
		}
	}
}

func TestBadAdditionsStoreNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for body, fields := range map[string]string{
		`{"email":"canary-secret","name":"","ib_type":"converted"}`: "email ib_type name",
		`{"email":`: "body",
		``:          "body",
	} {
		got := want[refusal](t, s, 422, john, "POST /leads", "", body)
		if names := strings.Join(got.fields(), " "); names != fields {
			t.Errorf("%s: named %s", body, names)
		}
	}
	r := request(john, "POST /leads", "", "email=jane%40acme.com&name=J")
	r.Headers["content-type"] = "application/x-www-form-urlencoded"
	if response, err := s.routes["POST /leads"](t.Context(), r); err == nil {
		t.Errorf("took a form: %+v", response)
	}
	if n := len(want[listed](t, s, 200, john, "GET /leads", "", "").Leads); n != 0 {
		t.Errorf("%d leads stored", n)
	}
	if strings.Contains(s.log.String(), "canary-secret") {
		t.Errorf("the log repeats input: %s", s.log.String())
	}
}

// TestTwoHundredAtOnce lets captures of few addresses meet.
func TestTwoHundredAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads := s.of(t, john)
	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		created = map[string]int{}
	)
	for i := range 200 {
		all.Go(func() {
			submission := lead.Submission{Email: fmt.Sprintf("visitor%d@acme.com", i%50), Name: fmt.Sprint("Visitor ", i)}
			id, isNew, err := leads.Capture(t.Context(), submission, lead.FromForm)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if isNew {
				created[id]++
			}
		})
	}
	all.Wait()
	if len(created) != 50 {
		t.Errorf("%d leads were new", len(created))
	}
	for id, times := range created {
		if got := mustGet(t, leads, id); times != 1 || got.Submissions != 4 {
			t.Errorf("%s was new %d times, has %d submissions", id, times, got.Submissions)
		}
	}
}

// metered asks DynamoDB what each write consumed.
type metered struct {
	tenantdb.API
	consumed []types.ConsumedCapacity
}

func (m *metered) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityIndexes
	out, err := m.API.UpdateItem(ctx, in, options...)
	if err == nil {
		m.consumed = append(m.consumed, *out.ConsumedCapacity)
	}
	return out, err
}

func TestACaptureCostsTwoWriteUnits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	meter := &metered{API: s.aws.Client}
	leads, err := lead.NewStore(tenantdb.Owned(meter, s.aws.LeadsTable, lead.SortKey), s.now).Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	rich := lead.Submission{
		Email: "jane.elizabeth.doe@some-company.example.com", Name: "Jane Elizabeth Doe-Smith", Phone: "+44 20 7946 0958",
		IBType: "forex-introducing-broker", MonthlyLeads: "500+", BrokerNetwork: "Northgate Markets International",
		UTMSource: "google", UTMMedium: "cpc", UTMCampaign: "spring-2026-introducing-brokers", UTMContent: "banner-a",
		PageURL: "https://landing.john.example/forex/introducing-broker?ref=newsletter", Consent: true,
	}
	for range 2 { // the first time, and again
		if _, _, err := leads.Capture(t.Context(), rich, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range meter.consumed {
		index := c.GlobalSecondaryIndexes["byCreatedAt"]
		if *c.CapacityUnits > 2 || *c.Table.CapacityUnits != 1 || *index.CapacityUnits != 1 {
			t.Errorf("capture %d consumed %v: table %v, index %v", i, *c.CapacityUnits, *c.Table.CapacityUnits, *index.CapacityUnits)
		}
	}
	if len(meter.consumed) != 2 {
		t.Errorf("%d writes", len(meter.consumed))
	}
}

func mustGet(tb testing.TB, leads lead.Leads, id string) lead.Lead {
	tb.Helper()
	got, err := leads.Get(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return got
}
