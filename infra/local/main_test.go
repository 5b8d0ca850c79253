package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"clientflow/infra/local/demo"
)

// mainVariable makes this test binary the command when it is set.
const mainVariable = "CLIENTFLOW_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestParseFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		arguments []string
		want      settings
		problem   string
	}{
		{"defaults", nil, settings{"127.0.0.1:8080", "127.0.0.1:4566", "127.0.0.1:8090", true, parameters{}}, ""},
		{"all", []string{"-addr", "a:1", "-aws=b:2", "--systeme", "c:3", "-demo=false", "-set", "A=1", "-set", "B=x=y", "-set", "C="},
			settings{"a:1", "b:2", "c:3", false, parameters{"A": "1", "B": "x=y", "C": ""}}, ""},
		{"a parameter without a value", []string{"-set", "A"}, settings{}, "must be NAME=VALUE"},
		{"a parameter without a name", []string{"-set", "=1"}, settings{}, "must be NAME=VALUE"},
		{"an unknown flag", []string{"-port", "1"}, settings{}, "flag provided but not defined: -port"},
		{"an argument", []string{"run"}, settings{}, `there is no argument "run"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseFlags(test.arguments, io.Discard)
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) {
					t.Errorf("got %v, want …%s…", err, test.problem)
				}
				return
			}
			if err != nil || got.api != test.want.api || got.aws != test.want.aws || got.systeme != test.want.systeme || got.demo != test.want.demo || !maps.Equal(got.parameters, test.want.parameters) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := realMain(t.Context(), []string{"-help"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"-addr", "-aws", "-systeme", "-demo", "-set"} {
		if !strings.Contains(out.String(), "  "+name) {
			t.Errorf("the help has no %s:\n%s", name, &out)
		}
	}
}

func TestATakenPortIsOneSentence(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for name, part := range map[string]string{"-addr": "the API", "-aws": "the AWS endpoint", "-systeme": "the Systeme.io simulator"} {
		arguments := append(free(), name, address)
		err := realMain(t.Context(), arguments, io.Discard)
		want := part + " cannot listen on " + address + ", because another program does: choose another address with " + name
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestEndedBeforeItIsReady(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := realMain(ctx, free(), io.Discard); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownParameter(t *testing.T) {
	t.Parallel()
	err := realMain(t.Context(), append(free(), "-set", "LeadOwner=exclusive"), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "LeadOwner is not a parameter of this template; it has ") || !strings.Contains(err.Error(), "LeadOwnership") {
		t.Errorf("got %v", err)
	}
}

// free are flags for ports that nobody has.
func free() []string {
	return []string{"-addr", "127.0.0.1:0", "-aws", "127.0.0.1:0", "-systeme", "127.0.0.1:0"}
}

// process is this program, started by itself.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
	// addresses are those that it printed, by part.
	addresses map[string]string
}

// mustRun starts the command and waits until it is ready.
func mustRun(t *testing.T, arguments ...string) *process {
	t.Helper()
	c := &process{Cmd: exec.Command(os.Args[0], append(free(), arguments...)...), addresses: map[string]string{}}
	c.Env = append(os.Environ(), mainVariable+"=1")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	c.lines = bufio.NewScanner(out)
	for c.lines.Scan() {
		line := c.lines.Text()
		if part, address, ok := strings.Cut(line, "http://"); ok {
			c.addresses[strings.TrimSpace(part)] = "http://" + address
		}
		if strings.HasPrefix(line, "ClientFlow is ready") {
			return c
		}
	}
	t.Fatalf("it ended before it was ready: %v", c.Wait())
	return nil
}

func TestASignalEndsEverything(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			c := mustRun(t, "-demo=false")
			get(t, c.addresses["API"]+"/health", 200) // so that there is a function's process
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			for c.lines.Scan() { // until its output is closed
			}
			if err := c.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			for part, address := range c.addresses {
				if connection, err := net.Dial("tcp", strings.TrimPrefix(strings.Fields(address)[0], "http://")); err == nil {
					t.Errorf("%s still answers", part)
					_ = connection.Close()
				}
			}
		})
	}
}

func get(t *testing.T, address string, status int, header ...string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return do(t, request, status)
}

func do(t *testing.T, request *http.Request, status int) []byte {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		t.Fatalf("%s %s: %d %s, %v", request.Method, request.URL, response.StatusCode, body, err)
	}
	return body
}

// TestDemo signs in with every login that is printed.
func TestDemo(t *testing.T) {
	t.Parallel()
	var out lockedBuffer
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- realMain(ctx, free(), &out) }()
	api := out.await(t, ended, "ClientFlow is ready at ")
	for _, account := range demo.Accounts() {
		token := signIn(t, api, account.Email)
		var page struct {
			Leads []struct{ Email string }
		}
		if err := json.Unmarshal(get(t, api+"/leads?limit=100", 200, "Authorization", "Bearer "+token), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Leads) != account.Leads {
			t.Errorf("%s has %d leads, want %d", account.Email, len(page.Leads), account.Leads)
		}
		if !strings.Contains(out.String(), account.Email) {
			t.Errorf("the login %s is not printed", account.Email)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func signIn(t *testing.T, api, email string) string {
	t.Helper()
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, email, demo.Password)
	request, err := http.NewRequestWithContext(t.Context(), "POST", api+"/login", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	var tokens struct{ AccessToken string }
	if err := json.Unmarshal(do(t, request, 200), &tokens); err != nil {
		t.Fatal(err)
	}
	return tokens.AccessToken
}
