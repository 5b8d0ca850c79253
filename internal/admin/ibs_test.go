package admin_test

import (
	"context"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/admin"
	"clientflow/internal/tenantdb"
)

type page struct {
	IBs        []map[string]any
	NextCursor *string
}

func TestListIsNewestFirstAndPaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.ask(t, 200, "GET /admin/ibs", "", "", "").Body; got != `{"ibs":[],"nextCursor":null}` {
		t.Errorf("nobody is %s", got)
	}
	const ibs = 30
	var want []string
	for n := range ibs {
		w.addIB(t, n, n)
		want = slices.Insert(want, 0, nth(n))
	}
	first := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "", ""))
	if len(first.IBs) != 25 || first.NextCursor == nil {
		t.Fatalf("%d IBs, cursor %v", len(first.IBs), first.NextCursor)
	}
	second := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "cursor="+url.QueryEscape(*first.NextCursor), ""))
	if len(second.IBs) != 5 || second.NextCursor != nil {
		t.Fatalf("%d IBs, cursor %v", len(second.IBs), second.NextCursor)
	}
	var got []string
	for _, ib := range slices.Concat(first.IBs, second.IBs) {
		got = append(got, ib["userId"].(string))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestAnIBAsTheAdminSeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 47)
	w.addIB(t, 2, 0)
	want := map[string]any{
		"userId": nth(1), "email": "ib1@acme.test", "name": "IB 1", "systemeTagPrefix": "ib-00000001-",
		"systemeWorkflowsConfigured": false, "formKey": "form0000000000000001", "createdAt": "2026-05-04T12:01:00.000Z", "leadCount": 47.0, "disabled": false,
	}
	if got := decode[map[string]any](t, w.ask(t, 200, "GET /admin/ibs/{userId}", nth(1), "", "")); !reflect.DeepEqual(got, want) {
		t.Errorf("shown as\n%v, want\n%v", got, want)
	}
	listed := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "", "")).IBs
	if len(listed) != 2 || !reflect.DeepEqual(listed[1], want) || listed[0]["leadCount"] != 0.0 {
		t.Errorf("listed as\n%v, want\n%v", listed, want)
	}
	unknown := w.ask(t, 404, "GET /admin/ibs/{userId}", nth(3), "", "").Body
	for _, id := range []string{"", "x", strings.ToUpper("0000000a-0000-4000-8000-000000000000"), "PREFIX#ib-00000001-"} {
		if got := w.ask(t, 404, "GET /admin/ibs/{userId}", id, "", "").Body; got != unknown {
			t.Errorf("%q: %s, unknown: %s", id, got, unknown)
		}
	}
}

func TestIBsAreSearched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 12 {
		w.addIB(t, n, n)
	}
	for sought, want := range map[string][]string{
		"IB 1": {nth(11), nth(10), nth(1)}, "ib1": {nth(11), nth(10), nth(1)}, "ib11@": {nth(11)}, "ib-00000007-": {nth(7)},
		nth(3): {nth(3)}, "00000005": {nth(5)}, "B": {}, "acme.test": nil, "nobody": {},
	} {
		got := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "q="+url.QueryEscape(sought), ""))
		var ids []string
		for _, ib := range got.IBs {
			ids = append(ids, ib["userId"].(string))
		}
		if want == nil {
			want = []string{nth(11), nth(10), nth(9), nth(8), nth(7), nth(6), nth(5), nth(4), nth(3), nth(2), nth(1), nth(0)}
		}
		if !slices.Equal(ids, want) || got.NextCursor != nil {
			t.Errorf("%s finds %v, cursor %v", sought, ids, got.NextCursor)
		}
	}
}

func TestASearchGoesOnBehindWhatItLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 205 {
		w.addIB(t, n, 0)
	}
	w.put(t, w.UsersTable, tenantdb.Item{
		"userId": text(nth(999)), "email": text("jane@acme.test"), "name": text("Jane"), "systemeTagPrefix": text("ib-janejane-"),
		"formKey": text("form0000000000000999"), "listedAs": text("ib"), "createdAt": text("2026-05-01T12:00:00.000Z"),
	})
	first := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "q=jane", ""))
	if len(first.IBs) != 0 || first.NextCursor == nil {
		t.Fatalf("found %v at first, cursor %v", first.IBs, first.NextCursor)
	}
	second := decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "q=jane&cursor="+url.QueryEscape(*first.NextCursor), ""))
	if len(second.IBs) != 1 || second.IBs[0]["userId"] != nth(999) || second.NextCursor != nil {
		t.Errorf("found %v, cursor %v", second.IBs, second.NextCursor)
	}
}

func TestBadSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, query := range []string{"q=a&q=b", "q=" + strings.Repeat("a", 255)} {
		if got := w.ask(t, 422, "GET /admin/ibs", "", query, "").Body; !strings.Contains(got, `"field":"q"`) {
			t.Errorf("%s: %s", query, got)
		}
	}
}

func TestBadCursors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 30 {
		w.addIB(t, i, 0)
	}
	good := *decode[page](t, w.ask(t, 200, "GET /admin/ibs", "", "", "")).NextCursor
	for _, query := range []string{"cursor=x", "cursor=" + good + "A", "cursor=" + good + "&cursor=" + good} {
		if got := w.ask(t, 422, "GET /admin/ibs", "", query, "").Body; !strings.Contains(got, `"field":"cursor"`) {
			t.Errorf("%s: %s", query, got)
		}
	}
	w.ask(t, 422, "GET /admin/ibs", "", "cursor=%", "")
	w.ask(t, 200, "GET /admin/ibs", "", "cursor=&other=1", "")
}

// forgetful is tables in which one IB's record is gone.
type forgetful struct {
	admin.DB
	userID string
}

func (f forgetful) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in.Key["userId"].(*types.AttributeValueMemberS).Value == f.userID {
		return &dynamodb.GetItemOutput{}, nil
	}
	return f.DB.GetItem(ctx, in, options...)
}

// The index is a moment behind the records.
func TestAnIBThatIsGoneIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 3 {
		w.addIB(t, n, 0)
	}
	settings := admin.Settings{SystemeURL: "http://127.0.0.1:1", UsersTable: w.UsersTable, LeadsTable: w.LeadsTable,
		Issuer: w.function.Environment["TOKEN_ISSUER"], ClientID: w.function.Environment["USER_POOL_CLIENT_ID"]}
	routes, err := admin.Routes(settings, nil, forgetful{w.Client, nth(1)}, nothing{})
	if err != nil {
		t.Fatal(err)
	}
	got := decode[page](t, w.serve(t, routes, w.event("GET /admin/ibs", "", "", ""))).IBs
	if len(got) != 2 || got[0]["userId"] != nth(2) || got[1]["userId"] != nth(0) {
		t.Errorf("got %v", got)
	}
}

// A record that cannot be read is a fault of ours, not an IB to be passed over.
func TestARecordThatIsBroken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 0)
	w.put(t, w.UsersTable, tenantdb.Item{"userId": text(nth(2)), "listedAs": text("ib"), "createdAt": text("2026-05-04T12:00:00.000Z"),
		"systemeTagPrefix": text("ib-")})
	w.ask(t, 500, "GET /admin/ibs", "", "", "")
	w.ask(t, 500, "GET /admin/ibs/{userId}/workflows", nth(2), "", "")
}
