package systeme_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

func TestTagByName(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	const name = "ib-x7k2m4p9-vip"
	created := map[string]systeme.Tag{}
	for _, name := range []string{name, name + "-prospect", "ib-x7k2m4p9-Engaged"} {
		tag, err := client.CreateTag(t.Context(), name)
		if err != nil || tag.ID == 0 || tag.Name != name {
			t.Fatalf("created %+v, error %v", tag, err)
		}
		created[name] = tag
	}
	for search, want := range map[string]string{
		name:                  name,
		name + "-prospect":    name + "-prospect",
		"ib-x7k2m4p9-engaged": "ib-x7k2m4p9-Engaged", // the same to Systeme.io
	} {
		if got, err := client.TagByName(t.Context(), search); err != nil || got != created[want] {
			t.Errorf("%s: found %+v, error %v", search, got, err)
		}
	}
	if _, err := client.TagByName(t.Context(), "ib-x7k2m4p9"); !errors.Is(err, systeme.NotFound) {
		t.Errorf("a part of a name was found: %v", err)
	}
}

// However many tags there are, one call lists those of a prefix that were made last.
func TestNewestTags(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	var last systeme.Tag
	for i := range 105 {
		for _, prefix := range []string{"ib-aaaaaaaa", "ib-bbbbbbbb"} {
			tag, err := client.CreateTag(t.Context(), fmt.Sprintf("%s-%d", prefix, i))
			if err != nil {
				t.Fatal(err)
			}
			if prefix == "ib-aaaaaaaa" {
				last = tag
			}
		}
	}
	from := len(account.Requests())
	got, err := client.NewestTags(t.Context(), "ib-aaaaaaaa")
	if err != nil || len(got) != 100 || got[0] != last || got[99].Name != "ib-aaaaaaaa-5" {
		t.Errorf("found %+v, error %v", got, err)
	}
	if made := calls(account, from); len(made) != 1 {
		t.Errorf("calls %q", made)
	}
}

func TestTagByNameReadsFurtherPages(t *testing.T) {
	t.Parallel()
	client, account := newAccount(t, simulator.Options{})
	want, err := client.CreateTag(t.Context(), "ib")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		if _, err := client.CreateTag(t.Context(), fmt.Sprintf("ib-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	from := len(account.Requests())
	if got, err := client.TagByName(t.Context(), "ib"); err != nil || got != want {
		t.Errorf("found %+v, error %v", got, err)
	}
	if got := calls(account, from); len(got) != 2 {
		t.Errorf("calls %q", got)
	}
}

func TestTagByNameEnds(t *testing.T) {
	t.Parallel()
	asked := 0
	endless := newClient(t, inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		fmt.Fprintf(w, `{"items":[{"id":%d,"name":"other"}],"hasMore":true}`, asked)
	})}, "local")
	if _, err := endless.TagByName(t.Context(), "ib"); !errors.Is(err, systeme.NotFound) || asked != 10 {
		t.Errorf("error %v after %d calls", err, asked)
	}
}

func TestCreateTagThatExists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		quirks  simulator.Quirks
		returns bool
	}{
		{simulator.Quirks{}, false},
		{simulator.Quirks{DuplicateStatus: 409}, false},
		{simulator.Quirks{DuplicateMessage: "Esta etiqueta ya existe."}, true},
	} {
		client, _ := newAccount(t, simulator.Options{Quirks: test.quirks})
		first, err := client.CreateTag(t.Context(), "vip")
		if err != nil {
			t.Fatal(err)
		}
		second, err := client.CreateTag(t.Context(), "VIP")
		if !errors.Is(err, systeme.Duplicate) || (second == first) != test.returns {
			t.Errorf("%+v: returned %+v, error %v", test.quirks, second, err)
		}
	}
}

func TestCreateTagRefused(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	tag, err := client.CreateTag(t.Context(), " ") // blank, which the specification lets pass
	if !errors.Is(err, systeme.Invalid) || tag.ID != 0 {
		t.Errorf("created %+v, error %v", tag, err)
	}
	if got, err := answering(t, 201, nil, `{}`).CreateTag(t.Context(), "vip"); !errors.Is(err, systeme.Temporary) {
		t.Errorf("created %+v, error %v", got, err)
	}
}

func TestAssignAndRemoveTag(t *testing.T) {
	t.Parallel()
	for name, quirks := range map[string]simulator.Quirks{
		"assigning again is let pass": {},
		"assigning again is refused":  {RefuseReassigned: true},
		"an unknown tag is not found": {UnknownTagStatus: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, account := newAccount(t, simulator.Options{Quirks: quirks})
			contact, err := client.CreateContact(t.Context(), jane())
			if err != nil {
				t.Fatal(err)
			}
			tag, err := client.CreateTag(t.Context(), "vip")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := client.AssignTag(t.Context(), contact.ID, tag.ID); err != nil {
					t.Fatalf("assign: %v", err)
				}
			}
			if got, _ := account.Contact("jane@acme.test"); len(got.Tags) != 1 || got.Tags[0].ID != tag.ID {
				t.Errorf("tags %v", got.Tags)
			}
			from := len(account.Requests())
			looks := 1
			if quirks.UnknownTagStatus == 404 {
				looks = 2 // the contact is there
			}
			if err := client.AssignTag(t.Context(), contact.ID, 9); !errors.Is(err, systeme.UnknownTag) || len(calls(account, from)) != looks {
				t.Errorf("assign an unknown tag: %v in %q", err, calls(account, from))
			}
			if err := client.AssignTag(t.Context(), 1, tag.ID); !errors.Is(err, systeme.NotFound) {
				t.Errorf("assign to an unknown contact: %v", err)
			}
			for range 2 {
				if err := client.RemoveTag(t.Context(), contact.ID, tag.ID); err != nil {
					t.Fatalf("remove: %v", err)
				}
			}
		})
	}
}

func TestAssignTagRefusedInOtherWords(t *testing.T) {
	t.Parallel()
	const refusal = `{"type":"x","title":"x","detail":"x","violations":[{"propertyPath":%q,"message":"Nein.","code":"x"}]}`
	for _, test := range []struct {
		name, path    string
		contactStatus int
		want          error
	}{
		{"unknown tag, in the account's language", "tagId", 200, systeme.UnknownTag},
		{"something else", "contact", 200, systeme.Invalid},
		{"contact gone meanwhile", "tagId", 404, systeme.NotFound},
		{"contact not readable now", "tagId", 500, systeme.Temporary},
	} {
		client := newClient(t, inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.WriteHeader(422)
				fmt.Fprintf(w, refusal, test.path)
				return
			}
			w.WriteHeader(test.contactStatus)
			fmt.Fprint(w, `{"id":5,"email":"jane@acme.test","tags":[{"id":8,"name":"other"}]}`)
		})}, "local")
		if err := client.AssignTag(t.Context(), 5, 7); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.want)
		}
	}
}

func TestLongestTagName(t *testing.T) {
	t.Parallel()
	client, _ := newAccount(t, simulator.Options{})
	if _, err := client.CreateTag(t.Context(), strings.Repeat("x", 64)); err != nil {
		t.Error(err)
	}
}
