package tally_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const john = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"

var morning = time.Date(2026, 5, 4, 9, 50, 0, 0, time.UTC)

// failer is a testing.TB or a rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
}

func mustTenant(tb testing.TB, userID string) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(userID)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func newCounters(tb testing.TB) (tally.Counters, *localtest.AWS) {
	tb.Helper()
	aws := localtest.Start(tb)
	return tally.New(tenantdb.Owned(aws.Client, aws.LeadsTable, "sk")), aws
}

// at returns the sequence number of the nth record.
func at(n int) tally.Sequence { return tally.Sequence(fmt.Sprintf("%040d", n)) }

func fresh(kind string) *tally.Lead {
	return &tally.Lead{Status: "new", Type: kind, CreatedAt: morning}
}

func with(l *tally.Lead, status string) *tally.Lead {
	changed := *l
	changed.Status = status
	return &changed
}

// counted reads all counters of a tenant as texts such as "new 2", "type cfd 1"
// and "2026-05-04 09:45 2", leaving out noughts.
func counted(tb failer, c tally.Counters, owner tenant.ID) []string {
	tb.Helper()
	totals, err := c.Totals(context.Background(), owner)
	if err != nil {
		tb.Fatal(err)
	}
	arrivals, err := c.Arrivals(context.Background(), owner, morning.AddDate(0, 0, -7), morning.AddDate(0, 0, 7))
	if err != nil {
		tb.Fatal(err)
	}
	sums := map[string]int{}
	for status, n := range totals.ByStatus {
		sums[status] += n
	}
	for kind, n := range totals.ByType {
		sums["type "+kind] += n
	}
	for _, a := range arrivals {
		sums[a.At.Format("2006-01-02 15:04")] += a.Leads
	}
	return texts(sums)
}

func texts(sums map[string]int) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if sums[name] != 0 {
			all = append(all, fmt.Sprint(name, " ", sums[name]))
		}
	}
	return all
}

