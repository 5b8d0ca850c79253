package systeme_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func TestVerifySignature(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	body := []byte(`{"url":"https:\/\/a.test","name":"Zo\u00e9"}`)
	valid := sign(secret, body)
	if !systeme.VerifySignature(secret, body, valid) {
		t.Error("a valid signature was refused")
	}
	for name, test := range map[string]struct {
		secret    string
		body      []byte
		signature string
	}{
		"other secret":        {"other", body, valid},
		"body written again":  {secret, []byte(`{"url":"https://a.test","name":"Zoé"}`), valid},
		"digits shifted":      {secret, body, valid[1:] + valid[:1]},
		"cut":                 {secret, body, valid[:62]},
		"longer":              {secret, body, valid + "00"},
		"none":                {secret, body, ""},
		"no hexadecimal":      {secret, body, strings.Repeat("x", 64)},
		"empty secret":        {"", body, sign("", body)},
		"signature of naught": {secret, body, sign(secret, nil)},
	} {
		if systeme.VerifySignature(test.secret, test.body, test.signature) {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestParseTagEvent(t *testing.T) {
	t.Parallel()
	const contact = `{"id":501,"email":"jane@acme.test","fields":[{"slug":"first_name","value":null}],"tags":[{"id":8,"name":"ib-aaaaaaaa-engaged"}]}`
	const tag = `{"id":7,"name":"ib-x7k2m4p9-engaged"}`
	want := systeme.TagEvent{Added: true, ContactID: 501, Email: "jane@acme.test", Tag: systeme.Tag{ID: 7, Name: "ib-x7k2m4p9-engaged"}}
	for _, test := range []struct {
		name, event, body string
		added             bool
	}{
		{"flat", systeme.TagAdded, `{"contact":` + contact + `,"tag":` + tag + `}`, true},
		{"nested", systeme.TagAdded, `{"contact":{"contact":` + contact + `},"tag":` + tag + `}`, true},
		{"removed", systeme.TagRemoved, `{"contact":` + contact + `,"tag":` + tag + `}`, false},
		{"with more members", systeme.TagAdded, `{"contact":` + contact + `,"tag":` + tag + `,"source":"api"}`, true},
		{"with escapes", systeme.TagAdded, strings.Replace(`{"contact":`+contact+`,"tag":`+tag+`}`, "jane", `\u006aane`, 1), true},
	} {
		want.Added = test.added
		if got, err := systeme.ParseTagEvent(test.event, []byte(test.body)); err != nil || got != want {
			t.Errorf("%s: %+v, error %v", test.name, got, err)
		}
	}
	for _, test := range []struct {
		name, event, body string
		want              error
	}{
		{"other event", "CONTACT_CREATED", `{"contact":` + contact + `}`, systeme.OtherEvent},
		{"no event", "", `{"contact":` + contact + `,"tag":` + tag + `}`, systeme.OtherEvent},
		{"no JSON", systeme.TagAdded, `<html>`, systeme.MalformedEvent},
		{"empty", systeme.TagAdded, ``, systeme.MalformedEvent},
		{"null", systeme.TagAdded, `null`, systeme.MalformedEvent},
		{"no tag", systeme.TagAdded, `{"contact":` + contact + `}`, systeme.MalformedEvent},
		{"no contact", systeme.TagAdded, `{"tag":` + tag + `}`, systeme.MalformedEvent},
		{"no email", systeme.TagAdded, `{"contact":{"id":501},"tag":` + tag + `}`, systeme.MalformedEvent},
		{"id as text", systeme.TagAdded, `{"contact":{"id":"501","email":"a@b.test"},"tag":` + tag + `}`, systeme.MalformedEvent},
		{"the automation rule's body", systeme.TagAdded, `{"type":"contact.tagged","data":{"contact":` + contact + `}}`, systeme.MalformedEvent},
	} {
		if got, err := systeme.ParseTagEvent(test.event, []byte(test.body)); !errors.Is(err, test.want) || got != (systeme.TagEvent{}) {
			t.Errorf("%s: %+v, error %v, want %v", test.name, got, err, test.want)
		}
	}
}

func TestDeliveriesOfTheSimulator(t *testing.T) {
	t.Parallel()
	for _, nested := range []bool{false, true} {
		t.Run(fmt.Sprintf("nested %v", nested), func(t *testing.T) {
			t.Parallel()
			type delivery struct {
				header http.Header
				body   []byte
			}
			deliveries := make(chan delivery, 2)
			receiver := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				deliveries <- delivery{r.Header, body}
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, err
			})}
			client, account := newAccount(t, simulator.Options{Deliverer: receiver, Quirks: simulator.Quirks{DoubleNesting: nested}})
			if _, err := client.CreateWebhook(t.Context(), "https://hook.test/a/b", settings()); err != nil {
				t.Fatal(err)
			}
			lead := jane()
			lead.Fields[0].Value = "Zoé / 😀"
			contact, err := client.CreateContact(t.Context(), lead)
			if err != nil {
				t.Fatal(err)
			}
			account.Tag(contact.ID, "vip")
			account.Untag(contact.ID, "vip")
			for _, added := range []bool{true, false} {
				got := <-deliveries
				if !systeme.VerifySignature("s3cret", got.body, got.header.Get(systeme.SignatureHeader)) {
					t.Errorf("signature %q of %s", got.header.Get(systeme.SignatureHeader), got.body)
				}
				event, err := systeme.ParseTagEvent(got.header.Get(systeme.EventHeader), got.body)
				if err != nil || event.Added != added || event.ContactID != contact.ID || event.Email != lead.Email || event.Tag.Name != "vip" {
					t.Errorf("event %+v, error %v", event, err)
				}
				if got.header.Get(systeme.MessageIDHeader) == "" {
					t.Error("no message id")
				}
			}
		})
	}
}

func FuzzParseTagEvent(f *testing.F) {
	f.Add(systeme.TagAdded, []byte(`{"contact":{"id":1,"email":"a@b.test"},"tag":{"id":7,"name":"vip"}}`))
	f.Add(systeme.TagRemoved, []byte(`{"contact":{"contact":{"id":1,"email":"a@b.test"}},"tag":{"id":7,"name":"vip"}}`))
	f.Add("SALE_NEW", []byte(`{"contact":null,"tag":[]}`))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		event, err := systeme.ParseTagEvent(header, body)
		if err != nil {
			if event != (systeme.TagEvent{}) {
				t.Errorf("%+v with the error %v", event, err)
			}
			return
		}
		if event.ContactID <= 0 || event.Email == "" || event.Tag.ID <= 0 || event.Tag.Name == "" {
			t.Errorf("event %+v", event)
		}
	})
}

func FuzzVerifySignature(f *testing.F) {
	f.Add("s3cret", []byte("{}"), "00")
	f.Fuzz(func(t *testing.T, secret string, body []byte, signature string) {
		valid := secret != "" && strings.EqualFold(signature, sign(secret, body))
		if got := systeme.VerifySignature(secret, body, signature); got != valid {
			t.Errorf("taken: %v", got)
		}
		if secret != "" && !systeme.VerifySignature(secret, body, sign(secret, body)) {
			t.Error("a valid signature was refused")
		}
	})
}
