package stats_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/stats"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	john  = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	sarah = "1b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
)

// site is an IB with a record, counters, and GET /stats.
type site struct {
	aws      *localtest.AWS
	api      tenantdb.API // what the route reads from
	owner    tenant.ID
	users    account.Users
	counters tally.Counters
	now      time.Time
	counted  int
}

func newSite(tb testing.TB, now time.Time) *site {
	tb.Helper()
	aws := localtest.Start(tb)
	owner, err := account.NewRegistrar(aws.Client, aws.UsersTable, aws.RegistryTable).
		Create(tb.Context(), account.Person{Subject: john, Email: "john@ib.example", Name: "John"})
	if err != nil {
		tb.Fatal(err)
	}
	return &site{
		aws: aws, api: aws.Client, owner: owner, now: now,
		users:    account.NewUsers(tenantdb.Owned(aws.Client, aws.UsersTable, "")),
		counters: tally.New(tenantdb.Owned(aws.Client, aws.LeadsTable, "sk")),
	}
}

// arrive counts a lead that was created at a time.
func (s *site) arrive(tb testing.TB, at time.Time, status, kind string) {
	tb.Helper()
	s.counted++
	err := s.counters.Count(tb.Context(), s.owner, []tally.Change{{
		Sequence: tally.Sequence(fmt.Sprintf("%040d", s.counted)),
		After:    &tally.Lead{Status: status, Type: kind, CreatedAt: at},
	}})
	if err != nil {
		tb.Fatal(err)
	}
}

func (s *site) in(tb testing.TB, zone string) {
	tb.Helper()
	if _, err := s.users.Change(tb.Context(), s.owner, account.Settings{TimeZone: &zone}); err != nil {
		tb.Fatal(err)
	}
}

func (s *site) get(tb testing.TB, userID string) httpapi.Response {
	tb.Helper()
	verifier := tenant.Verifier{Issuer: "iss", ClientID: "client", Now: time.Now}
	routes := stats.Routes(verifier, tenantdb.Owned(s.api, s.aws.LeadsTable, "sk"), s.users, func() time.Time { return s.now })
	r := &httpapi.Request{RouteKey: "GET /stats", RawQuery: "userId=" + john}
	r.Context.Authorizer.JWT.Claims = map[string]string{
		"sub": userID, "iss": "iss", "client_id": "client", "token_use": "access",
		"exp": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
	}
	response, err := routes.Serve(eventlog.New(io.Discard, "dashboard"))(tb.Context(), r)
	if err != nil {
		tb.Fatal(err)
	}
	return response
}

func (s *site) stats(tb testing.TB) stats.Stats {
	tb.Helper()
	response := s.get(tb, john)
	var got stats.Stats
	if err := json.Unmarshal([]byte(response.Body), &got); err != nil || response.Status != 200 {
		tb.Fatalf("%d %s", response.Status, response.Body)
	}
	return got
}

// days returns the days with arrivals.
func days(s stats.Stats) []string {
	var some []string
	for _, day := range s.ByDay {
		if day.Leads != 0 {
			some = append(some, fmt.Sprint(day.Date, " ", day.Leads))
		}
	}
	return some
}

