package tenantrole_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantrole"
)

const (
	roleARN = "arn:aws:iam::000000000000:role/TenantRole"
	// maxTenants is how many tenants' credentials an Assumer keeps.
	maxTenants = 256
)

// roles stands for STS: the access key that it issues is the tenant's own id, and
// a number that grows with each call.
type roles struct {
	mu    sync.Mutex
	err   error
	calls map[string]int
	last  *sts.AssumeRoleInput
}

func (r *roles) AssumeRole(_ context.Context, in *sts.AssumeRoleInput, _ ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.calls == nil {
		r.calls = map[string]int{}
	}
	userID := *in.Tags[0].Value
	r.calls[userID]++
	r.last = in
	if r.err != nil {
		return nil, r.err
	}
	return &sts.AssumeRoleOutput{Credentials: &types.Credentials{
		AccessKeyId:     aws.String(userID),
		SecretAccessKey: aws.String("secret of " + userID),
		SessionToken:    aws.String(fmt.Sprintf("token %d of %s", r.calls[userID], userID)),
		Expiration:      aws.Time(time.Now().Add(time.Duration(*in.DurationSeconds) * time.Second)),
	}}, nil
}

func (r *roles) count(id tenant.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[id.String()]
}

// nth returns the nth of as many tenants as one likes.
func nth(tb testing.TB, n int) tenant.ID {
	tb.Helper()
	id, err := tenant.Stored(fmt.Sprintf("%08x-0000-4000-8000-000000000000", n))
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func mustRetrieve(tb testing.TB, a *tenantrole.Assumer, id tenant.ID) aws.Credentials {
	tb.Helper()
	provider, err := a.Credentials(id)
	if err != nil {
		tb.Fatal(err)
	}
	credentials, err := provider.Retrieve(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return credentials
}

func TestAssumesTheRoleForOneTenant(t *testing.T) {
	t.Parallel()
	client, john := &roles{}, nth(t, 1)
	credentials := mustRetrieve(t, tenantrole.New(client, roleARN), john)

	if credentials.AccessKeyID != john.String() || credentials.SessionToken == "" || !credentials.CanExpire {
		t.Errorf("credentials %+v", credentials)
	}
	in := client.last
	if *in.RoleArn != roleARN || *in.RoleSessionName != john.String() || *in.DurationSeconds != 3600 {
		t.Errorf("role %s, session %s, %d seconds", *in.RoleArn, *in.RoleSessionName, *in.DurationSeconds)
	}
	if len(in.Tags) != 1 || *in.Tags[0].Key != "userId" || *in.Tags[0].Value != john.String() {
		t.Errorf("session tags %v", in.Tags)
	}
}

func TestNoTenantGetsNoCredentials(t *testing.T) {
	t.Parallel()
	client := &roles{}
	provider, err := tenantrole.New(client, roleARN).Credentials(tenant.ID{})
	if !errors.Is(err, tenant.ErrNoTenant) || provider != nil || len(client.calls) != 0 {
		t.Errorf("got %v, %v after %d calls", provider, err, len(client.calls))
	}
}

// Requests of several tenants that one environment serves side by side each act
// with their own tenant's credentials, assumed once.
func TestTenantsNeverShareCredentials(t *testing.T) {
	t.Parallel()
	const tenants, requests = 20, 50
	client := &roles{}
	assumer := tenantrole.New(client, roleARN)
	var all sync.WaitGroup
	for i := range tenants * requests {
		id := nth(t, i%tenants)
		all.Go(func() {
			if got := mustRetrieve(t, assumer, id); got.AccessKeyID != id.String() {
				t.Errorf("%s acts with the credentials of %s", id, got.AccessKeyID)
			}
		})
	}
	all.Wait()
	for i := range tenants {
		if calls := client.count(nth(t, i)); calls != 1 {
			t.Errorf("tenant %d: role assumed %d times", i, calls)
		}
	}
}

func TestCredentialsAreRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, john := &roles{}, nth(t, 1)
		assumer := tenantrole.New(client, roleARN)
		first := mustRetrieve(t, assumer, john)

		time.Sleep(55*time.Minute - time.Second)
		if got := mustRetrieve(t, assumer, john); got.SessionToken != first.SessionToken {
			t.Error("renewed with more than five minutes left")
		}
		time.Sleep(time.Second)
		renewed := mustRetrieve(t, assumer, john)
		if renewed.SessionToken == first.SessionToken || client.count(john) != 2 {
			t.Errorf("with five minutes left: %q after %d calls", renewed.SessionToken, client.count(john))
		}
	})
}

func TestTheTenantServedLongestAgoMakesRoom(t *testing.T) {
	t.Parallel()
	client := &roles{}
	assumer := tenantrole.New(client, roleARN)
	for i := range maxTenants {
		mustRetrieve(t, assumer, nth(t, i))
	}
	mustRetrieve(t, assumer, nth(t, 0)) // now 1 is the one served longest ago
	mustRetrieve(t, assumer, nth(t, maxTenants))

	for i := range maxTenants + 1 {
		if i != 1 {
			mustRetrieve(t, assumer, nth(t, i))
		}
		if calls := client.count(nth(t, i)); calls != 1 {
			t.Errorf("tenant %d: role assumed %d times", i, calls)
		}
	}
	if mustRetrieve(t, assumer, nth(t, 1)); client.count(nth(t, 1)) != 2 {
		t.Error("more tenants are kept than there is room for")
	}
}

// A tenant that makes room while another request of its own is under way does not
// lose the credentials which that request holds.
func TestCredentialsOutliveTheirPlace(t *testing.T) {
	t.Parallel()
	client := &roles{}
	assumer := tenantrole.New(client, roleARN)
	held, err := assumer.Credentials(nth(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxTenants {
		mustRetrieve(t, assumer, nth(t, i+1))
	}
	if got, err := held.Retrieve(t.Context()); err != nil || got.AccessKeyID != nth(t, 0).String() {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestARefusalIsNotRemembered(t *testing.T) {
	t.Parallel()
	client, john := &roles{err: errors.New("AccessDenied")}, nth(t, 1)
	assumer := tenantrole.New(client, roleARN)
	provider, err := assumer.Credentials(john)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Retrieve(t.Context()); !errors.Is(err, client.err) {
		t.Errorf("got %v", err)
	}
	client.err = nil
	if got := mustRetrieve(t, assumer, john); got.AccessKeyID != john.String() {
		t.Errorf("after the refusal: %+v", got)
	}
}
