package account_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// me is the document of /me, with pointers where null differs from nothing.
type me struct {
	UserID, Email, Name, Role, SystemeTagPrefix, FormKey, FormURL, TimeZone string
	SystemeWorkflowsConfigured                                              bool
	ThankYouURL                                                             *string
	AllowedOrigins                                                          []string
}

// mustCreate makes the record of the nth IB and returns its id.
func (l *local) mustCreate(t *testing.T, n int) tenant.ID {
	t.Helper()
	id, err := l.registrar(http.DefaultClient).Create(t.Context(), person(n))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestMe(t *testing.T) {
	t.Parallel()
	l := start(t)
	john := l.mustCreate(t, 1).String()
	dashboard := l.dashboard()
	answer := wantStatus(t, "me", dashboard.call(t, "GET /me", "", claimsOf(john)), 200)

	var document map[string]any
	if err := json.Unmarshal([]byte(answer.Body), &document); err != nil {
		t.Fatal(err)
	}
	record := l.items(t, l.UsersTable)[0]
	want := map[string]any{
		"userId": john, "email": "ib1@acme.com", "name": "IB 1", "role": "USER",
		"systemeTagPrefix": str(record, "systemeTagPrefix"), "systemeWorkflowsConfigured": false,
		"formKey": str(record, "formKey"), "formUrl": "https://api.example.com/forms/" + str(record, "formKey"),
		"thankYouUrl": nil, "allowedOrigins": []any{}, "timeZone": "UTC",
	}
	if !reflect.DeepEqual(document, want) {
		t.Errorf("got %v\nwant %v", document, want)
	}
	for groups, role := range map[string]string{"admins": "ADMIN", "admin": "USER", "x admins": "ADMIN"} {
		if got := decode[me](t, dashboard.call(t, "GET /me", "", claimsOf(john, groups))); got.Role != role {
			t.Errorf("in the groups %s: %s", groups, got.Role)
		}
	}
}

func TestChangeMe(t *testing.T) {
	t.Parallel()
	l := start(t)
	john := claimsOf(l.mustCreate(t, 1).String())
	dashboard := l.dashboard()
	before := decode[me](t, dashboard.call(t, "GET /me", "", john))
	patch := func(body string) me {
		t.Helper()
		changed := decode[me](t, wantStatus(t, body, dashboard.call(t, "PATCH /me", body, john), 200))
		if read := decode[me](t, dashboard.call(t, "GET /me", "", john)); !reflect.DeepEqual(read, changed) {
			t.Errorf("%s: answered %+v, stored %+v", body, changed, read)
		}
		return changed
	}

	if got := patch(`{}`); !reflect.DeepEqual(got, before) {
		t.Errorf("nothing changed %+v", got)
	}
	notTheirs := `{"userId":"` + person(2).Subject + `","email":"x@y.zz","role":"ADMIN","systemeTagPrefix":"ib-00000000-",
		"systemeWorkflowsConfigured":true,"formKey":"aaaaaaaaaaaaaaaaaaaa","createdAt":"2000-01-01T00:00:00.000Z"}`
	if got := patch(notTheirs); !reflect.DeepEqual(got, before) {
		t.Errorf("what is not theirs changed %+v", got)
	}
	all := patch(`{"name":" Johnny ","thankYouUrl":"https://acme.com/thanks","allowedOrigins":["https://ACME.com:443","https://b.com"],"timeZone":"Europe/Berlin"}`)
	want := before
	want.Name, want.ThankYouURL, want.TimeZone = "Johnny", new("https://acme.com/thanks"), "Europe/Berlin"
	want.AllowedOrigins = []string{"https://acme.com", "https://b.com"}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("got %+v\nwant %+v", all, want)
	}
	want.Name = "John"
	if got := patch(`{"name":"John"}`); !reflect.DeepEqual(got, want) {
		t.Errorf("the name alone: %+v", got)
	}
	cleared := patch(`{"thankYouUrl":null,"allowedOrigins":[],"timeZone":""}`)
	want.ThankYouURL, want.AllowedOrigins, want.TimeZone = nil, []string{}, "UTC"
	if !reflect.DeepEqual(cleared, want) {
		t.Errorf("cleared: %+v", cleared)
	}
	l.wantIBs(t, 1)
}

func TestBadChangesOfMeStoreNothing(t *testing.T) {
	t.Parallel()
	l := start(t)
	john := claimsOf(l.mustCreate(t, 1).String())
	dashboard := l.dashboard()
	before := l.items(t, l.UsersTable)
	answer := dashboard.call(t, "PATCH /me", `{"name":"Good","timeZone":"Nowhere"}`, john)
	if answer.Status != 422 || !strings.Contains(answer.Body, `"field":"timeZone"`) || strings.Contains(answer.Body, "Nowhere") {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
	if after := l.items(t, l.UsersTable); !reflect.DeepEqual(after, before) {
		t.Errorf("stored %v", after)
	}
}

func TestMeOfNobody(t *testing.T) {
	t.Parallel()
	l := start(t)
	dashboard := l.dashboard()
	for _, call := range []struct{ route, body string }{{"GET /me", ""}, {"PATCH /me", `{}`}, {"PATCH /me", `{"name":"X"}`}} {
		wantStatus(t, call.route+" without a record", dashboard.call(t, call.route, call.body, claimsOf(person(1).Subject)), 404)
		wantStatus(t, call.route+" without claims", dashboard.call(t, call.route, call.body, nil), 401)
		idToken := claimsOf(person(1).Subject)
		idToken["token_use"] = "id"
		wantStatus(t, call.route+" with an ID token", dashboard.call(t, call.route, call.body, idToken), 401)
	}
	l.wantIBs(t, 0) // a change makes no record
}

// Requests of several IBs that one environment serves side by side each read and
// change their own record.
func TestIBsSideBySide(t *testing.T) {
	t.Parallel()
	const ibs, rounds = 5, 10
	l := start(t)
	dashboard := l.dashboard()
	var all sync.WaitGroup
	for n := range ibs {
		id := l.mustCreate(t, n).String()
		all.Go(func() {
			for range rounds {
				name := "Changed " + id
				answers := []httpapi.Response{
					dashboard.call(t, "PATCH /me", `{"name":"`+name+`"}`, claimsOf(id)),
					dashboard.call(t, "GET /me", "", claimsOf(id)),
				}
				for _, answer := range answers {
					if answer.Status != 200 || !strings.Contains(answer.Body, `"userId":"`+id+`"`) || !strings.Contains(answer.Body, name) {
						t.Errorf("%s got %d %s", id, answer.Status, answer.Body)
					}
				}
			}
		})
	}
	all.Wait()
	l.wantIBs(t, ibs)
}

// What an IB may change of its record is the role's to say as well: a defect that
// named another attribute would be refused.
func TestTheRoleRefusesOtherAttributes(t *testing.T) {
	t.Parallel()
	l := start(t)
	users := l.lentUsers()
	partition, err := users.Of(l.mustCreate(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	before := l.items(t, l.UsersTable)
	_, err = partition.Update(t.Context(), "", tenantdb.Change{
		Expression: "SET systemeTagPrefix = :prefix",
		Values:     tenantdb.Item{":prefix": &types.AttributeValueMemberS{Value: "ib-00000000-"}},
	})
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("got %v", err)
	}
	if after := l.items(t, l.UsersTable); !reflect.DeepEqual(after, before) {
		t.Errorf("stored %v", after)
	}
}