func utc(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestStats(t *testing.T) {
	t.Parallel()
	s := newSite(t, utc("2026-05-04 12:00"))
	s.arrive(t, utc("2026-01-01 00:00"), "churned", "cfd") // counted, no day shown
	s.arrive(t, utc("2026-04-04 23:59"), "new", "cfd")
	s.arrive(t, utc("2026-04-05 00:00"), "new", "")
	s.arrive(t, utc("2026-04-30 23:59"), "converted", "")
	s.arrive(t, utc("2026-05-01 00:00"), "converted", "forex-ib")
	s.arrive(t, utc("2026-05-04 11:59"), "vip-prospect", "forex-ib")
	got := s.stats(t)
	if got.TotalLeads != 6 || got.ThisMonth != 2 || got.Converted != 2 {
		t.Errorf("got %+v", got)
	}
	if byStatus := fmt.Sprint(got.ByStatus); byStatus != "map[churned:1 converted:2 engaged:0 inactive:0 new:2 re-engaged:0 vip-prospect:1]" {
		t.Errorf("by status %s", byStatus)
	}
	if byType := fmt.Sprint(got.ByType); byType != "map[cfd:2 forex-ib:2]" {
		t.Errorf("by type %s", byType)
	}
	if len(got.ByDay) != 30 || got.ByDay[0].Date != "2026-04-05" || got.ByDay[29].Date != "2026-05-04" ||
		!slices.Equal(days(got), []string{"2026-04-05 1", "2026-04-30 1", "2026-05-01 1", "2026-05-04 1"}) {
		t.Errorf("by day %+v", got.ByDay)
	}
}

func TestNothingYet(t *testing.T) {
	t.Parallel()
	s := newSite(t, utc("2026-03-31 12:00"))
	got := s.stats(t)
	if got.TotalLeads != 0 || len(got.ByStatus) != 7 || got.ByType == nil || len(got.ByDay) != 30 || got.ByDay[0].Date != "2026-03-02" {
		t.Errorf("got %+v", got)
	}
}

// TestTimeZones puts arrivals at both sides of midnights and month ends.
func TestTimeZones(t *testing.T) {
	t.Parallel()
	tests := []struct {
		zone, now string // now in UTC
		arrivals  []string
		days      []string
		thisMonth int
	}{
		{"Asia/Kathmandu", "2026-05-01 12:00", // +05:45
			[]string{"2026-04-30 18:14", "2026-04-30 18:15"},
			[]string{"2026-04-30 1", "2026-05-01 1"}, 1},
		{"Pacific/Kiritimati", "2026-05-01 09:00", // +14
			[]string{"2026-04-30 09:59", "2026-04-30 10:00", "2026-05-01 08:59"},
			[]string{"2026-04-30 1", "2026-05-01 2"}, 2},
		{"Pacific/Pago_Pago", "2026-05-01 10:00", // -11, still April
			[]string{"2026-04-01 10:59", "2026-04-01 11:00", "2026-05-01 09:59"},
			[]string{"2026-04-01 1", "2026-04-30 1"}, 2},
		{"America/New_York", "2026-03-31 12:00", // clocks went forward on 8 March
			[]string{"2026-03-01 04:59", "2026-03-02 05:00", "2026-03-08 04:59", "2026-03-09 03:59", "2026-03-09 04:00"},
			[]string{"2026-03-02 1", "2026-03-07 1", "2026-03-08 1", "2026-03-09 1"}, 4},
		{"Africa/Cairo", "2026-05-10 12:00", // midnight of 24 April does not exist
			[]string{"2026-04-23 21:59", "2026-04-23 22:00"},
			[]string{"2026-04-23 1", "2026-04-24 1"}, 0},
		{"Asia/Tokyo", "2026-03-31 14:59", // the 30 days begin within the month
			[]string{"2026-02-28 14:59", "2026-02-28 15:00", "2026-03-01 15:00"},
			[]string{"2026-03-02 1"}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.zone, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, utc(tt.now))
			s.in(t, tt.zone)
			for _, at := range tt.arrivals {
				s.arrive(t, utc(at), "new", "")
			}
			got := s.stats(t)
			if !slices.Equal(days(got), tt.days) || got.ThisMonth != tt.thisMonth || got.TotalLeads != len(tt.arrivals) || len(got.ByDay) != 30 {
				t.Errorf("days %v, this month %d, %d in all; want %v, %d", days(got), got.ThisMonth, got.TotalLeads, tt.days, tt.thisMonth)
			}
		})
	}
}

