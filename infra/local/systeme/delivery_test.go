package systeme

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// endpoint stands in for the receiver of webhooks and for the network before it.
type endpoint struct {
	mu       sync.Mutex
	received []received
	answer   func(number int) (status int, err error)
}

// received is one delivery attempt.
type received struct {
	header http.Header
	body   string
	after  time.Duration
}

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.received = append(e.received, received{r.Header, string(body), time.Since(synctestEpoch)})
	status := http.StatusNoContent
	if e.answer != nil {
		if status, err = e.answer(len(e.received)); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Header: http.Header{}}, nil
}

// synctestEpoch is when a synctest bubble begins.
var synctestEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// all returns what was received, once everything is still.
func (e *endpoint) all() []received {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.received)
}

// bubble runs a test in virtual time with a simulator whose webhook is received.
func bubble(t *testing.T, options Options, test func(t *testing.T, c caller, e *endpoint)) {
	t.Parallel()
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{}
		options.Deliverer = &http.Client{Transport: e}
		s := New(options)
		defer s.Close()
		c := caller{s, t}
		c.must(201, "POST", "/api/webhooks", newHook)
		test(t, c, e)
	})
}

// event is what a delivery says, in short: +tag or -tag.
func (r received) event() string {
	sign := map[string]string{"CONTACT_TAG_ADDED": "+", "CONTACT_TAG_REMOVED": "-"}[r.header.Get("X-Webhook-Event")]
	_, tag, _ := strings.Cut(r.body, `"tag":{"id":`)
	_, name, _ := strings.Cut(tag, `"name":"`)
	name, _, _ = strings.Cut(name, `"`)
	return sign + name
}

func events(deliveries []received) []string {
	var list []string
	for _, r := range deliveries {
		list = append(list, r.event())
	}
	return list
}

func TestDeliveryIsAsCaptured(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, c caller, e *endpoint) {
		contact := c.must(201, "POST", "/api/contacts",
			`{"email":"jane@acme.test","fields":[{"slug":"first_name","value":"Zoé / 😀 <b>"}]}`).id()
		tag := c.newTag("vip")
		c.assign(contact, tag)

		deliveries := e.all()
		if len(deliveries) != 1 {
			t.Fatalf("%d deliveries", len(deliveries))
		}
		got := deliveries[0]
		want := fmt.Sprintf(`{"contact":{"id":%d,"email":"jane@acme.test","registeredAt":"2000-01-01T00:00:00+00:00","locale":"en",`+
			`"sourceURL":null,"unsubscribed":false,"bounced":false,"needsConfirmation":false,`+
			`"fields":[{"fieldName":"First name","slug":"first_name","value":"Zo\u00e9 \/ \ud83d\ude00 <b>"}],`+
			`"tags":[{"id":%d,"name":"vip"}]},"tag":{"id":%d,"name":"vip"}}`, contact, tag, tag)
		if got.body != want {
			t.Errorf("body\n%s, want\n%s", got.body, want)
		}
		mac := hmac.New(sha256.New, []byte("s3cret"))
		mac.Write([]byte(got.body))
		subscription := c.Webhooks()[0].Subscriptions[0].ID
		for name, want := range map[string]string{
			"content-type":                         "application/json",
			"user-agent":                           "SystemeIO-Webhook",
			"x-webhook-event":                      "CONTACT_TAG_ADDED",
			"x-webhook-schema-version":             "1",
			"x-webhook-event-timestamp":            "2000-01-01T00:00:00+00:00",
			"x-webhook-subscription-id":            subscription,
			"x-webhook-delivery-attempt-timestamp": "2000-01-01T00:00:00+00:00",
			"x-webhook-signature":                  hex.EncodeToString(mac.Sum(nil)),
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
			}
		}
		for _, name := range []string{"x-webhook-message-id", "x-webhook-delivery-attempt-id"} {
			if id := got.header.Get(name); len(id) != 36 || id[14] != '7' {
				t.Errorf("%s is %q, no version 7 UUID", name, id)
			}
		}
	})
}

func TestDoubleNesting(t *testing.T) {
	bubble(t, Options{Quirks: Quirks{DoubleNesting: true}}, func(t *testing.T, c caller, e *endpoint) {
		c.assign(c.newContact("jane@acme.test"), c.newTag("vip"))
		if body := e.all()[0].body; !strings.HasPrefix(body, `{"contact":{"contact":{"id":`) || !strings.Contains(body, `}},"tag":{`) {
			t.Errorf("body %s", body)
		}
	})
}

