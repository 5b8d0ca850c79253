package account

import (
	"errors"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/problem"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func usersOf(client tenantdb.API) Users { return NewUsers(tenantdb.Owned(client, "users", "")) }

func TestGet(t *testing.T) {
	t.Parallel()
	john := mustTenant(t, nth(1))
	prefix, err := tag.ParsePrefix("ib-x7k2m4p9-")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		item tenantdb.Item
		want IB
	}{
		"as it was made": {
			tenantdb.Item{
				"userId": str(nth(1)), "email": str("john@acme.com"), "name": str("John"), "systemeTagPrefix": str("ib-x7k2m4p9-"),
				"systemeWorkflowsConfigured": &types.AttributeValueMemberBOOL{}, "formKey": str("k"), "timeZone": str("UTC"),
			},
			IB{Tenant: john, Email: "john@acme.com", Name: "John", Prefix: prefix, FormKey: "k", TimeZone: "UTC"},
		},
		"with all settings": {
			tenantdb.Item{
				"systemeTagPrefix": str("ib-x7k2m4p9-"), "thankYouUrl": str("https://acme.com/thanks"), "timeZone": str("Europe/Berlin"),
				"systemeWorkflowsConfigured": &types.AttributeValueMemberBOOL{Value: true},
				"allowedOrigins":             &types.AttributeValueMemberL{Value: []types.AttributeValue{str("https://acme.com"), str("https://b.com")}},
			},
			IB{
				Tenant: john, Prefix: prefix, WorkflowsConfigured: true, ThankYouURL: "https://acme.com/thanks",
				AllowedOrigins: []string{"https://acme.com", "https://b.com"}, TimeZone: "Europe/Berlin",
			},
		},
		"without a time zone": {
			tenantdb.Item{"systemeTagPrefix": str("ib-x7k2m4p9-")},
			IB{Tenant: john, Prefix: prefix, TimeZone: "UTC"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := usersOf(&stub{item: tt.item}).Get(t.Context(), john)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

func TestGetRefuses(t *testing.T) {
	t.Parallel()
	john := mustTenant(t, nth(1))
	if _, err := usersOf(&stub{}).Get(t.Context(), john); problem.Of(err).Kind != problem.NotFound {
		t.Errorf("no record: %v", err)
	}
	if _, err := usersOf(&stub{}).Get(t.Context(), tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("no tenant: %v", err)
	}
	if _, err := usersOf(&stub{getErr: errDown}).Get(t.Context(), john); !errors.Is(err, errDown) {
		t.Errorf("table down: %v", err)
	}
	broken := tenantdb.Item{"systemeTagPrefix": str("ib-X-")}
	if _, err := usersOf(&stub{item: broken}).Get(t.Context(), john); !errors.Is(err, tag.ErrShape) {
		t.Errorf("a prefix that is none: %v", err)
	}
}

func TestParseName(t *testing.T) {
	t.Parallel()
	long := ""
	for range 100 {
		long += "ü"
	}
	for text, want := range map[string]string{
		"John": "John", "  Jöhn Müller-O'Hara ": "Jöhn Müller-O'Hara", "李小龍": "李小龍", long: long, "\u200fדוד\u200f 😀": "\u200fדוד\u200f 😀",
	} {
		if got, err := ParseName(text); got != want || err != nil {
			t.Errorf("ParseName(%q) = %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "   ", "\u200b", "a\nb", "John\n", "a\x00", "a\u0085b", "a\u202eb", "a\u2066b", long + "x"} {
		if got, err := ParseName(text); !errors.Is(err, ErrName) {
			t.Errorf("ParseName(%q) = %q, %v", text, got, err)
		}
	}
}
