// Package tenantrole gives a function the credentials of one tenant.
//
// A function that serves IBs may read no table itself. For each request it acts
// under the tenant role, assumed with the session tag userId, whose policy
// reaches exactly the items under that key: a defect in the code then meets an
// AccessDenied instead of another tenant's leads. Credentials are kept per
// tenant for as long as they are good, never shared, and no more than a bounded
// number of them.
package tenantrole

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"clientflow/internal/tenant"
)

const (
	// sessionLength is the most that AWS allows a role assumed by a role.
	sessionLength = time.Hour
	// refreshBefore is how long before their end credentials are renewed, so
	// that none expires within a request.
	refreshBefore = 5 * time.Minute
	// maxTenants bounds the credentials that one environment keeps.
	maxTenants = 256
)

// Assumer gives out the tenant role's credentials.
type Assumer struct {
	client  stscreds.AssumeRoleAPIClient
	roleARN string

	mu    sync.Mutex
	known map[tenant.ID]*entry
	uses  uint64
}

type entry struct {
	credentials *aws.CredentialsCache
	lastUse     uint64
}

// New returns an Assumer of the role with that ARN.
func New(client stscreds.AssumeRoleAPIClient, roleARN string) *Assumer {
	return &Assumer{client: client, roleARN: roleARN, known: map[tenant.ID]*entry{}}
}

// Credentials returns the provider of one tenant's credentials. For the zero ID
// it returns tenant.ErrNoTenant.
func (a *Assumer) Credentials(id tenant.ID) (aws.CredentialsProvider, error) {
	if err := id.Require(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uses++
	found, ok := a.known[id]
	if !ok {
		a.makeRoom()
		found = &entry{credentials: a.assume(id)}
		a.known[id] = found
	}
	found.lastUse = a.uses
	return found.credentials, nil
}

func (a *Assumer) assume(id tenant.ID) *aws.CredentialsCache {
	provider := stscreds.NewAssumeRoleProvider(a.client, a.roleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = id.String()
		o.Duration = sessionLength
		o.Tags = []ststypes.Tag{{Key: aws.String("userId"), Value: aws.String(id.String())}}
	})
	return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = refreshBefore })
}

// makeRoom forgets the tenant that was served the longest ago when there is no
// room for one more.
func (a *Assumer) makeRoom() {
	if len(a.known) < maxTenants {
		return
	}
	var oldest tenant.ID
	oldestUse := a.uses
	for id, e := range a.known {
		if e.lastUse < oldestUse {
			oldest, oldestUse = id, e.lastUse
		}
	}
	delete(a.known, oldest)
}
