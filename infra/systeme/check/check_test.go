package check

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/connection"
	"clientflow/internal/systeme"
)

// The tags of a workflow that the simulator has for every IB.
const (
	trigger = "ib-check000-high-volume"
	result  = "ib-check000-vip-prospect"
)

// site is an account that was set up and has a workflow, and what to check it with.
type site struct {
	*simulator.Simulator
	client  *systeme.Client
	options Options
	// called is told of each call of the API; may be nil.
	called func()
}

func newSite(t *testing.T, options simulator.Options) *site {
	t.Helper()
	options.NoMX = []string{"nomail.test"}
	if options.RateLimit == 0 {
		options.RateLimit = 1_000_000
	}
	s := &site{Simulator: simulator.New(options)}
	t.Cleanup(s.Close)
	api := s.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.called != nil {
			s.called()
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var err error
	if s.client, err = systeme.New(systeme.Config{BaseURL: server.URL, Key: systeme.Fixed("local"), HTTP: server.Client()}); err != nil {
		t.Fatal(err)
	}
	// Nobody listens there, which shows at once: a contact's events go one by one.
	connection.Set(t.Context(), s.client, connection.Webhook{Name: "clientflow-test", URL: "http://127.0.0.1:1", Secret: "s"})
	for _, name := range []string{trigger, result} {
		if _, err := s.client.CreateTag(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	s.options = Options{
		API: server.URL, Key: "local", Rate: 1_000_000, Domain: "mail.test", NoMail: "nomail.test",
		Listen: "127.0.0.1:0", Public: "where it listens", Trigger: trigger, Result: result, Wait: 500 * time.Millisecond,
	}
	return s
}

func (s *site) run(t *testing.T, ctx context.Context) Report {
	t.Helper()
	report := s.check(t, ctx)
	if len(report.Left) > 0 {
		t.Errorf("left behind: %v", report.Left)
	}
	s.wantTidy(t)
	return report
}

// check makes a check, whose listener's address is not known before.
func (s *site) check(t *testing.T, ctx context.Context) Report {
	t.Helper()
	c, err := start(s.options)
	if err != nil {
		t.Fatal(err)
	}
	if c.Public == "where it listens" {
		c.Public = "http://" + c.hook.socket.Addr().String()
	}
	return c.run(ctx)
}

// wantTidy fails unless the account holds what it held before, and nothing else.
func (s *site) wantTidy(t *testing.T) {
	t.Helper()
	var tags []string
	for _, tag := range s.Tags() {
		tags = append(tags, tag.Name)
	}
	if contacts, hooks := s.Contacts(), s.Webhooks(); len(contacts) > 0 || !slices.Equal(tags, []string{trigger, result}) || len(hooks) != 1 {
		t.Errorf("the account holds contacts %v, tags %v, webhooks %v", contacts, tags, hooks)
	}
}

// questions returns those that got a verdict.
func (r Report) questions(verdict Verdict) []string {
	var list []string
	for _, a := range r.Answers {
		if a.Verdict == verdict {
			list = append(list, a.Question)
		}
	}
	return list
}

func wantQuestions(t *testing.T, r Report, verdict Verdict, want ...string) {
	t.Helper()
	if got := r.questions(verdict); !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", verdict, strings.Join(got, "\n"), strings.Join(want, "\n"))
		for _, a := range r.Answers {
			if a.Verdict == verdict {
				t.Logf("%s: %s", a.Question, a.Found)
			}
		}
	}
}

const limited = "a refusal by the rate limit is a 429 with Retry-After in seconds"

// An account that behaves otherwise than is likely gives itself away, in just the
// questions that are about it.
func TestEachQuirkIsFound(t *testing.T) {
	t.Parallel()
	const (
		again     = "a tag that is on can be put on again, with 204"
		doubled   = "a webhook is refused whose name and address another has"
		remaining = "each answer has a number in X-RateLimit-Remaining"
	)
	for name, test := range map[string]struct {
		quirks  simulator.Quirks
		differ  []string
		unasked []string
	}{
		"likely":           {},
		"double nesting":   {quirks: simulator.Quirks{DoubleNesting: true}, differ: []string{flat}},
		"silent workflows": {quirks: simulator.Quirks{SilentWorkflows: true}, differ: []string{workflowTags}},
		"no echo":          {quirks: simulator.Quirks{NoEcho: true}, differ: []string{echoes, removals}, unasked: []string{signed, flat, named, once}},
		"fires again":      {quirks: simulator.Quirks{RefireReassigned: true}, differ: []string{silentAgain}},
		"refuses again":    {quirks: simulator.Quirks{RefuseReassigned: true}, differ: []string{again}},
		"409":              {quirks: simulator.Quirks{DuplicateStatus: http.StatusConflict}},
		"another language": {quirks: simulator.Quirks{DuplicateMessage: "Cette valeur est déjà utilisée."}, differ: []string{doubled}},
		"twice":            {quirks: simulator.Quirks{Duplicate: simulator.DuplicateDistinctID}, differ: []string{once}},
		"by active":        {quirks: simulator.Quirks{Reenable: simulator.ReenableByActive}},
		"by subscriptions": {quirks: simulator.Quirks{Reenable: simulator.ReenableBySubscriptions}},
		"nothing remains":  {quirks: simulator.Quirks{HideRemaining: true}, differ: []string{remaining}},
		"a date":           {quirks: simulator.Quirks{Refill: simulator.RefillDate}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := newSite(t, simulator.Options{Quirks: test.quirks}).run(t, t.Context())
			wantQuestions(t, report, Differs, test.differ...)
			wantQuestions(t, report, Unasked, append(test.unasked, limited)...)
		})
	}
}

func TestWhatIsNotGivenIsNotAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	s.options.Listen, s.options.Public = "", ""
	report := s.run(t, t.Context())
	wantQuestions(t, report, Differs)
	wantQuestions(t, report, Unasked, echoes, signed, flat, named, once, silentAgain, removals, switchable, workflowTags, limited)

	// At an address where nobody listens, no event comes.
	s.options.Listen, s.options.Public = "127.0.0.1:0", "http://127.0.0.1:2"
	s.options.Result, s.options.Wait = "no-such-tag", 10*time.Millisecond
	wantQuestions(t, s.run(t, t.Context()), Unasked, signed, flat, named, once, workflowTags, limited)
}

