package account

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

var john = Person{Subject: nth(1), Email: "john@acme.com", Name: "John"}

func TestCreateWritesTheRecordAndWhatMakesItUnique(t *testing.T) {
	t.Parallel()
	client := &stub{}
	registrar := NewRegistrar(client, "users", "registry")
	registrar.now = func() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 987_654_321, time.FixedZone("", 3600)) }
	id, err := registrar.Create(t.Context(), john)
	if err != nil || id.String() != john.Subject {
		t.Fatalf("got %v, %v", id, err)
	}

	items := client.transactions[0].TransactItems
	record, prefix, form := items[0].Put, items[1].Put, items[2].Put
	for name, want := range map[string]string{
		"userId": nth(1), "email": "john@acme.com", "name": "John", "timeZone": "UTC", "createdAt": "2026-05-04T02:02:01.987Z",
	} {
		if got := text(record.Item, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if key := text(record.Item, "formKey"); !regexp.MustCompile(`^[a-z0-9]{20}$`).MatchString(key) || text(form.Item, "key") != "FORM#"+key {
		t.Errorf("form key %q, registered as %q", key, text(form.Item, "key"))
	}
	if got := text(record.Item, "systemeTagPrefix"); text(prefix.Item, "key") != "PREFIX#"+got {
		t.Errorf("prefix %q, registered as %q", got, text(prefix.Item, "key"))
	}
	if text(prefix.Item, "userId") != nth(1) || text(form.Item, "userId") != nth(1) {
		t.Error("the registry does not name the IB")
	}
	if _, err := decode(id, record.Item); err != nil {
		t.Errorf("the record cannot be read: %v", err)
	}
}

func TestCreateTriesAgain(t *testing.T) {
	t.Parallel()
	const none, taken, conflict = "None", "ConditionalCheckFailed", "TransactionConflict"
	tests := map[string]struct {
		errs  []error
		tries int
		fails bool
	}{
		"at once":                        {nil, 1, false},
		"prefix taken":                   {[]error{cancelled(none, taken, none)}, 2, false},
		"form key taken":                 {[]error{cancelled(none, none, taken)}, 2, false},
		"both taken, then one":           {[]error{cancelled(none, taken, taken), cancelled(none, taken, none)}, 3, false},
		"a key just being written":       {[]error{cancelled(none, conflict, none)}, 2, false},
		"the record just being written":  {[]error{cancelled(conflict, none, none)}, 2, false},
		"the record there already":       {[]error{cancelled(taken, none, none)}, 1, false},
		"there already, and keys taken":  {[]error{cancelled(taken, taken, taken)}, 1, false},
		"table down":                     {[]error{errDown}, 1, true},
		"throttled":                      {[]error{cancelled("ThrottlingError", none, none)}, 1, true},
		"taken and throttled":            {[]error{cancelled(none, taken, "ThrottlingError")}, 1, true},
		"cancelled for no reason":        {[]error{cancelled(none, none, none)}, 1, true},
		"taken for as long as one tries": {slices.Repeat([]error{cancelled(none, taken, none)}, 100), maxAttempts, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := &stub{transactErr: tt.errs}
			id, err := NewRegistrar(client, "users", "registry").Create(t.Context(), john)
			if (err != nil) != tt.fails || (id == tenant.ID{}) != tt.fails {
				t.Errorf("got %v, %v", id, err)
			}
			if len(client.transactions) != tt.tries {
				t.Errorf("%d tries, want %d", len(client.transactions), tt.tries)
			}
			prefixes := map[string]bool{}
			for _, try := range client.transactions {
				prefixes[text(try.TransactItems[1].Put.Item, "key")] = true
			}
			if len(prefixes) != tt.tries {
				t.Error("a prefix that was taken was tried again")
			}
		})
	}
}

func TestCreateRefusesWhatIsNoSub(t *testing.T) {
	t.Parallel()
	client := &stub{}
	registrar := NewRegistrar(client, "users", "registry")
	for _, subject := range []string{"", "john", "PREFIX#ib-x7k2m4p9-", nth(1) + "\n"} {
		if _, err := registrar.Create(t.Context(), Person{Subject: subject}); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("Create(%q): %v", subject, err)
		}
		if _, err := registrar.Ensure(t.Context(), Person{Subject: subject}); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("Ensure(%q): %v", subject, err)
		}
	}
	if len(client.transactions) != 0 {
		t.Error("something was written")
	}
}

func TestCreateWithoutRandomness(t *testing.T) {
	t.Parallel()
	dry := errors.New("no randomness")
	noPrefix := NewRegistrar(&stub{}, "users", "registry")
	noPrefix.newPrefix = func() (tag.Prefix, error) { return tag.Prefix{}, dry }
	noKey := NewRegistrar(&stub{}, "users", "registry")
	noKey.newFormKey = func() (string, error) { return "", dry }
	for _, registrar := range []*Registrar{noPrefix, noKey} {
		if _, err := registrar.Create(t.Context(), john); !errors.Is(err, dry) {
			t.Errorf("got %v", err)
		}
	}
}

func TestEnsure(t *testing.T) {
	t.Parallel()
	const asked = "2026-05-04T03:02:01.000Z"
	bare := tenantdb.Item{"systemeTagPrefix": str("ib-x7k2m4p9-")}
	record := tenantdb.Item{"systemeTagPrefix": str("ib-x7k2m4p9-"), "listedAs": str("ib")}
	complete := tenantdb.Item{"systemeTagPrefix": str("ib-x7k2m4p9-"), "listedAs": str("ib"), "systemeTagsRequestedAt": str(asked)}
	tests := map[string]struct {
		client *stub
		tries  int
		asks   int
		err    error
	}{
		"complete":               {&stub{item: complete}, 0, 0, nil},
		"as it was made":         {&stub{item: bare}, 0, 2, nil},
		"cannot be listed":       {&stub{item: bare, updateErr: errDown}, 0, 1, errDown},
		"no tags asked for":      {&stub{item: record}, 0, 1, nil},
		"asked for meanwhile":    {&stub{item: record, updateErr: &types.ConditionalCheckFailedException{}}, 0, 1, nil},
		"cannot be asked for":    {&stub{item: record, updateErr: errDown}, 0, 1, errDown},
		"missing":                {&stub{}, 1, 2, nil},
		"cannot be read":         {&stub{getErr: errDown}, 0, 0, errDown},
		"missing, table is down": {&stub{transactErr: []error{errDown}}, 1, 0, errDown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := NewRegistrar(tt.client, "users", "registry").Ensure(t.Context(), john)
			if !errors.Is(err, tt.err) || err == nil && id.String() != john.Subject {
				t.Errorf("got %v, %v", id, err)
			}
			if len(tt.client.transactions) != tt.tries || len(tt.client.updates) != tt.asks {
				t.Errorf("%d transactions and %d updates, want %d and %d", len(tt.client.transactions), len(tt.client.updates), tt.tries, tt.asks)
			}
		})
	}
}