func TestWhichChangesOfTagsAreTold(t *testing.T) {
	for _, test := range []struct {
		name   string
		quirks Quirks
		want   []string
	}{
		{"by default all, and nothing twice", Quirks{}, []string{"+ib-aaaaaaaa-high-volume", "+ib-aaaaaaaa-vip-prospect", "-ib-aaaaaaaa-high-volume", "+byhand", "-byhand"}},
		{"no echo of the API", Quirks{NoEcho: true}, []string{"+ib-aaaaaaaa-vip-prospect", "+byhand", "-byhand"}},
		{"silent workflows", Quirks{SilentWorkflows: true}, []string{"+ib-aaaaaaaa-high-volume", "-ib-aaaaaaaa-high-volume", "+byhand", "-byhand"}},
		{"again when assigned again", Quirks{RefireReassigned: true}, []string{"+ib-aaaaaaaa-high-volume", "+ib-aaaaaaaa-vip-prospect",
			"+ib-aaaaaaaa-high-volume", "+ib-aaaaaaaa-vip-prospect", "-ib-aaaaaaaa-high-volume", "+byhand", "-byhand"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, Options{Quirks: test.quirks}, func(t *testing.T, c caller, e *endpoint) {
				contact, tag := c.newContact("jane@acme.test"), c.newTag("ib-aaaaaaaa-high-volume")
				for range 2 {
					c.assign(contact, tag)
					synctest.Wait()
					time.Sleep(time.Second)
				}
				c.must(204, "DELETE", fmt.Sprintf("/api/contacts/%d/tags/%d", contact, tag), "")
				if !c.Tag(contact, "byhand") || !c.Untag(contact, "byhand") || c.Tag(1, "x") || c.Untag(1, "x") {
					t.Error("tagging by hand does not tell whether the contact exists")
				}
				if got := events(e.all()); !slices.Equal(got, test.want) {
					t.Errorf("events %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestDuplicateDeliveries(t *testing.T) {
	for duplicate, ids := range map[Duplicate]int{DuplicateSameID: 1, DuplicateDistinctID: 2} {
		t.Run(string(duplicate), func(t *testing.T) {
			bubble(t, Options{Quirks: Quirks{Duplicate: duplicate}}, func(t *testing.T, c caller, e *endpoint) {
				c.assign(c.newContact("jane@acme.test"), c.newTag("vip"))
				seen := map[string]bool{}
				for _, r := range e.all() {
					seen[r.header.Get("X-Webhook-Message-Id")] = true
				}
				if len(e.all()) != 2 || len(seen) != ids {
					t.Errorf("%d deliveries with %d message ids", len(e.all()), len(seen))
				}
			})
		})
	}
}

func TestOrderOfDeliveries(t *testing.T) {
	for _, test := range []struct {
		reorder time.Duration
		want    []string
	}{
		{0, []string{"+a", "-a", "+b", "-b"}},
		{time.Second, []string{"-a", "-b", "+a", "+b"}},
	} {
		t.Run(test.reorder.String(), func(t *testing.T) {
			bubble(t, Options{Quirks: Quirks{Reorder: test.reorder}}, func(t *testing.T, c caller, e *endpoint) {
				contact := c.newContact("jane@acme.test")
				for _, name := range []string{"a", "b"} {
					c.Tag(contact, name)
					c.Untag(contact, name)
					time.Sleep(time.Millisecond)
				}
				time.Sleep(time.Minute)
				if got := events(e.all()); !slices.Equal(got, test.want) {
					t.Errorf("events %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestFullLaneDrops(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, c caller, e *endpoint) {
		release := make(chan struct{})
		e.answer = func(int) (int, error) { <-release; return 204, nil }
		contact := c.newContact("jane@acme.test")
		for range laneBound { // twice as many events as a lane holds
			c.Tag(contact, "vip")
			c.Untag(contact, "vip")
		}
		close(release)
		if got := len(e.all()); got < laneBound || got > laneBound+1 {
			t.Errorf("%d deliveries, want those that the lane holds", got)
		}
	})
}

func TestDeliveryOverTheNetwork(t *testing.T) {
	t.Parallel()
	arrived := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- r.UserAgent()
	}))
	t.Cleanup(server.Close)
	c := newCaller(t, Options{})
	c.must(201, "POST", "/api/webhooks", strings.Replace(newHook, "https://hook.test", server.URL, 1))
	c.Tag(c.newContact("jane@acme.test"), "vip")
	if got := <-arrived; got != "SystemeIO-Webhook" {
		t.Errorf("user agent %q", got)
	}
}
