package account

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// Settings are what an IB may change of its own record. A nil field is left as it
// is; what it points to is stored as given, so that its checks are the caller's.
type Settings struct {
	Name *string
	// ThankYouURL points to "" to return to our own page.
	ThankYouURL *string
	// AllowedOrigins points to an empty list to allow none.
	AllowedOrigins *[]string
	TimeZone       *string
}

// Change changes a tenant's record and returns it as it is now: a NotFound
// problem when the tenant has none. It asks for the attributes that it sets and
// no others, since the tenant role may touch no others.
func (u Users) Change(ctx context.Context, id tenant.ID, settings Settings) (IB, error) {
	if change, any := settings.change(); any {
		partition, err := u.table.Of(id)
		if err != nil {
			return IB{}, err
		}
		_, err = partition.Update(ctx, "", change)
		if _, gone := errors.AsType[*types.ConditionalCheckFailedException](err); gone {
			return IB{}, missing()
		}
		if err != nil {
			return IB{}, err
		}
	}
	return u.Get(ctx, id)
}

// change returns the update that stores the settings, and whether there is
// anything to store.
func (s Settings) change() (tenantdb.Change, bool) {
	change := tenantdb.Change{
		Condition: "attribute_exists(userId)",
		Names:     map[string]string{},
		Values:    tenantdb.Item{},
	}
	var sets []string
	set := func(name string, value types.AttributeValue) {
		change.Names["#"+name] = name
		change.Values[":"+name] = value
		sets = append(sets, "#"+name+" = :"+name)
	}
	for name, value := range map[string]*string{"name": s.Name, "thankYouUrl": s.ThankYouURL, "timeZone": s.TimeZone} {
		if value != nil {
			set(name, str(*value))
		}
	}
	if s.AllowedOrigins != nil {
		origins := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		for _, origin := range *s.AllowedOrigins {
			origins.Value = append(origins.Value, str(origin))
		}
		set("allowedOrigins", origins)
	}
	change.Expression = "SET " + strings.Join(sets, ", ")
	return change, len(sets) > 0
}
