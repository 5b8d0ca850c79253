package lead_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"clientflow/infra/local/dynamodb"
	"clientflow/infra/local/localtest"
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

// cut breaks connections before the work is done, or after it, as it is told.
type cut struct {
	next http.RoundTripper
	mu   sync.Mutex
	plan []string
}

func (c *cut) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	when := ""
	if len(c.plan) > 0 {
		when, c.plan = c.plan[0], c.plan[1:]
	}
	c.mu.Unlock()
	if when == "before" {
		return nil, errors.New("connection broken")
	}
	response, err := c.next.RoundTrip(r)
	if when == "after" && err == nil {
		return nil, errors.Join(errors.New("connection broken"), response.Body.Close())
	}
	return response, err
}

// TestOneOwnerWhateverHappens lets three IBs capture, erase and free two addresses,
// side by side and over connections that break before and after the work. At any
// time, an address has no more than one owner, and who has a lead owns it.
func TestOneOwnerWhateverHappens(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	checks := 0
	rapid.Check(t, func(rt *rapid.T) {
		checks++
		s := tables(t, aws, checks)
		broken := &cut{next: http.DefaultTransport}
		client := sdk.New(s.aws.Client.Options(), func(o *sdk.Options) {
			o.HTTPClient = &http.Client{Transport: broken}
			o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
		})
		s.serve(lead.NewStore(tenantdb.Owned(client, s.aws.LeadsTable, lead.SortKey), s.now).Under(ownership.Exclusive(s.aws.RegistryTable)))
		s.aws.DB.SetFaults(dynamodb.Faults{TransactionConflicts: rapid.SampledFrom([]float64{0, 0.3}).Draw(rt, "conflicts")})
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			broken.plan = rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "before", "after"}), 0, 6).Draw(rt, "cuts")
			var side sync.WaitGroup
			for range rapid.IntRange(1, 3).Draw(rt, "at once") {
				owner := nth(rapid.IntRange(1, 3).Draw(rt, "owner"))
				address := rapid.SampledFrom([]string{"jane@acme.com", "joe@acme.com"}).Draw(rt, "address")
				act := rapid.SampledFrom([]action{capture, capture, erase, free}).Draw(rt, "action")
				side.Go(func() { act(t.Context(), s, s.of(t, owner), lead.ID(mustTenant(t, owner), address), address) })
			}
			side.Wait()
			if wrong := s.misowned(t); wrong != "" {
				rt.Fatal(wrong)
			}
		}
	})
}

// tables returns a site with tables of its own in a DynamoDB that others use too.
func tables(t *testing.T, shared *localtest.AWS, n int) *site {
	t.Helper()
	aws := *shared
	aws.LeadsTable, aws.RegistryTable = fmt.Sprint("leads-", n), fmt.Sprint("registry-", n)
	for table, keys := range map[string][]string{aws.LeadsTable: {"userId", lead.SortKey}, aws.RegistryTable: {"key"}} {
		in := &sdk.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest}
		for i, key := range keys {
			in.AttributeDefinitions = append(in.AttributeDefinitions,
				types.AttributeDefinition{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS})
			in.KeySchema = append(in.KeySchema, types.KeySchemaElement{
				AttributeName: &key, KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i],
			})
		}
		if _, err := aws.Client.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	return &site{aws: &aws}
}

// action is something that may fail half-way, and says nothing of it.
type action func(ctx context.Context, s *site, leads lead.Leads, leadID, address string)

func capture(ctx context.Context, _ *site, leads lead.Leads, _, address string) {
	_, _, _ = leads.Capture(ctx, lead.Submission{Email: address, Name: "V"}, lead.FromForm)
}

func erase(ctx context.Context, _ *site, leads lead.Leads, leadID, _ string) {
	_ = leads.Erase(ctx, leadID)
}

func free(ctx context.Context, _ *site, leads lead.Leads, leadID, _ string) {
	if e, ok, err := leads.Unfinished(ctx, leadID); ok && err == nil {
		_ = leads.FreeAddress(ctx, e)
	}
}

// misowned says what is wrong with who owns what; "" when nothing is.
func (s *site) misowned(tb testing.TB) string {
	tb.Helper()
	held := map[string]int{} // leads of an owner
	for _, item := range s.scan(tb, s.aws.LeadsTable) {
		if strings.HasPrefix(textOf(item, "sk"), "LEAD#") {
			held[textOf(item, "userId")]++
		}
	}
	claimed := map[string]int{}
	for _, owners := range s.owners(tb) {
		if len(owners) != 1 {
			return fmt.Sprintf("an address has the owners %v", owners)
		}
		claimed[owners[0]]++
	}
	for owner, leads := range held {
		if claimed[owner] < leads {
			return fmt.Sprintf("%s has %d leads and %d claims", owner, leads, claimed[owner])
		}
	}
	return ""
}

func TestTheRuleOfAStoreIsItsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	exclusive := s.store.Under(ownership.Exclusive(s.aws.RegistryTable))
	for i, store := range []lead.Store{exclusive, s.store} {
		leads, err := store.Of(mustTenant(t, nth(i)))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := leads.Capture(t.Context(), lead.Submission{Email: "jane@acme.com", Name: "J"}, lead.FromForm); err != nil {
			t.Error(err)
		}
	}
	if claims := s.owners(t); len(claims) != 1 || !slices.Equal(claims[0], []string{nth(0)}) {
		t.Errorf("claims %v", claims)
	}
}
