package account

import (
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

func TestChangeFails(t *testing.T) {
	t.Parallel()
	name := "Johnny"
	settings := Settings{Name: &name}
	john := mustTenant(t, nth(1))

	gone := &stub{updateErr: &types.ConditionalCheckFailedException{}}
	if _, err := usersOf(gone).Change(t.Context(), john, settings); problem.Of(err).Kind != problem.NotFound {
		t.Errorf("no record: %v", err)
	}
	if _, err := usersOf(&stub{updateErr: errDown}).Change(t.Context(), john, settings); !errors.Is(err, errDown) {
		t.Errorf("table down: %v", err)
	}
	if _, err := usersOf(&stub{}).Change(t.Context(), tenant.ID{}, settings); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("no tenant: %v", err)
	}
}

// The tenant role lets an IB write these attributes and no others.
func TestChangeNamesNoOtherAttribute(t *testing.T) {
	t.Parallel()
	name, address, zone, origins := "J", "https://a.com", "UTC", []string{"https://a.com"}
	client := &stub{updateErr: errDown}
	all := Settings{&name, &address, &origins, &zone}
	if _, err := usersOf(client).Change(t.Context(), mustTenant(t, nth(1)), all); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	update := client.updates[0]
	for _, attribute := range update.ExpressionAttributeNames {
		if !slices.Contains([]string{"name", "thankYouUrl", "allowedOrigins", "timeZone"}, attribute) {
			t.Errorf("writes %s", attribute)
		}
	}
	if *update.ConditionExpression != "attribute_exists(userId)" || update.ReturnValues != "" {
		t.Errorf("condition %s, returns %q", *update.ConditionExpression, update.ReturnValues)
	}
}

func TestChangeOfNothingWritesNothing(t *testing.T) {
	t.Parallel()
	client := &stub{}
	if _, err := usersOf(client).Change(t.Context(), mustTenant(t, nth(1)), Settings{}); problem.Of(err).Kind != problem.NotFound {
		t.Errorf("got %v", err)
	}
	if len(client.updates) != 0 {
		t.Error("something was written")
	}
}
