package systeme_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// jane is a lead's data as ClientFlow sends it.
func jane() systeme.NewContact {
	return systeme.NewContact{Email: "jane@acme.test", Locale: "en", Fields: []systeme.Field{
		{Slug: systeme.FirstName, Value: "Jane"}, {Slug: systeme.Surname}, {Slug: systeme.PhoneNumber, Value: "+15551234567"},
	}}
}

func TestCreateContact(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	created, err := client.CreateContact(t.Context(), jane())
	if err != nil {
		t.Fatal(err)
	}
	stored, found := account.Contact("jane@acme.test")
	if !found || created.ID != stored.ID || created.Email != "jane@acme.test" {
		t.Errorf("created %+v, stored %+v", created, stored)
	}
	want := []systeme.Field{{Slug: "first_name", Value: "Jane"}, {Slug: "phone_number", Value: "+15551234567"}}
	if !slices.Equal(created.Fields, want) {
		t.Errorf("fields %v, want %v: an empty value is left out", created.Fields, want)
	}
	if len(account.Requests()) != 1 {
		t.Errorf("calls %v", account.Requests())
	}
}

func TestCreateContactThatExists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		quirks  simulator.Quirks
		calls   int
		returns bool
	}{
		{"422 in English", simulator.Quirks{}, 1, false},
		{"409", simulator.Quirks{DuplicateStatus: 409}, 1, false},
		{"422 in another language", simulator.Quirks{DuplicateMessage: "Cette valeur est déjà utilisée."}, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, account := newAccount(t, simulator.Options{Quirks: test.quirks})
			first, err := client.CreateContact(t.Context(), jane())
			if err != nil {
				t.Fatal(err)
			}
			again := jane()
			again.Email = "JANE@acme.test"
			second, err := client.CreateContact(t.Context(), again)
			if !errors.Is(err, systeme.Duplicate) {
				t.Fatalf("error %v", err)
			}
			if (second.ID == first.ID) != test.returns || (second.ID == 0) == test.returns {
				t.Errorf("returned %+v", second)
			}
			if got := calls(account, 1); len(got) != test.calls {
				t.Errorf("calls %q", got)
			}
		})
	}
}

func TestCreateContactRefused(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	for _, test := range []struct {
		name   string
		change func(*systeme.NewContact)
		kind   systeme.Kind
		fields []string
	}{
		{"no address", func(c *systeme.NewContact) { c.Email = "jane" }, systeme.Invalid, []string{"email"}},
		{"domain without mail", func(c *systeme.NewContact) { c.Email = "jane@nomx.test" }, systeme.Invalid, []string{"email"}},
		{"value too long", func(c *systeme.NewContact) { c.Fields[2].Value = strings.Repeat("5", 256) }, systeme.Invalid, []string{"phone_number"}},
		{"unknown field", func(c *systeme.NewContact) { c.Fields[2].Slug = "ib_owner_id" }, systeme.UnknownField, []string{"fields[1].slug"}},
		{"unknown field and bad address", func(c *systeme.NewContact) { c.Fields[2].Slug, c.Email = "nope", "x" }, systeme.UnknownField, []string{"email", "fields[1].slug"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			contact := jane()
			test.change(&contact)
			created, err := client.CreateContact(t.Context(), contact)
			if !errors.Is(err, test.kind) || created.ID != 0 {
				t.Fatalf("created %+v, error %v", created, err)
			}
			if systeme.AccountFault(err) != (test.kind == systeme.UnknownField) {
				t.Errorf("account fault: %v", systeme.AccountFault(err))
			}
			var fields []string
			for _, v := range systeme.Violations(err) {
				fields = append(fields, v.Field)
				if v.Message == "" || strings.Contains(err.Error(), v.Message) {
					t.Errorf("message %q in %q", v.Message, err)
				}
			}
			if !slices.Equal(fields, test.fields) {
				t.Errorf("violations of %q, want %q", fields, test.fields)
			}
		})
	}
	if got := account.Contacts(); len(got) != 0 {
		t.Errorf("contacts %v", got)
	}
}

func TestDoubtfulDuplicateThatCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	err := account.SetFaults(simulator.Fault{Method: "GET", Status: 503})
	if err != nil {
		t.Fatal(err)
	}
	contact := jane()
	contact.Email = "jane@nomx.test"
	if _, err := client.CreateContact(t.Context(), contact); !errors.Is(err, systeme.Temporary) {
		t.Errorf("error %v: what is not known yet must be tried again", err)
	}
}

func TestTakesContacts(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	if err := client.TakesContacts(t.Context()); err != nil || len(account.Contacts()) > 0 || len(account.Requests()) != 1 {
		t.Errorf("got %v, made %v in %v", err, account.Contacts(), account.Requests())
	}
	for status, want := range map[int]systeme.Kind{403: systeme.Forbidden, 401: systeme.Unauthorized, 503: systeme.Temporary} {
		if err := account.SetFaults(simulator.Fault{Status: status}); err != nil {
			t.Fatal(err)
		}
		if err := client.TakesContacts(t.Context()); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
	}
}

