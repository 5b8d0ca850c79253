package environments

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"clientflow/infra/deployment"
	"clientflow/infra/local/cloudformation"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/lambda"
	"clientflow/infra/local/template"
	"clientflow/infra/local/wire"
)

// site is a deployment whose functions nobody invokes.
type site struct {
	*testing.T
	readers Readers
	api     *sdk.Client
	// disturb, where it is set, may answer a request in Lambda's place.
	disturb func(w http.ResponseWriter, r *http.Request) (answered bool)
}

func mustLoad(t *testing.T) *template.Template {
	t.Helper()
	read, err := template.Load("../../template.yaml", template.Options{Stack: deployment.DefaultStack, AWSURL: "http://aws.test", APIURL: "https://api.test"})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t}
	host, err := lambda.NewHost(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	read := mustLoad(t)
	for _, f := range read.Functions {
		host.Function(lambda.Config{Name: f.Name, ARN: f.ARN, Environment: map[string]string{"STAGE": "dev"}})
	}
	mux := wire.NewMux(iam.NewKeys(time.Now, nil))
	host.Register(mux)
	cloudformation.New(deployment.DefaultStack, read, time.Now()).Register(mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.disturb == nil || !strings.HasSuffix(r.URL.Path, "/configuration") || !s.disturb(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("made", "up", "")}
	found, err := deployment.Find(t.Context(), config, deployment.DefaultStack)
	if err != nil {
		t.Fatal(err)
	}
	s.api = sdk.NewFromConfig(config)
	if s.readers, err = Find(found); err != nil {
		t.Fatal(err)
	}
	return s
}

// variables are those of a reader.
func (s *site) variables(name string) map[string]string {
	s.Helper()
	found, err := s.api.GetFunctionConfiguration(s.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		s.Fatal(err)
	}
	return found.Environment.Variables
}

// refuse answers as Lambda refuses.
func refuse(w http.ResponseWriter, status int, kind string) {
	w.Header().Set("X-Amzn-ErrorType", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"message":"in the test"}`)
}

func TestTheReadersAreThoseOfTheTemplate(t *testing.T) {
	t.Parallel()
	var readers []string
	for _, f := range mustLoad(t).Functions {
		if _, reads := f.Environment["SYSTEME_WEBHOOK_SECRET_PARAMETER"]; reads {
			readers = append(readers, f.LogicalID)
		}
	}
	known := logicalIDs()
	slices.Sort(readers)
	slices.Sort(known)
	if !slices.Equal(readers, known) {
		t.Errorf("the template has %v, and known are %v", readers, known)
	}
}

func TestAVariableIsAnotherEachTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seen := map[string]bool{}
	for range 3 {
		if err := s.readers.Replace(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, name := range s.readers.names {
			variables := s.variables(name)
			at := variables[replacedAt]
			if seen[name+at] || at == "" || variables["STAGE"] != "dev" || len(variables) != 2 {
				t.Errorf("%s has %v", name, variables)
			}
			seen[name+at] = true
		}
	}
}

func TestWhenEnvironmentsAreOfAge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	since := func(moment time.Time) bool {
		t.Helper()
		known, err := s.readers.Since(t.Context(), moment)
		if err != nil {
			t.Error(err)
		}
		return known
	}
	if began := time.Now(); !since(began.Add(-time.Minute)) || since(began.Add(time.Hour)) {
		t.Error("environments are not of the time of their functions")
	}
	time.Sleep(2 * time.Millisecond) // Lambda counts in milliseconds
	moment := time.Now()
	if since(moment) {
		t.Error("environments are younger than their functions")
	}
	if err := s.readers.Replace(t.Context()); err != nil || !since(moment) {
		t.Errorf("environments were not replaced: %v", err)
	}
	s.disturb = func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, `{"LastModified":"2999-01-01T00:00:00.000+0000","LastUpdateStatus":"InProgress"}`)
		return true
	}
	if since(moment) {
		t.Error("a change that is not yet in force counts")
	}
	s.disturb = func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, `{"LastModified":"lately","LastUpdateStatus":"Successful"}`)
		return true
	}
	if known, err := s.readers.Since(t.Context(), moment); known || err == nil {
		t.Errorf("got %v, %v", known, err)
	}
}

// Nobody goes on before the change of each function is in force.
func TestAChangeIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var looks, changes atomic.Int64
	s.disturb = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			changes.Add(1)
			looks.Store(0)
			return false
		}
		if changes.Load() < int64(len(s.readers.names)) || looks.Add(1) > 2 {
			return false
		}
		_, _ = io.WriteString(w, `{"LastUpdateStatus":"InProgress"}`)
		return true
	}
	if err := s.readers.Replace(t.Context()); err != nil {
		t.Fatal(err)
	}
	if looks.Load() < 3 || changes.Load() != int64(len(s.readers.names)) {
		t.Errorf("went on after %d looks, %d changes", looks.Load(), changes.Load())
	}
}

// While someone else changes a function ours is tried again, and takes nothing of theirs
// away.
func TestSomeoneElseChangesAFunction(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(s *site, w http.ResponseWriter, r *http.Request) bool{
		"during ours": func(_ *site, w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusConflict, "ResourceConflictException")
			return true
		},
		"before ours": func(s *site, _ http.ResponseWriter, r *http.Request) bool {
			name := strings.Split(r.URL.Path, "/")[3]
			theirs := maps.Clone(s.variables(name))
			theirs["THEIRS"] = "new"
			_, err := s.api.UpdateFunctionConfiguration(s.Context(), &sdk.UpdateFunctionConfigurationInput{
				FunctionName: &name, Environment: &types.Environment{Variables: theirs},
			})
			if err != nil {
				s.Error(err)
			}
			return false // and Lambda refuses ours by its revision
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			var changes atomic.Int64
			s.disturb = func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == http.MethodPut && changes.Add(1) == 1 && first(s, w, r)
			}
			if err := s.readers.Replace(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i, reader := range s.readers.names {
				variables := s.variables(reader)
				if variables[replacedAt] == "" || variables["STAGE"] != "dev" || name == "before ours" && i == 0 && variables["THEIRS"] != "new" {
					t.Errorf("%s has %v", reader, variables)
				}
			}
		})
	}
}

func TestWhatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, answer string
		status         int
		kind, says     string
	}{
		"may not look":        {http.MethodGet, "", 403, "AccessDeniedException", "wait until"},
		"may not change":      {http.MethodPut, "", 403, "AccessDeniedException", "AccessDenied"},
		"hides its variables": {http.MethodGet, `{"LastUpdateStatus":"Successful","Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"no key"}}}`, 200, "", "cannot be read: no key"},
		"fails to change":     {http.MethodGet, `{"LastUpdateStatus":"Failed"}`, 200, "", "wait until"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.disturb = func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Method != test.method:
					return false
				case test.kind != "":
					refuse(w, test.status, test.kind)
				default:
					_, _ = io.WriteString(w, test.answer)
				}
				return true
			}
			if err := s.readers.Replace(t.Context()); err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), s.readers.names[0]) {
				t.Errorf("error %v, want %q in it", err, test.says)
			}
			s.disturb = nil
			for _, reader := range s.readers.names {
				if variables := s.variables(reader); len(variables) != 1 {
					t.Errorf("%s has %v", reader, variables)
				}
			}
		})
	}
}
