package account_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/account"
	"clientflow/internal/problem"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// operator is a registrar with an operator's own credentials, which may do all.
func (l *local) operator() *account.Registrar {
	return account.NewRegistrar(l.Client, l.UsersTable, l.RegistryTable)
}

// put stores an item as an older version might have.
func (l *local) put(t *testing.T, table string, attributes map[string]string) {
	t.Helper()
	item := tenantdb.Item{}
	for name, value := range attributes {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	if _, err := l.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

// all is every attribute that a record may lack.
const all = "createdAt,email,formKey,name,systemeTagPrefix,systemeWorkflowsConfigured,timeZone"

func TestARecordOfAnOlderVersionIsCompleted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		record, registry map[string]string
		lacks            string
	}{
		"nothing but its key":   {nil, nil, all},
		"empty texts":           {map[string]string{"systemeTagPrefix": "", "email": "", "formKey": ""}, nil, all},
		"a prefix, never taken": {map[string]string{"systemeTagPrefix": "ib-aaaaaaaa-"}, nil, strings.Replace("PREFIX#,"+all, "systemeTagPrefix,", "", 1)},
		"a prefix of its own": {map[string]string{"systemeTagPrefix": "ib-bbbbbbbb-"}, map[string]string{"key": "PREFIX#ib-bbbbbbbb-"},
			strings.Replace(all, "systemeTagPrefix,", "", 1)},
		"a form, never taken": {map[string]string{"formKey": "k"}, nil, strings.Replace("FORM#,"+all, "formKey,", "", 1)},
		"a name and a time":   {map[string]string{"name": "Acme", "createdAt": "2020-01-01T00:00:00.000Z"}, nil, "email,formKey,systemeTagPrefix,systemeWorkflowsConfigured,timeZone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t)
			registrar, john := l.operator(), person(1)
			john.Since = time.Date(2024, 5, 4, 3, 2, 1, 0, time.UTC)
			record := map[string]string{"userId": john.Subject, "thankYouUrl": "https://acme.com"}
			for name, value := range test.record {
				record[name] = value
			}
			l.put(t, l.UsersTable, record)
			if test.registry != nil {
				test.registry["userId"] = john.Subject
				l.put(t, l.RegistryTable, test.registry)
			}
			for _, look := range []func() ([]string, error){
				func() ([]string, error) { return registrar.Lacks(t.Context(), john) },
				func() ([]string, error) { return registrar.Complete(t.Context(), john) },
			} {
				if got, err := look(); err != nil || strings.Join(got, ",") != test.lacks {
					t.Errorf("lacked %s, %v, want %s", strings.Join(got, ","), err, test.lacks)
				}
			}
			l.wantIBs(t, 1)
			complete := l.items(t, l.UsersTable)[0]
			for attribute, want := range map[string]string{
				"email": john.Email, "name": "IB 1", "createdAt": "2024-05-04T03:02:01.000Z", "thankYouUrl": "https://acme.com", "timeZone": "UTC",
			} {
				if kept := test.record[attribute]; kept != "" {
					want = kept
				}
				if got := str(complete, attribute); got != want {
					t.Errorf("%s is %q, want %q", attribute, got, want)
				}
			}
			if again, err := registrar.Complete(t.Context(), john); err != nil || again != nil {
				t.Errorf("the second time it lacked %v, %v", again, err)
			}
		})
	}
}

func TestARecordOfTodayLacksNothing(t *testing.T) {
	t.Parallel()
	l := start(t)
	registrar, nameless := l.operator(), person(1)
	nameless.Name = "" // an attribute that has nothing to say is not lacking
	if _, err := registrar.Create(t.Context(), nameless); err != nil {
		t.Fatal(err)
	}
	if got, err := registrar.Lacks(t.Context(), nameless); err != nil || got != nil {
		t.Errorf("it lacks %v, %v", got, err)
	}
	_, err := registrar.Complete(t.Context(), person(2))
	if problem.Of(err).Kind != problem.NotFound {
		t.Errorf("nobody's record: %v", err)
	}
}

