package lead_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/dynamodb"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
	"clientflow/internal/tenantdb"
)

// newExclusiveSite is newSite where an address belongs to one IB.
func newExclusiveSite(tb testing.TB) *site {
	s := newSite(tb)
	s.serve(s.store.Under(ownership.Exclusive(s.aws.RegistryTable)))
	return s
}

// nth returns the nth of as many tenants as one likes.
func nth(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// scan returns all items of a table.
func (s *site) scan(tb testing.TB, table string) []tenantdb.Item {
	tb.Helper()
	out, err := s.aws.Client.Scan(tb.Context(), &sdk.ScanInput{TableName: &table})
	if err != nil {
		tb.Fatal(err)
	}
	return out.Items
}

// owners returns the tenants that each claim names, and with it what no claim may
// have: any attribute beside its key that names none.
func (s *site) owners(tb testing.TB) (claims [][]string) {
	tb.Helper()
	for _, item := range s.scan(tb, s.aws.RegistryTable) {
		var names []string
		for name := range item {
			if name != "key" {
				names = append(names, name)
			}
		}
		claims = append(claims, names)
	}
	return claims
}

func TestAnAddressBelongsToTheFirst(t *testing.T) {
	t.Parallel()
	s := newExclusiveSite(t)
	const body = `{"email":"Jane@acme.com","name":"Jane Doe"}`
	first := want[added](t, s, 201, john, "POST /leads", "", body)
	if again := want[added](t, s, 200, john, "POST /leads", "", body); again != first {
		t.Errorf("added %v, then %v", first, again)
	}
	if got := mustGet(t, s.of(t, john), first.LeadID); got.Submissions != 2 || got.Name != "Jane Doe" {
		t.Errorf("lead %+v", got)
	}

	refused := s.do(t, sarah, "POST /leads", "", body)
	var document struct {
		Status int
		Detail string
	}
	if err := json.Unmarshal([]byte(refused.Body), &document); err != nil {
		t.Fatal(err)
	}
	if refused.Status != http.StatusConflict || document.Status != http.StatusConflict ||
		document.Detail != "This lead is already registered with another IB" || strings.Contains(refused.Body, john) {
		t.Errorf("%d %s", refused.Status, refused.Body)
	}
	if got := want[listed](t, s, 200, sarah, "GET /leads", "", ""); len(got.Leads) != 0 {
		t.Errorf("Sarah has %v", got.Leads)
	}
	want[added](t, s, 201, sarah, "POST /leads", "", `{"email":"joe@acme.com","name":"Joe"}`)
	for _, item := range s.scan(t, s.aws.RegistryTable) {
		if text := fmt.Sprintf("%#v", item); strings.Contains(text, "acme") {
			t.Errorf("a claim names the address: %s", text)
		}
	}
}

func TestSharedLeadsClaimNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	want[added](t, s, 201, john, "POST /leads", "", `{"email":"jane@acme.com","name":"Jane"}`)
	want[added](t, s, 201, sarah, "POST /leads", "", `{"email":"jane@acme.com","name":"Jane"}`)
	if claims := s.owners(t); len(claims) != 0 {
		t.Errorf("claims %v", claims)
	}
}

// TestFiftyIBsCaptureOneAddress at once, by the form and by hand, while DynamoDB
// cancels every other transaction because they meet.
func TestFiftyIBsCaptureOneAddress(t *testing.T) {
	t.Parallel()
	const ibs = 50
	s := newExclusiveSite(t)
	s.aws.DB.SetFaults(dynamodb.Faults{TransactionConflicts: 0.5})
	serve := s.routes.Serve(slog.New(slog.DiscardHandler))
	var all sync.WaitGroup
	var won, lost atomic.Int64
	for i := range ibs {
		all.Go(func() {
			var err error
			if i%2 == 0 {
				_, _, err = s.of(t, nth(i)).Capture(t.Context(), lead.Submission{Email: "jane@acme.com", Name: "Jane"}, lead.FromForm)
			} else if got, failed := serve(t.Context(), request(nth(i), "POST /leads", "", `{"email":"jane@acme.com","name":"Jane"}`)); got.Status == http.StatusConflict {
				err = ownership.ErrTaken
			} else if got.Status != http.StatusCreated || failed != nil {
				t.Errorf("%d %s, %v", got.Status, got.Body, failed)
			}
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, ownership.ErrTaken):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	leads, claims := s.scan(t, s.aws.LeadsTable), s.owners(t)
	if won.Load() != 1 || lost.Load() != ibs-1 || len(leads) != 1 || len(claims) != 1 || len(claims[0]) != 1 {
		t.Fatalf("%d won and %d lost; %d leads, claims %v", won.Load(), lost.Load(), len(leads), claims)
	}
	if owner := textOf(leads[0], "userId"); claims[0][0] != owner {
		t.Errorf("%s has the lead, %s the claim", owner, claims[0][0])
	}
}

func textOf(item tenantdb.Item, name string) string {
	value, ok := item[name].(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return value.Value
}

// mustErase erases a lead of an IB's and returns its erasure.
func (s *site) mustErase(tb testing.TB, userID, leadID string) lead.Erasure {
	tb.Helper()
	leads := s.of(tb, userID)
	if err := leads.Erase(tb.Context(), leadID); err != nil {
		tb.Fatal(err)
	}
	return mustUnfinished(tb, leads, leadID)
}

func TestErasureFreesTheAddress(t *testing.T) {
	t.Parallel()
	const body = `{"email":"jane@acme.com","name":"Jane"}`
	type step func(t *testing.T, s *site, e lead.Erasure)
	free := func(t *testing.T, s *site, e lead.Erasure) {
		if err := s.of(t, john).FreeAddress(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	adds := func(status int, userID string) step {
		return func(t *testing.T, s *site, _ lead.Erasure) {
			want[added](t, s, status, userID, "POST /leads", "", body)
		}
	}
	for name, steps := range map[string][]step{
		"not before it is freed":          {adds(409, sarah), free, adds(201, sarah), adds(409, john)},
		"twice":                           {free, free, adds(201, sarah), free, adds(409, john)},
		"not when captured anew before":   {adds(201, john), free, adds(409, sarah)},
		"captured anew, then by another":  {free, adds(201, john), free, adds(409, sarah)},
		"not when another's has followed": {free, adds(201, sarah), free, free, adds(200, sarah)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newExclusiveSite(t)
			e := s.mustErase(t, john, want[added](t, s, 201, john, "POST /leads", "", body).LeadID)
			for _, step := range steps {
				step(t, s, e)
			}
		})
	}
}

func TestNothingIsFreedWhereNothingIsOwned(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := s.mustErase(t, john, s.add(t, john, "jane@acme.com", "Jane"))
	s.serve(lead.NewStore(tenantdb.Owned(broken{}, "leads", lead.SortKey), s.now))
	if err := s.of(t, john).FreeAddress(t.Context(), e); err != nil {
		t.Error(err)
	}
	s.serve(s.store.Under(ownership.Exclusive("registry")))
	if err := s.of(t, john).FreeAddress(t.Context(), e); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if got := s.do(t, john, "POST /leads", "", `{"email":"jane@acme.com","name":"J"}`); got.Status != 500 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if _, _, err := s.of(t, john).Capture(t.Context(), lead.Submission{Email: "jane@acme.com"}, lead.FromForm); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}
