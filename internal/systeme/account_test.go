package systeme_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// inMemory serves a client without a network, so that virtual time works. A
// handler that aborts is a connection that breaks.
type inMemory struct{ handler http.Handler }

var errCut = errors.New("connection cut")

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answered := make(chan *http.Response, 1)
	go func() {
		defer close(answered)
		defer func() {
			if recovered := recover(); recovered != nil && recovered != http.ErrAbortHandler {
				panic(recovered)
			}
		}()
		w := httptest.NewRecorder()
		m.handler.ServeHTTP(w, r)
		answered <- w.Result()
	}()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case response, complete := <-answered:
		if !complete {
			return nil, errCut
		}
		return response, nil
	}
}

// specificationOnce loads the document once for all tests.
var specificationOnce = sync.OnceValues(loadSpecification)

// newAccount makes a simulated account and a client of it. Every call between them
// is validated where the specification is at hand.
func newAccount(t *testing.T, options simulator.Options) (*systeme.Client, *simulator.Simulator) {
	t.Helper()
	account := simulator.New(options)
	t.Cleanup(account.Close)
	return newClient(t, validated(t, inMemory{account.Handler()}), "local"), account
}

// validated puts the specification, if there is one, before the transport.
func validated(t *testing.T, transport http.RoundTripper) http.RoundTripper {
	t.Helper()
	document, err := specificationOnce()
	if err != nil {
		t.Fatalf("load the specification: %v", err)
	}
	if document == nil {
		return transport
	}
	return validating{document, transport, t.Errorf}
}

func newClient(t *testing.T, transport http.RoundTripper, key string) *systeme.Client {
	t.Helper()
	client, err := systeme.New(systeme.Config{
		BaseURL: "http://systeme.test/", Key: systeme.Fixed(key), HTTP: &http.Client{Transport: transport},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answering makes a client that gets the same answer to every call.
func answering(t *testing.T, status int, header http.Header, body string) *systeme.Client {
	t.Helper()
	return newClient(t, inMemory{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	})}, "local")
}

// calls are the calls that the account saw since the last count of them, as
// "POST /api/contacts 201".
func calls(account *simulator.Simulator, from int) []string {
	var list []string
	for _, r := range account.Requests()[from:] {
		list = append(list, r.Method+" "+r.Path+" "+http.StatusText(r.Status))
	}
	return list
}
