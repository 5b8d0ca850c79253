package tagsync

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/systeme"
)

func reader(values map[string]string) *env.Reader {
	return &env.Reader{Lookup: func(name string) (string, bool) { value, ok := values[name]; return value, ok }}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	got, err := ReadSettings(reader(map[string]string{
		"LEADS_TABLE": "l", "USERS_TABLE": "u", "REGISTRY_TABLE": "r", "LEAD_SYNC_QUEUE_URL": "q", "LEAD_SYNC_MAX_RECEIVES": "8",
		"SYSTEME_API_URL": "https://api.systeme.io", "SYSTEME_API_KEY_PARAMETER": "k", "SYSTEME_REQUESTS_PER_SECOND": "1",
	}))
	want := Settings{"l", "u", "r", "q", 8, "https://api.systeme.io", "k", 1}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadSettingsNamesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := ReadSettings(reader(nil))
	for _, name := range []string{
		"LEADS_TABLE", "USERS_TABLE", "REGISTRY_TABLE", "LEAD_SYNC_QUEUE_URL", "LEAD_SYNC_MAX_RECEIVES", "SYSTEME_API_URL",
		"SYSTEME_API_KEY_PARAMETER", "SYSTEME_REQUESTS_PER_SECOND",
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

// The handler that New builds syncs a lead over a real connection.
func TestNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	server := httptest.NewServer(w.sim.Handler())
	defer server.Close()
	john := w.addIB(1)
	n := w.capture(john, jane())
	handler, err := New(Settings{
		LeadsTable: leadsTable, UsersTable: usersTable, RegistryTable: registryTable, QueueURL: queueURL,
		MaxReceives: maxReceives, SystemeURL: server.URL, CallsPerSecond: rate,
	}, systeme.Fixed("local"), w.db, queueClient(inProcess{w.aws}), eventlog.New(w.log, "sync-tags"))
	if err != nil {
		t.Fatal(err)
	}
	w.drain(&environment{handler, &life{}})
	w.wantSynced(n, tagsOf(john))
}

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	if _, err := New(Settings{SystemeURL: "api.systeme.io", CallsPerSecond: 1}, systeme.Fixed(""), nil, nil, nil); err == nil {
		t.Error("no error")
	}
}

func TestConnectLeavesAConnectionForTheFirstCall(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client := connect(server.URL)
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	if !reused {
		t.Error("the first call opened a connection of its own")
	}
}

func TestConnectOutlivesAServerThatIsDown(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	started := time.Now()
	for _, url := range []string{server.URL, "://"} {
		if connect(url) == nil {
			t.Errorf("%s: no client", url)
		}
	}
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}