// Before “make systeme-setup” the account lacks ClientFlow's fields.
func TestAnAccountThatWasNotSetUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.options.API+"/api/contact_fields/ib_prefix", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-API-Key", "local")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%s, %v", answer.Status, err)
	}
	wantQuestions(t, s.run(t, t.Context()), Differs, "“make systeme-setup” has made ClientFlow's contact fields")
}

func TestAKeyThatIsRefusedEndsTheCheck(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	s.options.Key = "wrong"
	report := s.run(t, t.Context())
	if len(report.Answers) != 2 || report.Answers[0].Verdict != AsExpected || report.Answers[1].Verdict != Differs {
		t.Errorf("answers %v", report.Answers)
	}
}

// The limit is obeyed, and what its refusal looks like is an answer too.
func TestTheRateLimitIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	if err := s.SetFaults(simulator.Fault{Path: "/api/tags", Status: http.StatusTooManyRequests, RetryAfter: 1, Count: 1}); err != nil {
		t.Fatal(err)
	}
	report := s.run(t, t.Context())
	wantQuestions(t, report, Differs)
	wantQuestions(t, report, Unasked)
	for _, a := range report.Answers {
		if a.Question == limited && !strings.HasPrefix(a.Found, `Retry-After "1", 429 `) {
			t.Errorf("found %s", a.Found)
		}
	}
}

// What was made is removed wherever the check is cut off, also what was made by a
// call that failed.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(*site, int, context.CancelFunc){
		"the answer is lost": func(s *site, n int, _ context.CancelFunc) {
			_ = s.SetFaults(simulator.Fault{Skip: n, Count: 1, Cut: simulator.CutAfter})
		},
		"Ctrl-C": func(s *site, n int, cancel context.CancelFunc) {
			var calls atomic.Int64
			s.called = func() {
				if calls.Add(1) == int64(n+1) {
					cancel()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range 60 {
				s := newSite(t, simulator.Options{})
				s.options.Wait = 30 * time.Millisecond
				ctx, cancel := context.WithCancel(t.Context())
				cut(s, n, cancel)
				s.run(t, ctx)
				cancel()
			}
		})
	}
}

// What cannot be removed is named.
func TestWhatIsLeftBehindIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t, simulator.Options{})
	if err := s.SetFaults(
		simulator.Fault{Method: http.MethodDelete, Path: "/api/tags/*", Status: http.StatusForbidden},
		simulator.Fault{Method: http.MethodDelete, Path: "/api/webhooks/*", Status: http.StatusForbidden},
	); err != nil {
		t.Fatal(err)
	}
	report := s.check(t, t.Context())
	if len(report.Left) != 3 || !strings.HasPrefix(report.Left[0], "webhook clientflow-check-") || !strings.HasPrefix(report.Left[1], "tag clientflow-check-") {
		t.Errorf("left behind: %q", report.Left)
	}
}

func TestOptionsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{API: "nowhere"}, {API: "http://x.test", Listen: ":0"}, {API: "http://x.test", Listen: "x", Public: "https://x.test"}} {
		if _, err := Run(t.Context(), o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