func mustCount(tb failer, c tally.Counters, owner tenant.ID, changes ...tally.Change) {
	tb.Helper()
	if err := c.Count(context.Background(), owner, changes); err != nil {
		tb.Fatal(err)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	jane, plain := fresh("cfd"), fresh("")
	late := &tally.Lead{Status: "new", CreatedAt: morning.Add(16 * time.Hour)}
	tests := map[string]struct {
		changes []tally.Change
		want    string
	}{
		"nothing":     {nil, ""},
		"a new lead":  {[]tally.Change{{at(1), nil, jane}}, "2026-05-04 09:45 1,new 1,type cfd 1"},
		"two":         {[]tally.Change{{at(1), nil, jane}, {at(2), nil, plain}}, "2026-05-04 09:45 2,new 2,type cfd 1"},
		"two days":    {[]tally.Change{{at(1), nil, jane}, {at(2), nil, late}}, "2026-05-04 09:45 1,2026-05-05 01:45 1,new 2,type cfd 1"},
		"a status":    {[]tally.Change{{at(1), nil, jane}, {at(2), jane, with(jane, "converted")}}, "2026-05-04 09:45 1,converted 1,type cfd 1"},
		"neutral":     {[]tally.Change{{at(1), nil, jane}, {at(2), jane, jane}}, "2026-05-04 09:45 1,new 1,type cfd 1"},
		"gone":        {[]tally.Change{{at(1), nil, jane}, {at(2), jane, nil}}, ""},
		"once a time": {[]tally.Change{{at(1), nil, jane}, {at(1), nil, jane}}, "2026-05-04 09:45 1,new 1,type cfd 1"},
		"moved":       {[]tally.Change{{at(1), nil, plain}, {at(2), plain, late}}, "2026-05-05 01:45 1,new 1"},
	}
	counters, _ := newCounters(t)
	n := 0
	for name, tt := range tests {
		n++
		owner := mustTenant(t, fmt.Sprintf("%08d-4f50-4162-8374-95a6b7c8d9e0", n))
		mustCount(t, counters, owner, tt.changes...)
		mustCount(t, counters, owner, tt.changes...) // once more
		if got := strings.Join(counted(t, counters, owner), ","); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestABatchWithoutEffectIsRemembered counts a change there and back, which come
// again one by one.
func TestABatchWithoutEffectIsRemembered(t *testing.T) {
	t.Parallel()
	counters, _ := newCounters(t)
	owner := mustTenant(t, john)
	jane := fresh("")
	there := tally.Change{Sequence: at(2), Before: jane, After: with(jane, "engaged")}
	back := tally.Change{Sequence: at(3), Before: with(jane, "engaged"), After: jane}
	mustCount(t, counters, owner, tally.Change{Sequence: at(1), After: jane}, there, back)
	mustCount(t, counters, owner, there)
	if got := counted(t, counters, owner); !slices.Equal(got, []string{"2026-05-04 09:45 1", "new 1"}) {
		t.Errorf("got %v", got)
	}
}

func TestTypesAreBounded(t *testing.T) {
	t.Parallel()
	counters, _ := newCounters(t)
	owner := mustTenant(t, john)
	var comings, goings []tally.Change
	for i := range 70 {
		kind := fresh(fmt.Sprintf("type-%d", i%60))
		comings = append(comings, tally.Change{Sequence: at(i + 1), After: kind})
		goings = append(goings, tally.Change{Sequence: at(i + 101), Before: kind})
	}
	mustCount(t, counters, owner, comings...)
	totals, err := counters.Totals(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	if len(totals.ByType) != tally.MaxTypes+1 || totals.ByType[tally.Other] != 10 || totals.ByType["type-3"] != 2 {
		t.Errorf("%d types: %v", len(totals.ByType), totals.ByType)
	}
	mustCount(t, counters, owner, goings[:65]...)
	if got := counted(t, counters, owner); !slices.Contains(got, "new 5") || len(got) != 2+5 {
		t.Errorf("after 65 went: %v", got)
	}
	mustCount(t, counters, owner, goings...)
	if got := counted(t, counters, owner); len(got) != 0 {
		t.Errorf("after all went: %v", got)
	}
}

// TestTypeOfTheRestsName lets leads have the type under which the rest is
// counted.
func TestTypeOfTheRestsName(t *testing.T) {
	t.Parallel()
	counters, _ := newCounters(t)
	owner := mustTenant(t, john)
	changes := []tally.Change{{at(1), nil, fresh(tally.Other)}}
	for i := range 51 {
		changes = append(changes, tally.Change{Sequence: at(i + 2), After: fresh(fmt.Sprintf("type-%d", i))})
	}
	mustCount(t, counters, owner, changes...)
	if got := counted(t, counters, owner); !slices.Contains(got, "type other 2") || len(got) != 53 {
		t.Errorf("%d: %v", len(got), got)
	}
}

// rival changes every counter just before it is written, the first few times.
type rival struct {
	tenantdb.API
	left int
	act  func()
}

func (r *rival) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if r.left > 0 {
		r.left--
		r.act()
	}
	return r.API.UpdateItem(ctx, in, options...)
}

func TestTwoCountersAtOnce(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	owner := mustTenant(t, john)
	next := 0
	r := &rival{API: aws.Client, left: 3}
	r.act = func() {
		next++
		mustCount(t, counters, owner, tally.Change{Sequence: at(next), After: fresh("")})
	}
	slow := tally.New(tenantdb.Owned(r, aws.LeadsTable, "sk"))
	mustCount(t, slow, owner, tally.Change{Sequence: at(10), After: fresh("")})
	if got := counted(t, counters, owner); !slices.Equal(got, []string{"2026-05-04 09:45 4", "new 4"}) {
		t.Errorf("got %v", got)
	}
	r.left, next = 1000, 100
	if err := slow.Count(t.Context(), owner, []tally.Change{{Sequence: at(5000), After: fresh("")}}); err == nil {
		t.Error("counted although others always changed the counter")
	}
}

// TestWhatMattersNotIsNotWritten spares the write units: most records of a lead
// are its sync's.
func TestWhatMattersNotIsNotWritten(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	owner := mustTenant(t, john)
	jane := fresh("cfd")
	mustCount(t, counters, owner, tally.Change{Sequence: at(1), After: jane})
	r := &rival{API: aws.Client, left: 1000}
	writes := 0
	r.act = func() { writes++ }
	metered := tally.New(tenantdb.Owned(r, aws.LeadsTable, "sk"))
	mustCount(t, metered, owner, tally.Change{Sequence: at(1), After: jane}, tally.Change{Sequence: at(2), Before: jane, After: jane})
	if writes != 0 {
		t.Errorf("%d writes", writes)
	}
	mustCount(t, metered, owner, tally.Change{Sequence: at(3), Before: jane, After: with(jane, "engaged")})
	if writes != 1 {
		t.Errorf("%d writes for a status", writes)
	}
}

func TestNoTenant(t *testing.T) {
	t.Parallel()
	counters := tally.New(tenantdb.Owned(nil, "leads", "sk"))
	_, totalsErr := counters.Totals(t.Context(), tenant.ID{})
	_, arrivalsErr := counters.Arrivals(t.Context(), tenant.ID{}, morning, morning)
	for _, err := range []error{counters.Count(t.Context(), tenant.ID{}, nil), totalsErr, arrivalsErr} {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("got %v", err)
		}
	}
}

func TestACounterThatCannotBeRead(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	owner := mustTenant(t, john)
	for _, sort := range []string{"STATS#TOTAL", "STATS#DAY#2026-05-04"} {
		_, err := aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &aws.LeadsTable, Item: tenantdb.Item{
			"userId": &types.AttributeValueMemberS{Value: john}, "sk": &types.AttributeValueMemberS{Value: sort},
			"byStatus": &types.AttributeValueMemberS{Value: "?"}, "quarters": &types.AttributeValueMemberS{Value: "?"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, totalsErr := counters.Totals(t.Context(), owner)
	_, arrivalsErr := counters.Arrivals(t.Context(), owner, morning, morning)
	countErr := counters.Count(t.Context(), owner, []tally.Change{{Sequence: at(1), After: fresh("")}})
	for _, err := range []error{totalsErr, arrivalsErr, countErr} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func TestParseSequence(t *testing.T) {
	t.Parallel()
	short, err := tally.ParseSequence("999")
	if err != nil || len(short) != 40 {
		t.Errorf("%s, %v", short, err)
	}
	if long, err := tally.ParseSequence("1000000000000000000000001"); err != nil || long <= short {
		t.Errorf("%s is not after %s, %v", long, short, err)
	}
	for _, bad := range []string{"", "x", "-1", "1.5", strings.Repeat("1", 41), "1\n"} {
		if got, err := tally.ParseSequence(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
}
