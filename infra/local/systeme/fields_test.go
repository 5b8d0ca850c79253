package systeme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestContactFields(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	got := c.must(201, "POST", "/api/contact_fields", `{"slug":"ib_owner_id","fieldName":"IB owner"}`)
	if strings.TrimSpace(got.raw) != `{"slug":"ib_owner_id","fieldName":"IB owner"}` {
		t.Errorf("body %s", got.raw)
	}
	id := c.must(201, "POST", "/api/contacts",
		`{"email":"jane@acme.test","fields":[{"slug":"ib_owner_id","value":"x7k2m4p9"}]}`).id()
	c.must(200, "PATCH", "/api/contact_fields/ib_owner_id", `{"fieldName":"Owner"}`)
	if got := c.must(200, "GET", fmt.Sprintf("/api/contacts/%d", id), ""); !strings.Contains(got.raw,
		`{"fieldName":"Owner","slug":"ib_owner_id","value":"x7k2m4p9"}`) {
		t.Errorf("contact %s", got.raw)
	}
	if got := c.must(200, "GET", "/api/contact_fields", ""); !strings.Contains(got.raw, `"first_name"`) ||
		!strings.Contains(got.raw, `{"slug":"ib_owner_id","fieldName":"Owner"}`) || got.body["hasMore"] != false {
		t.Errorf("fields %s", got.raw)
	}

	c.must(204, "DELETE", "/api/contact_fields/ib_owner_id", "")
	if contact, _ := c.Contact("jane@acme.test"); len(contact.Fields) != 0 {
		t.Errorf("the value outlived its field: %v", contact.Fields)
	}
	for _, slug := range []string{"ib_owner_id", "first_name"} {
		c.must(404, "DELETE", "/api/contact_fields/"+slug, "")
	}
	c.must(404, "PATCH", "/api/contact_fields/ib_owner_id", `{"fieldName":"x"}`)
}

func TestContactFieldRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	for body, want := range map[string][]string{
		`{}`:                                    {"fieldName: This value should not be blank.", "slug: This value should not be blank."},
		`{"slug":"ib-owner","fieldName":"x"}`:   {"slug: This value is not valid."},
		`{"slug":"été","fieldName":"x"}`:        {"slug: This value is not valid."},
		`{"slug":"first_name","fieldName":"x"}`: {"slug: This value is already used."},
		fmt.Sprintf(`{"slug":"a","fieldName":%q}`, strings.Repeat("x", 256)): {"fieldName: This value is too long. It should have 255 characters or less."},
	} {
		if got := c.must(422, "POST", "/api/contact_fields", body); !slices.Equal(got.violations(), want) {
			t.Errorf("%s: violations %q, want %q", body, got.violations(), want)
		}
	}
	c.must(422, "PATCH", "/api/contact_fields/city", `{"fieldName":""}`)
}