func TestContactByEmail(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	created, err := client.CreateContact(t.Context(), jane())
	if err != nil {
		t.Fatal(err)
	}
	found, err := client.ContactByEmail(t.Context(), "Jane@ACME.test")
	if err != nil || found.ID != created.ID {
		t.Errorf("found %+v, error %v", found, err)
	}
	if _, err := client.ContactByEmail(t.Context(), "joe+x&y@acme.test"); !errors.Is(err, systeme.NotFound) {
		t.Errorf("error %v", err)
	}
	if _, err := client.ContactByEmail(t.Context(), "joe"); !errors.Is(err, systeme.Invalid) {
		t.Errorf("error %v", err)
	}
	ignoring := answering(t, 200, nil, `{"items":[{"id":7,"email":"someone@else.test"}],"hasMore":false}`)
	if got, err := ignoring.ContactByEmail(t.Context(), "jane@acme.test"); !errors.Is(err, systeme.NotFound) {
		t.Errorf("took a contact of another address: %+v, %v", got, err)
	}
}

func TestUpdateContact(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	created, err := client.CreateContact(t.Context(), jane())
	if err != nil {
		t.Fatal(err)
	}
	updated, err := client.UpdateContact(t.Context(), created.ID, []systeme.Field{
		{Slug: systeme.Surname, Value: "Doe"}, {Slug: systeme.PhoneNumber},
	})
	want := []systeme.Field{{Slug: "first_name", Value: "Jane"}, {Slug: "surname", Value: "Doe"}, {Slug: "phone_number"}}
	if err != nil || !slices.Equal(updated.Fields, want) {
		t.Errorf("fields %v, want %v (%v)", updated.Fields, want, err)
	}
	read, err := client.Contact(t.Context(), created.ID)
	if err != nil || !slices.Equal(read.Fields, want) {
		t.Errorf("read %v (%v)", read.Fields, err)
	}
	for kind, field := range map[systeme.Kind]systeme.Field{
		systeme.UnknownField: {Slug: "nope", Value: "x"},
		systeme.Invalid:      {Slug: "city", Value: strings.Repeat("x", 256)},
	} {
		if _, err := client.UpdateContact(t.Context(), created.ID, []systeme.Field{field}); !errors.Is(err, kind) {
			t.Errorf("error %v, want %v", err, kind)
		}
	}
}

func TestContactThatIsGone(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	created, err := client.CreateContact(t.Context(), jane())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := client.DeleteContact(t.Context(), created.ID); err != nil {
			t.Fatalf("delete: %v", err)
		}
	}
	if _, err := client.Contact(t.Context(), created.ID); !errors.Is(err, systeme.NotFound) {
		t.Errorf("read: %v", err)
	}
	if _, err := client.UpdateContact(t.Context(), created.ID, jane().Fields); !errors.Is(err, systeme.NotFound) {
		t.Errorf("update: %v", err)
	}
}

func TestContactsByTag(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	tag, err := client.CreateTag(t.Context(), "ib-x7k2m4p9-engaged")
	if err != nil {
		t.Fatal(err)
	}
	var want []int64
	for i := range 25 {
		contact, err := client.CreateContact(t.Context(), systeme.NewContact{Email: fmt.Sprintf("lead%d@acme.test", i)})
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			want = append(want, contact.ID)
			if err := client.AssignTag(t.Context(), contact.ID, tag.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Reverse(want)
	var got []int64
	pages := 0
	for after := int64(0); pages == 0 || after > 0; pages++ {
		page, err := client.ContactsByTag(t.Context(), tag.ID, after, 1) // raised to 10
		if err != nil {
			t.Fatal(err)
		}
		for _, contact := range page.Contacts {
			got = append(got, contact.ID)
			if len(contact.Tags) != 1 || contact.Tags[0] != tag {
				t.Errorf("tags %v", contact.Tags)
			}
		}
		after = page.After
	}
	if !slices.Equal(got, want) || pages != 2 {
		t.Errorf("%d pages with %v, want %v", pages, got, want)
	}
	if page, err := client.ContactsByTag(t.Context(), tag.ID, 0, 1000); err != nil || len(page.Contacts) != 13 { // lowered to 100
		t.Errorf("page %+v, error %v", page, err)
	}
}

func TestRetryAfterACutConnection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cut  simulator.Cut
		kind error
	}{{simulator.CutBefore, nil}, {simulator.CutAfter, systeme.Duplicate}} {
		client, account := newAccount(t, simulator.Options{})
		if err := account.SetFaults(simulator.Fault{Count: 1, Cut: test.cut}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.CreateContact(t.Context(), jane()); !errors.Is(err, systeme.Temporary) || !errors.Is(err, errCut) {
			t.Errorf("cut %s: error %v", test.cut, err)
		}
		if _, err := client.CreateContact(t.Context(), jane()); !errors.Is(err, test.kind) {
			t.Errorf("cut %s, again: error %v, want %v", test.cut, err, test.kind)
		}
		if len(account.Contacts()) != 1 {
			t.Errorf("cut %s: contacts %v", test.cut, account.Contacts())
		}
	}
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":     ``,
		"no JSON":   `<html>`,
		"no id":     `{"email":"jane@acme.test"}`,
		"too large": `{"id":1,"email":"` + strings.Repeat("x", 5<<20) + `"}`,
	} {
		if got, err := answering(t, http.StatusCreated, nil, body).CreateContact(t.Context(), jane()); !errors.Is(err, systeme.Temporary) || got.ID != 0 {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
}