// TestLastMonth compares months that are not of one length, at both sides of a
// time of day, a year's end and a zone's midnight.
func TestLastMonth(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone, now string // now in UTC
		arrivals  []string
		// whole and toDate are of the month before.
		whole, toDate int
	}{
		"its day and time of day": {"UTC", "2026-05-04 12:00",
			[]string{"2026-03-31 23:59", "2026-04-01 00:00", "2026-04-04 12:14", "2026-04-04 12:15", "2026-04-30 23:59", "2026-05-01 00:00"}, 4, 2},
		"a shorter month is whole": {"UTC", "2026-03-31 08:00",
			[]string{"2026-02-01 00:00", "2026-02-28 23:59"}, 2, 2},
		"a longer month is not": {"UTC", "2026-02-28 23:59",
			[]string{"2026-01-28 23:59", "2026-01-29 00:00", "2026-01-31 23:59"}, 3, 1},
		"the year before": {"UTC", "2026-01-01 00:00",
			[]string{"2025-01-01 00:00", "2025-11-30 23:59", "2025-12-01 00:00", "2025-12-31 23:59"}, 2, 1},
		"in Kiritimati, at +14": {"Pacific/Kiritimati", "2026-05-03 22:00",
			[]string{"2026-03-31 09:59", "2026-03-31 10:00", "2026-04-03 22:00", "2026-04-03 22:15", "2026-04-30 09:59", "2026-04-30 10:00"}, 4, 2},
		"where the clocks went forward in between": {"America/New_York", "2026-03-20 12:00", // 08:00 there, one hour from 20 February's
			[]string{"2026-02-20 13:00", "2026-02-20 13:15"}, 2, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, utc(tt.now))
			s.in(t, tt.zone)
			for _, at := range tt.arrivals {
				s.arrive(t, utc(at), "new", "")
			}
			if got := s.stats(t); got.LastMonth != tt.whole || got.LastMonthToDate != tt.toDate {
				t.Errorf("%d, %d to date, want %d, %d", got.LastMonth, got.LastMonthToDate, tt.whole, tt.toDate)
			}
		})
	}
}

// calls counts what is asked of DynamoDB.
type calls struct {
	tenantdb.API
	gets, queries int
	units         float64
}

func (c *calls) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.gets++
	return c.API.GetItem(ctx, in, options...)
}

func (c *calls) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.queries++
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := c.API.Query(ctx, in, options...)
	if err == nil {
		c.units += *out.ConsumedCapacity.CapacityUnits
	}
	return out, err
}

// TestStatsReadAHandfulOfItems fills every quarter of an hour of 70 days, and asks at
// the end of the two months that have the most days.
func TestStatsReadAHandfulOfItems(t *testing.T) {
	t.Parallel()
	now := utc("2026-08-31 23:59")
	s := newSite(t, now)
	var changes []tally.Change
	for i := range 70 * 96 {
		changes = append(changes, tally.Change{
			Sequence: tally.Sequence(fmt.Sprintf("%040d", i+1)),
			After:    &tally.Lead{Status: "new", CreatedAt: now.Add(-time.Duration(i) * tally.Quarter)},
		})
	}
	if err := s.counters.Count(t.Context(), s.owner, changes); err != nil {
		t.Fatal(err)
	}
	meter := &calls{API: s.aws.Client}
	s.api = meter
	if got := s.stats(t); got.TotalLeads != len(changes) || got.ThisMonth != 31*96 || got.LastMonth != 31*96 || got.ByDay[0].Leads != 96 {
		t.Errorf("got %+v", got)
	}
	if meter.gets != 1 || meter.queries != 1 || meter.units > 8 {
		t.Errorf("%d gets, %d queries, %v units", meter.gets, meter.queries, meter.units)
	}
}

func TestATimeZoneThatIsNotKnown(t *testing.T) {
	t.Parallel()
	s := newSite(t, utc("2026-05-04 12:00"))
	s.in(t, "Mars/Base")
	if got := s.get(t, john); got.Status != 500 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestStatsOfAnotherIB(t *testing.T) {
	t.Parallel()
	s := newSite(t, utc("2026-05-04 12:00"))
	s.arrive(t, utc("2026-05-04 11:00"), "new", "canary")
	if _, err := account.NewRegistrar(s.aws.Client, s.aws.UsersTable, s.aws.RegistryTable).
		Create(t.Context(), account.Person{Subject: sarah, Email: "sarah@ib.example", Name: "Sarah"}); err != nil {
		t.Fatal(err)
	}
	var got stats.Stats
	response := s.get(t, sarah)
	if err := json.Unmarshal([]byte(response.Body), &got); err != nil || response.Status != 200 || got.TotalLeads != 0 || len(got.ByType) != 0 {
		t.Errorf("%d %s", response.Status, response.Body)
	}
	if response := s.get(t, "nobody"); response.Status != 401 {
		t.Errorf("%d %s", response.Status, response.Body)
	}
	if response := s.get(t, "2b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"); response.Status != 404 {
		t.Errorf("without a record: %d %s", response.Status, response.Body)
	}
}
