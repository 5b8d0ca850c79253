package systeme_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// TestSpecification drives the client through all its calls, and the simulator
// through all of its own, and holds each request and each answer against
// Systeme.io's OpenAPI document. The other tests of this package validate their
// calls too; this one makes sure that none is left out.
func TestSpecification(t *testing.T) {
	t.Parallel()
	document, err := loadSpecification()
	if err != nil {
		t.Fatalf("load the specification: %v", err)
	}
	if document == nil {
		t.Skipf("not validated: %s does not name Systeme.io's OpenAPI document, which is not part of this repository", specificationVariable)
	}
	account := simulator.New(simulator.Options{})
	t.Cleanup(account.Close)
	transport := validating{document, inMemory{account.Handler()}, t.Errorf}

	t.Run("client", func(t *testing.T) { everyCall(t, newClient(t, transport, "local"), account) })
	wantSeen(t, document, []string{
		"DELETE /api/contacts/{id} 204", "DELETE /api/contacts/{id} 404",
		"DELETE /api/contacts/{id}/tags/{tagId} 204", "DELETE /api/contacts/{id}/tags/{tagId} 404",
		"DELETE /api/webhooks/{id} 204", "DELETE /api/webhooks/{id} 404",
		"GET /api/contact_fields 200", "GET /api/contacts 200",
		"GET /api/contacts/{id} 200", "GET /api/contacts/{id} 404",
		"GET /api/tags 200", "GET /api/tags 429", "GET /api/tags 503", "GET /api/webhooks 200",
		"PATCH /api/contacts/{id} 200", "PATCH /api/contacts/{id} 404", "PATCH /api/contacts/{id} 422",
		"PATCH /api/webhooks/{id} 200", "PATCH /api/webhooks/{id} 404",
		"POST /api/contact_fields 201", "POST /api/contact_fields 422",
		"POST /api/contacts 201", "POST /api/contacts 422",
		"POST /api/contacts/{id}/tags 204", "POST /api/contacts/{id}/tags 404", "POST /api/contacts/{id}/tags 422",
		"POST /api/tags 201", "POST /api/tags 422",
		"POST /api/webhooks 201", "POST /api/webhooks 422",
	})
	t.Run("simulator", func(t *testing.T) { otherCalls(t, transport) })
	t.Run("wrong calls are found", func(t *testing.T) { wrongCalls(t, document) })
}

