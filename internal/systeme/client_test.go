package systeme_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

func TestNewRefusals(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "api.systeme.io", "ftp://api.systeme.io", "https://", "://"} {
		if _, err := systeme.New(systeme.Config{BaseURL: base, HTTP: http.DefaultClient}); err == nil {
			t.Errorf("took the base URL %q", base)
		}
	}
	if _, err := systeme.New(systeme.Config{BaseURL: "https://api.systeme.io"}); err == nil {
		t.Error("took no HTTP client")
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	var got []*http.Request
	client := newClient(t, inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		fmt.Fprint(w, `{"id":1}`)
	})}, "secret")
	if _, err := client.Contact(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateContact(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.UpdateContact(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	for i, contentType := range []string{"", "application/json", "application/merge-patch+json"} {
		header := got[i].Header
		if header.Get("X-API-Key") != "secret" || header.Get("Content-Type") != contentType ||
			header.Get("Accept") != "application/json" || !strings.HasPrefix(header.Get("User-Agent"), "ClientFlow/") {
			t.Errorf("%s: headers %v", got[i].Method, header)
		}
	}
}

func TestWrongKeys(t *testing.T) {
	t.Parallel()
	account := simulator.New(simulator.Options{})
	t.Cleanup(account.Close)
	for _, key := range []string{"", "wrong"} {
		_, err := newClient(t, inMemory{account.Handler()}, key).Contact(t.Context(), 1)
		if !errors.Is(err, systeme.Unauthorized) || !systeme.AccountFault(err) {
			t.Errorf("key %q: error %v", key, err)
		}
	}
}

func TestKindOfEachStatus(t *testing.T) {
	t.Parallel()
	const twoReasons = `{"violations":[{"propertyPath":"email","message":"This value is already used."},{"propertyPath":"locale","message":"No."}]}`
	for _, test := range []struct {
		status int
		body   string
		want   systeme.Kind
	}{
		{301, "", systeme.Temporary},
		{400, `{"detail":"Syntax error"}`, systeme.Invalid},
		{401, "", systeme.Unauthorized},
		{402, "", systeme.Forbidden},
		{403, "<html>", systeme.Forbidden},
		{404, "", systeme.NotFound},
		{405, "", systeme.Temporary},
		{408, "", systeme.Temporary},
		{409, "", systeme.Duplicate},
		{415, "", systeme.Temporary},
		{422, "no JSON", systeme.Invalid},
		{422, `{}`, systeme.Invalid},
		{422, `{"detail":"email: This value is already used."}`, systeme.Duplicate},
		{422, `{"detail":"tagId: Tag with ID 9 not found."}`, systeme.UnknownTag},
		{422, `{"detail":"Something went wrong: sorry"}`, systeme.Invalid},
		{422, twoReasons, systeme.Invalid},
		{422, `{"violations":[{"propertyPath":"fields[0].slug","message":"?"}]}`, systeme.UnknownField},
		{422, `{"violations":[{"propertyPath":"fields[0].value","message":"already used"}]}`, systeme.Invalid},
		{429, "", systeme.RateLimited},
		{500, "", systeme.Temporary},
		{502, "<html>", systeme.Temporary},
		{503, "", systeme.Temporary},
	} {
		_, err := answering(t, test.status, nil, test.body).Contact(t.Context(), 1)
		e, is := errors.AsType[*systeme.Error](err)
		if !is || e.Kind != test.want || e.Status != test.status || !errors.Is(err, test.want) {
			t.Errorf("%d %s: error %v, want %v", test.status, test.body, err, test.want)
		}
	}
}

func TestNotFoundIsOnlyWhatWasNamed(t *testing.T) {
	t.Parallel()
	client := answering(t, 404, nil, "")
	if _, err := client.CreateContact(t.Context(), jane()); !errors.Is(err, systeme.Temporary) {
		t.Errorf("a missing API: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		header string
		want   time.Duration
	}{
		{429, "7", 7 * time.Second},
		{429, "", time.Second},
		{429, "0", time.Second},
		{429, "soon", time.Second},
		{429, "86400", time.Hour},
		{503, "30", 30 * time.Second},
		{503, "", 0},
		{200, "30", 0},
	} {
		client := answering(t, test.status, http.Header{"Retry-After": {test.header}}, `{"id":1}`)
		if _, err := client.Contact(t.Context(), 1); systeme.RetryAfter(err) != test.want {
			t.Errorf("%d with %q: %s, want %s", test.status, test.header, systeme.RetryAfter(err), test.want)
		}
	}
}

func TestErrorsTellNoSecrets(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a"
	reason := `{"detail":"` + canary + `","violations":[{"propertyPath":"email ` + strings.Repeat("p", 100) + `","message":"` + canary + `"}]}`
	clients := map[string]*systeme.Client{
		"refused":     answering(t, 422, nil, reason),
		"no JSON":     answering(t, 200, nil, canary),
		"server down": newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) { return nil, errors.New("no route") }), canary),
		"redirected":  answering(t, 302, http.Header{"Location": {"https://" + canary}}, canary),
	}
	for name, client := range clients {
		contact := jane()
		contact.Email = canary + "@acme.test"
		_, created := client.CreateContact(t.Context(), contact)
		_, found := client.ContactByEmail(t.Context(), contact.Email)
		for _, err := range []error{created, found} {
			if err == nil || strings.Contains(err.Error(), canary) || len(err.Error()) > 200 {
				t.Errorf("%s: error %q", name, err)
			}
		}
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	_, err := answering(t, 422, http.Header{"Retry-After": {"3"}},
		`{"violations":[{"propertyPath":"fields[1].value","message":"No."},{"propertyPath":"fields[9].value","message":"No."}]}`).CreateContact(t.Context(), jane())
	want := "systeme: create contact: invalid (422), retry after 3s, phone_number, fields[9].value"
	if err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if systeme.Violations(errors.New("x")) != nil || systeme.RetryAfter(nil) != 0 || systeme.AccountFault(nil) {
		t.Error("another error has something of an *Error")
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	t.Parallel()
	_, err := answering(t, 422, nil, `{"violations":[{"propertyPath":"email","message":"`+strings.Repeat("é", 300)+`"}]}`).Contact(t.Context(), 1)
	if got := systeme.Violations(err); len(got) != 1 || got[0].Message != strings.Repeat("é", 200)+"…" {
		t.Errorf("violations %v", got)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTimeouts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account := simulator.New(simulator.Options{})
		defer account.Close()
		if err := account.SetFaults(simulator.Fault{Delay: time.Hour}); err != nil {
			t.Fatal(err)
		}
		client := newClient(t, inMemory{account.Handler()}, "local")
		start := time.Now()
		_, err := client.CreateContact(t.Context(), jane())
		if !errors.Is(err, systeme.Temporary) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if _, err := client.CreateContact(ctx, jane()); !errors.Is(err, systeme.Temporary) || time.Since(start) != time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}

		canceled, cancelNow := context.WithCancel(t.Context())
		cancelNow()
		if _, err := client.CreateContact(canceled, jane()); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestNetworkFailures(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	client, err := systeme.New(systeme.Config{BaseURL: "http://" + address, HTTP: &http.Client{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Contact(t.Context(), 1); !errors.Is(err, systeme.Temporary) {
		t.Errorf("error %v", err)
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"id":`)
	}))
	t.Cleanup(server.Close)
	client, err := systeme.New(systeme.Config{BaseURL: server.URL, HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Contact(t.Context(), 1); !errors.Is(err, systeme.Temporary) {
		t.Errorf("error %v", err)
	}
}

func TestRedirectsDoNotCarryTheKey(t *testing.T) {
	t.Parallel()
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	client, err := systeme.New(systeme.Config{BaseURL: server.URL, Key: systeme.Fixed("secret"), HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Contact(t.Context(), 1); !errors.Is(err, systeme.Temporary) || followed {
		t.Errorf("error %v, followed %v", err, followed)
	}
}
