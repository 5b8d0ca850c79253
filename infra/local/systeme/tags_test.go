package systeme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTags(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	vip, prospect, hot := c.newTag("ib-VIP"), c.newTag("ib-vip-prospect"), c.newTag(" hot ")

	for query, want := range map[string][]int64{
		"":                       {hot, prospect, vip},
		"query=VIP":              {prospect, vip},
		"query=ib-vip&order=asc": {vip, prospect},
		"query=cold":             nil,
	} {
		if got, _ := c.must(200, "GET", "/api/tags?"+query, "").ids(t); !slices.Equal(got, want) {
			t.Errorf("%q listed %v, want %v", query, got, want)
		}
	}
	c.must(422, "GET", "/api/tags?limit=5", "")

	path := fmt.Sprintf("/api/tags/%d", hot)
	if got := c.must(200, "GET", path, ""); got.body["name"] != "hot" || got.body["createdAt"] == nil {
		t.Errorf("body %s", got.raw)
	}
	if got := c.must(200, "PUT", path, `{"name":"HOT"}`); got.body["name"] != "HOT" || got.id() != hot {
		t.Errorf("body %s", got.raw)
	}
	c.must(204, "DELETE", path, "")
	c.must(404, "GET", path, "")
	c.must(404, "PUT", path, `{"name":"x"}`)
	c.must(404, "DELETE", path, "")
}

func TestTagNameRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	c.newTag("vip")
	hot := c.newTag("hot")
	for name, want := range map[string]string{
		"":                      "name: This value should not be blank.",
		"  ":                    "name: This value should not be blank.",
		strings.Repeat("x", 65): "name: This value is too long. It should have 64 characters or less.",
		"VIP":                   "name: This value is already used.",
	} {
		body := fmt.Sprintf(`{"name":%q}`, name)
		for _, got := range []reply{
			c.must(422, "POST", "/api/tags", body),
			c.must(422, "PUT", fmt.Sprintf("/api/tags/%d", hot), body),
		} {
			if !slices.Equal(got.violations(), []string{want}) {
				t.Errorf("%q: violations %q, want %q", name, got.violations(), want)
			}
		}
	}
	c.newTag(strings.Repeat("x", 64))
}

func TestTaggingContacts(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{})
	contact, vip, hot := c.newContact("jane@acme.test"), c.newTag("vip"), c.newTag("hot")
	path := fmt.Sprintf("/api/contacts/%d/tags", contact)

	for range 2 { // the second time changes nothing
		if got := c.must(204, "POST", path, fmt.Sprintf(`{"tagId":%d}`, vip)); got.raw != "" {
			t.Errorf("a 204 with the body %q", got.raw)
		}
	}
	c.assign(contact, hot)
	if got := c.tagNames("jane@acme.test"); !slices.Equal(got, []string{"vip", "hot"}) {
		t.Errorf("tags %q", got)
	}

	for body, want := range map[string]string{
		`{"tagId":9}`: "tagId: Tag with ID 9 not found.",
		`{}`:          "tagId: This value should not be blank.",
	} {
		if got := c.must(422, "POST", path, body); !slices.Equal(got.violations(), []string{want}) {
			t.Errorf("%s: violations %q", body, got.violations())
		}
	}
	c.must(400, "POST", path, `{"tagId":"vip"}`)
	c.must(404, "POST", "/api/contacts/1/tags", fmt.Sprintf(`{"tagId":%d}`, vip))

	c.must(204, "DELETE", fmt.Sprintf("%s/%d", path, vip), "")
	c.must(404, "DELETE", fmt.Sprintf("%s/%d", path, vip), "")
	c.must(404, "DELETE", path+"/9", "")
	c.must(404, "DELETE", fmt.Sprintf("/api/contacts/1/tags/%d", hot), "")

	c.must(204, "DELETE", fmt.Sprintf("/api/tags/%d", hot), "")
	if got := c.tagNames("jane@acme.test"); len(got) != 0 {
		t.Errorf("a deleted tag is still on the contact: %q", got)
	}
}

func TestReassigningMayBeRefused(t *testing.T) {
	t.Parallel()
	c := newCaller(t, Options{Quirks: Quirks{RefuseReassigned: true}})
	contact, vip := c.newContact("jane@acme.test"), c.newTag("vip")
	c.assign(contact, vip)
	c.must(422, "POST", fmt.Sprintf("/api/contacts/%d/tags", contact), fmt.Sprintf(`{"tagId":%d}`, vip))
}

func TestAnUnknownTagMayBeNotFound(t *testing.T) {
	t.Parallel()
	for status, quirks := range map[int]Quirks{422: {}, 404: {UnknownTagStatus: 404}} {
		c := newCaller(t, Options{Quirks: quirks})
		contact := c.newContact("jane@acme.test")
		c.must(status, "POST", fmt.Sprintf("/api/contacts/%d/tags", contact), `{"tagId":9}`)
	}
}
