package lead_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
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