func TestWhatIsAnothersIsNotTaken(t *testing.T) {
	t.Parallel()
	for attribute, key := range map[string]string{"systemeTagPrefix": "PREFIX#ib-cccccccc-", "formKey": "FORM#ib-cccccccc-"} {
		l := start(t)
		l.put(t, l.RegistryTable, map[string]string{"key": key, "userId": person(2).Subject})
		l.put(t, l.UsersTable, map[string]string{"userId": person(1).Subject, attribute: "ib-cccccccc-"})
		if lacks, err := l.operator().Complete(t.Context(), person(1)); !errors.Is(err, account.ErrTaken) {
			t.Errorf("%s: %v, %v", attribute, lacks, err)
		}
		if got := l.registered(t); len(got) != 1 || got[key] != person(2).Subject {
			t.Errorf("%s: the registry has %v", attribute, got)
		}
	}
}

// Old records are completed by several at once, while others sign up, and all draw
// what is another's already.
func TestCompletionWhileOthersSignUp(t *testing.T) {
	t.Parallel()
	const old, fresh, atOnce = 60, 60, 4
	l := start(t)
	for n := range old {
		l.put(t, l.UsersTable, map[string]string{"userId": person(n).Subject})
	}
	registrar := forced(l.operator())
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			for n := range old {
				if _, err := registrar.Complete(t.Context(), person(n)); err != nil {
					t.Errorf("complete IB %d: %v", n, err)
				}
			}
		})
	}
	running.Go(func() {
		for n := range fresh {
			if _, err := registrar.Create(t.Context(), person(old+n)); err != nil {
				t.Errorf("create IB %d: %v", n, err)
			}
		}
	})
	running.Wait()
	l.wantIBs(t, old+fresh)
}

// An IB that nobody has completed yet signs in, and what needs its prefix waits.
func TestAnOldRecordCanBeUsed(t *testing.T) {
	t.Parallel()
	l := start(t)
	john := person(1)
	l.put(t, l.UsersTable, map[string]string{"userId": john.Subject, "createdAt": "2020-01-01T00:00:00.000Z"})
	id, err := l.registrar(http.DefaultClient).Ensure(t.Context(), john)
	if err != nil {
		t.Fatal(err)
	}
	ib, err := account.NewUsers(tenantdb.Owned(l.Client, l.UsersTable, "")).Get(t.Context(), id)
	if err != nil || ib.Prefix != (tag.Prefix{}) || ib.TimeZone != account.DefaultTimeZone || !ib.Listed || ib.TagsRequested != "" {
		t.Errorf("got %+v, %v", ib, err)
	}
	if answer := l.dashboard().call(t, "GET /me", "", claimsOf(john.Subject)); answer.Status != 200 {
		t.Errorf("GET /me answers %d", answer.Status)
	}
	if _, err := l.operator().Complete(t.Context(), john); err != nil {
		t.Fatal(err)
	}
	if _, err := l.registrar(http.DefaultClient).Ensure(t.Context(), john); err != nil {
		t.Fatal(err)
	}
	if ib, err := account.NewUsers(tenantdb.Owned(l.Client, l.UsersTable, "")).Get(t.Context(), id); err != nil || ib.TagsRequested == "" {
		t.Errorf("its tags are not asked for: %+v, %v", ib, err)
	}
}

func TestARecordThatCannotBeReadIsNotCompleted(t *testing.T) {
	t.Parallel()
	l := start(t)
	l.put(t, l.UsersTable, map[string]string{"userId": person(1).Subject, "systemeTagPrefix": "john"})
	_, err := l.operator().Complete(t.Context(), person(1))
	if !errors.Is(err, tag.ErrShape) {
		t.Errorf("got %v", err)
	}
	if _, err := l.operator().Complete(t.Context(), account.Person{Subject: "x"}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("nobody: %v", err)
	}
	if got := l.registered(t); len(got) != 0 {
		t.Errorf("registered %v", got)
	}
}