func wantSeen(t *testing.T, document *specification, want []string) {
	t.Helper()
	if got := slices.Sorted(maps.Keys(document.seen)); !slices.Equal(got, want) {
		t.Errorf("the calls made were\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// everyCall makes each call of the client, and most with each of its outcomes.
func everyCall(t *testing.T, client *systeme.Client, account *simulator.Simulator) {
	ctx := t.Context()
	done := func(what string, err error, want ...error) {
		t.Helper()
		if (err != nil) != (len(want) > 0) || len(want) > 0 && !errors.Is(err, want[0]) {
			t.Fatalf("%s: %v, want %v", what, err, want)
		}
	}
	field := systeme.ContactField{Slug: "ib_owner_id", Name: "IB owner"}
	done("create field", client.CreateContactField(ctx, field))
	done("create field again", client.CreateContactField(ctx, field), systeme.Duplicate)
	_, err := client.ContactFields(ctx)
	done("list fields", err)

	contact, err := client.CreateContact(ctx, jane())
	done("create contact", err)
	_, err = client.CreateContact(ctx, jane())
	done("create contact again", err, systeme.Duplicate)
	done("ask for contacts to be taken", client.TakesContacts(ctx))
	_, err = client.ContactByEmail(ctx, "jane@acme.test")
	done("find contact", err)
	_, err = client.UpdateContact(ctx, contact.ID, []systeme.Field{{Slug: systeme.PhoneNumber}, {Slug: "ib_owner_id", Value: "x"}})
	done("update contact", err)
	_, err = client.UpdateContact(ctx, contact.ID, []systeme.Field{{Slug: "nope", Value: "x"}})
	done("update unknown field", err, systeme.UnknownField)

	tag, err := client.CreateTag(ctx, "ib-x7k2m4p9-engaged")
	done("create tag", err)
	_, err = client.CreateTag(ctx, "ib-x7k2m4p9-engaged")
	done("create tag again", err, systeme.Duplicate)
	_, err = client.TagByName(ctx, "ib-x7k2m4p9-engaged")
	done("find tag", err)
	_, err = client.NewestTags(ctx, "ib-x7k2m4p9-")
	done("list newest tags", err)
	done("assign", client.AssignTag(ctx, contact.ID, tag.ID))
	done("assign unknown tag", client.AssignTag(ctx, contact.ID, 9), systeme.UnknownTag)
	_, err = client.ContactsByTag(ctx, tag.ID, contact.ID+1, 10)
	done("list contacts", err)
	_, err = client.Contact(ctx, contact.ID)
	done("read contact", err)
	done("remove tag", client.RemoveTag(ctx, contact.ID, tag.ID))
	done("remove tag again", client.RemoveTag(ctx, contact.ID, tag.ID))
	done("delete contact", client.DeleteContact(ctx, contact.ID))
	done("delete contact again", client.DeleteContact(ctx, contact.ID))
	_, err = client.Contact(ctx, contact.ID)
	done("read deleted contact", err, systeme.NotFound)
	_, err = client.UpdateContact(ctx, contact.ID, nil)
	done("update deleted contact", err, systeme.NotFound)
	done("assign to deleted contact", client.AssignTag(ctx, contact.ID, tag.ID), systeme.NotFound)

	hook, err := client.CreateWebhook(ctx, "https://hook.test/webhooks/systeme", settings())
	done("create webhook", err)
	_, err = client.CreateWebhook(ctx, "https://hook.test/webhooks/systeme", settings())
	done("create webhook again", err, systeme.Duplicate)
	account.DisableWebhooks()
	_, err = client.Webhooks(ctx)
	done("list webhooks", err)
	_, err = client.UpdateWebhook(ctx, hook.ID, settings())
	done("update webhook", err)
	done("delete webhook", client.DeleteWebhook(ctx, hook.ID))
	done("delete webhook again", client.DeleteWebhook(ctx, hook.ID))
	_, err = client.UpdateWebhook(ctx, hook.ID, settings())
	done("update deleted webhook", err, systeme.NotFound)

	done("plan faults", account.SetFaults(simulator.Fault{Count: 1, Status: 429, RetryAfter: 2}, simulator.Fault{Count: 1, Status: 503}))
	_, err = client.TagByName(ctx, "x")
	done("too fast", err, systeme.RateLimited)
	_, err = client.TagByName(ctx, "x")
	done("down", err, systeme.Temporary)
}

// otherCalls makes the calls that the simulator has and the client does not.
func otherCalls(t *testing.T, transport http.RoundTripper) {
	call := func(status int, method, path, body string) string {
		t.Helper()
		r, err := http.NewRequest(method, "http://systeme.test"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"X-Api-Key": {"local"}, "User-Agent": {"test"}}
		if body == "" {
			r.Body = nil
		} else if r.Header.Set("Content-Type", "application/json"); method == http.MethodPatch {
			r.Header.Set("Content-Type", "application/merge-patch+json")
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != status {
			t.Fatalf("%s %s answered %d, want %d (%v)", method, path, response.StatusCode, status, err)
		}
		_, id, _ := strings.Cut(string(answer), `"id":`)
		id, _, _ = strings.Cut(id, ",")
		return strings.Trim(id, `"`)
	}
	tag := "/api/tags/" + call(201, "POST", "/api/tags", `{"name":"vip"}`)
	call(200, "GET", tag, "")
	call(200, "PUT", tag, `{"name":"very-important"}`)
	call(204, "DELETE", tag, "")
	call(404, "GET", tag, "")
	call(200, "PATCH", "/api/contact_fields/city", `{"fieldName":"Town"}`)
	call(422, "PATCH", "/api/contact_fields/city", `{"fieldName":""}`)
	call(201, "POST", "/api/contact_fields", `{"slug":"extra","fieldName":"Extra"}`)
	call(204, "DELETE", "/api/contact_fields/extra", "")
	call(404, "DELETE", "/api/contact_fields/extra", "")
	hook := call(201, "POST", "/api/webhooks",
		`{"name":"a","secret":"b","url":"https://a.test","active":null,"subscriptions":[{"event":"SALE_NEW","schemaVersion":2}]}`)
	call(200, "GET", "/api/webhooks/"+hook, "")
	call(201, "POST", "/api/contacts", `{"email":"joe@acme.test","locale":null,"fields":[{"slug":"country","value":"FR"}]}`)
	call(200, "GET", "/api/contacts?email=joe@acme.test&tags=1,2&bounced=false&unsubscribed=false&needsConfirmation=false"+
		"&registeredBefore=2030-11-22T00:00:00%2B00:00&registeredAfter=2023-11-22T23:59:59%2B00:00&limit=10&startingAfter=1&order=asc", "")
}

// wrongCalls makes sure that the validation sees what is wrong.
func wrongCalls(t *testing.T, document *specification) {
	for name, test := range map[string]struct {
		method, path, key, contentType, body string
		status                               int
		answer                               string
	}{
		"tags in a contact":      {"POST", "/api/contacts", "k", "application/json", `{"email":"a@b.test","tags":["x"]}`, 201, ""},
		"unknown locale":         {"POST", "/api/contacts", "k", "application/json", `{"locale":"ja"}`, 201, ""},
		"tag id as text":         {"POST", "/api/contacts/1/tags", "k", "application/json", `{"tagId":"7"}`, 204, ""},
		"PATCH as plain JSON":    {"PATCH", "/api/contacts/1", "k", "application/json", `{}`, 200, ""},
		"email in a PATCH":       {"PATCH", "/api/contacts/1", "k", "application/merge-patch+json", `{"email":"a@b.test"}`, 200, ""},
		"url in a PATCH":         {"PATCH", "/api/webhooks/1", "k", "application/merge-patch+json", `{"name":"a","secret":"b","url":"https://a.test"}`, 200, ""},
		"webhook to no URL":      {"POST", "/api/webhooks", "k", "application/json", `{"name":"a","secret":"b","url":"a","subscriptions":[]}`, 201, ""},
		"slug with a hyphen":     {"POST", "/api/contact_fields", "k", "application/json", `{"slug":"a-b","fieldName":"x"}`, 201, ""},
		"no key":                 {"GET", "/api/tags", "", "", "", 200, ""},
		"limit too low":          {"GET", "/api/tags?limit=5", "k", "", "", 200, ""},
		"unknown parameter":      {"GET", "/api/tags?name=x", "k", "", "", 200, ""},
		"unknown path":           {"GET", "/api/leads", "k", "", "", 200, ""},
		"body where none goes":   {"GET", "/api/tags", "k", "application/json", `{}`, 200, ""},
		"answer lacks a member":  {"GET", "/api/tags/1", "k", "", "", 200, `{"id":1,"name":"x"}`},
		"answer with one more":   {"GET", "/api/tags/1", "k", "", "", 200, `{"id":1,"name":"x","createdAt":"2026-09-27T19:57:41+00:00","x":1}`},
		"answer with a bad time": {"GET", "/api/tags/1", "k", "", "", 200, `{"id":1,"name":"x","createdAt":"yesterday"}`},
		"204 with a body":        {"DELETE", "/api/tags/1", "k", "", "", 204, `{}`},
		"status of another call": {"DELETE", "/api/tags/1", "k", "", "", 201, ``},
		"422 without reasons":    {"POST", "/api/webhooks", "k", "application/json", `{"name":"a","secret":"b","url":"https://a.test","subscriptions":[]}`, 422, `{}`},
	} {
		var reports []string
		transport := validating{document, inMemory{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.answer)
		})}, func(format string, args ...any) { reports = append(reports, fmt.Sprintf(format, args...)) }}
		r, err := http.NewRequest(test.method, "http://systeme.test"+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Content-Type": {test.contentType}}
		if test.key != "" {
			r.Header.Set("X-API-Key", test.key)
		}
		if _, err := transport.RoundTrip(r); err != nil {
			t.Fatal(err)
		}
		if len(reports) != 1 {
			t.Errorf("%s: reports %q, want one", name, reports)
		}
	}
}
