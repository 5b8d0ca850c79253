package systeme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCreateContact(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	got := c.must(201, "POST", "/api/contacts", `{"email":"Jane@Acme.test","locale":"fr","tags":["ignored"],
		"fields":[{"slug":"surname","value":"Doe"},{"slug":"first_name","value":"Jane"},{"slug":"city","value":null}]}`)
	contact, found := c.Contact("jane@acme.TEST")
	if !found || contact.ID != got.id() || contact.Email != "Jane@Acme.test" || contact.Locale != "fr" {
		t.Fatalf("stored %+v", contact)
	}
	if len(contact.Tags) != 0 {
		t.Errorf("the tags of the body were not ignored: %v", contact.Tags)
	}
	want := `"fields":[{"fieldName":"First name","slug":"first_name","value":"Jane"},{"fieldName":"Surname","slug":"surname","value":"Doe"}],"tags":[]`
	if !strings.Contains(got.raw, want) {
		t.Errorf("body %s lacks %s", got.raw, want)
	}
	if at, _ := got.body["registeredAt"].(string); !strings.HasSuffix(at, "+00:00") || len(at) != 25 {
		t.Errorf("registeredAt %q", at)
	}
}

func TestCreateContactRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	c.newContact("taken@acme.test")
	field := func(slug, value string) string {
		return fmt.Sprintf(`{"email":"new@acme.test","fields":[{"slug":%q,"value":%q}]}`, slug, value)
	}
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"no email", `{}`, []string{"email: This value should not be blank."}},
		{"no address", `{"email":"jane"}`, []string{"email: This value is not a valid email address."}},
		{"two at signs", `{"email":"a@b@c.test"}`, []string{"email: This value is not a valid email address."}},
		{"domain without a dot", `{"email":"a@localhost"}`, []string{"email: This value is not a valid email address."}},
		{"domain without mail", `{"email":"a@NoMX.test"}`, []string{"email: The domain of this email address does not accept mail."}},
		{"already used, other case", `{"email":"TAKEN@acme.test"}`, []string{"email: This value is already used."}},
		{"unknown locale", `{"email":"a@b.test","locale":"ja"}`, []string{"locale: The value you selected is not a valid choice."}},
		{"unknown slug", field("full_name", "x"), []string{`fields[0].slug: Contact field with slug "full_name" not found.`}},
		{"empty value", field("city", ""), []string{"fields[0].value: This value should not be blank."}},
		{"long value", field("city", strings.Repeat("é", 256)), []string{"fields[0].value: This value is too long. It should have 255 characters or less."}},
		{"country by name", field("country", "France"), []string{"fields[0].value: This value is not a valid country."}},
		{"several at once", `{"email":"x","fields":[{"slug":"city","value":"Paris"},{"slug":"nope","value":"y"}]}`,
			[]string{"email: This value is not a valid email address.", `fields[1].slug: Contact field with slug "nope" not found.`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := c.must(422, "POST", "/api/contacts", test.body)
			if !slices.Equal(got.violations(), test.want) {
				t.Errorf("violations %q, want %q", got.violations(), test.want)
			}
			if got.body["detail"] != strings.Join(test.want, "\n") || got.body["type"] != problemType {
				t.Errorf("body %s", got.raw)
			}
		})
	}
	if len(c.Contacts()) != 1 {
		t.Errorf("a refused request left a contact: %v", c.Contacts())
	}
}

func TestLongestValuesAreTaken(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	c.must(201, "POST", "/api/contacts", fmt.Sprintf(
		`{"email":"a@b.test","fields":[{"slug":"city","value":%q},{"slug":"country","value":"FR"}]}`, strings.Repeat("é", 255)))
}

func TestDuplicateAnswerIsSelectable(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{Quirks: Quirks{DuplicateStatus: 409, DuplicateMessage: "Cette valeur est déjà utilisée."}})
	c.newContact("jane@acme.test")
	got := c.must(409, "POST", "/api/contacts", `{"email":"jane@acme.test"}`)
	if !slices.Equal(got.violations(), []string{"email: Cette valeur est déjà utilisée."}) {
		t.Errorf("violations %q", got.violations())
	}
}

func TestNoMXIsConfigurable(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{NoMX: []string{"acme.test"}})
	c.must(422, "POST", "/api/contacts", `{"email":"jane@acme.test"}`)
	c.newContact("jane@nomx.test")
}

func TestUpdateContact(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	id := c.must(201, "POST", "/api/contacts", `{"email":"jane@acme.test",
		"fields":[{"slug":"first_name","value":"Jane"},{"slug":"city","value":"Paris"}]}`).id()
	path := fmt.Sprintf("/api/contacts/%d", id)

	got := c.must(200, "PATCH", path, `{"email":"other@acme.test","locale":"de","fields":[{"slug":"city","value":null}]}`)
	want := `"fields":[{"fieldName":"First name","slug":"first_name","value":"Jane"},{"fieldName":"City","slug":"city","value":null}]`
	if !strings.Contains(got.raw, want) || got.body["email"] != "jane@acme.test" || got.body["locale"] != "de" {
		t.Errorf("body %s", got.raw)
	}
	if read := c.must(200, "GET", path, ""); read.raw != got.raw {
		t.Errorf("read %s, updated %s", read.raw, got.raw)
	}

	refused := c.must(422, "PATCH", path, `{"fields":[{"slug":"first_name","value":"Eve"},{"slug":"nope","value":"x"}]}`)
	if len(refused.violations()) != 1 {
		t.Errorf("violations %q", refused.violations())
	}
	if read := c.must(200, "GET", path, ""); read.raw != got.raw {
		t.Errorf("a refused update changed the contact: %s", read.raw)
	}
	c.must(404, "PATCH", "/api/contacts/1", `{}`)
}

func TestDeleteContact(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	first, second := c.newContact("jane@acme.test"), c.newContact("joe@acme.test")
	path := fmt.Sprintf("/api/contacts/%d", first)
	c.must(204, "DELETE", path, "")
	c.must(404, "DELETE", path, "")
	c.must(404, "GET", path, "")
	if again := c.newContact("jane@acme.test"); again == first || again == second {
		t.Errorf("the id %d was given twice", again)
	}
	if len(c.Contacts()) != 2 {
		t.Errorf("contacts %v", c.Contacts())
	}
}
