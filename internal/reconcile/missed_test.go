package reconcile

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/webhook"
)

// Two IBs share a contact, and workflows of both tagged it while no webhook told.
func TestWhatWorkflowsDidMeanwhileIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john, sarah := w.addIB(1), w.addIB(2)
	johns, sarahs, quiet := w.capture(john, "jane@acme.test"), w.capture(sarah, "jane@acme.test"), w.capture(john, "quiet@acme.test")
	w.contact("Jane@ACME.test", john.tag("demo-request"), john.tag("engaged"), john.tag("converted"), sarah.tag("demo-request"), sarah.tag("vip-prospect"))
	w.contact("quiet@acme.test", john.tag("demo-request"), john.tag("vip"))
	w.contact("stranger@acme.test", john.tag("converted"))
	w.mustRun()
	w.want(john, johns, lead.Converted, "engaged", "converted")
	w.want(sarah, sarahs, lead.VIPProspect, "vip-prospect")
	w.want(john, quiet, lead.New)
	lines := w.lines()
	if last := lines[len(lines)-1]; last["found"] != 3.0 {
		t.Errorf("log %v", last)
	}

	// What is known is neither written again nor told again.
	w.wire.wrote = 0
	calls := w.mustRun()
	if lines := w.lines(); w.wire.wrote != 0 || len(lines) != 1 || lines[0]["found"] != 0.0 {
		t.Errorf("%d writes, log %v", w.wire.wrote, lines)
	}
	if want := 2 + 2*(1+len(workflowTags())); len(calls) != want {
		t.Errorf("%d calls, want %d: %v", len(calls), want, calls)
	}
}

// A status that the IB has set since is not taken back by what is found again.
func TestTheIBsOwnWordStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	id := w.capture(john, "jane@acme.test")
	w.contact("jane@acme.test", john.tag("inactive"))
	w.mustRun()
	w.want(john, id, lead.Inactive, "inactive")
	w.set(john, id, "status", string(lead.Converted))
	for range 3 {
		w.clock = w.clock.Add(time.Hour)
		w.mustRun()
	}
	w.want(john, id, lead.Converted, "inactive")
}

// Of several outcomes that were missed the last of a lead's life counts; what the
// webhook has told since it works again counts more.
func TestWhichOfSeveralOutcomesCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	both, later, before := w.capture(john, "both@acme.test"), w.capture(john, "later@acme.test"), w.capture(john, "before@acme.test")
	w.contact("both@acme.test", john.tag("re-engaged"), john.tag("inactive"))
	w.contact("later@acme.test", john.tag("inactive"))
	w.contact("before@acme.test", john.tag("churned"), john.tag("converted"))
	recorder := webhook.NewRecorder(w.aws.Client, w.aws.RegistryTable, w.aws.LeadsTable)
	tell := func(address, name string, at time.Time) {
		t.Helper()
		w.must(recorder.Record(t.Context(), systeme.TagEvent{
			Added: true, ContactID: 1, Email: address, Tag: systeme.Tag{ID: 1, Name: john.tag(name)},
		}, at))
	}
	tell("later@acme.test", "converted", w.clock.Add(time.Minute))
	tell("before@acme.test", "converted", w.clock.Add(-time.Hour))
	w.mustRun()
	w.want(john, both, lead.ReEngaged, "re-engaged", "inactive")
	w.want(john, later, lead.Converted, "converted", "inactive")
	w.want(john, before, lead.Churned, "converted", "churned")
}

// What is found counts as having happened when the webhook was last found away, also
// for the IBs whose turn comes in a later run.
func TestTheTimeOfWhatIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	var ibs []ib
	var leads []string
	for n := range 12 { // 84 calls, so three runs
		ibs = append(ibs, w.addIB(n))
		leads = append(leads, w.capture(ibs[n], "jane@acme.test"))
		w.contact("jane@acme.test", ibs[n].tag("inactive"))
	}
	recorder := webhook.NewRecorder(w.aws.Client, w.aws.RegistryTable, w.aws.LeadsTable)
	mended := w.clock
	w.mustRun() // which finds no webhook, and makes it
	w.contact("jane@acme.test", tagsOf(ibs, "converted")...)
	for _, b := range ibs {
		w.must(recorder.Record(t.Context(), systeme.TagEvent{
			Added: true, ContactID: 1, Email: "jane@acme.test", Tag: systeme.Tag{ID: 1, Name: b.tag("converted")},
		}, mended.Add(time.Minute)))
	}
	for range 3 {
		w.clock = w.clock.Add(15 * time.Minute)
		w.mustRun()
	}
	for n, b := range ibs {
		w.want(b, leads[n], lead.Converted, "converted", "inactive")
	}
}

// A run makes so many calls and no more, and the next ones go on where it stopped.
func TestARoundMayTakeSeveralRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	const ibs = 12
	for n := range ibs {
		w.addIB(n)
	}
	w.mustRun()
	runs := 1 // besides the first, in which the webhook is made
	for w.place("missed") != "{}" {
		calls := w.mustRun()
		if len(calls) > 2+callsPerRun {
			t.Errorf("%d calls in a run", len(calls))
		}
		if runs++; runs > 10 {
			t.Fatal("no end")
		}
	}
	if runs != 3 {
		t.Errorf("%d runs", runs)
	}
	seen := map[string]int{}
	for _, r := range w.sim.Requests() {
		if r.Method == http.MethodGet && r.Path == "/api/contacts" {
			seen[r.Query]++
		}
	}
	if len(seen) != ibs*len(workflowTags()) {
		t.Errorf("%d tags were asked for", len(seen))
	}
	for query, times := range seen {
		if times != 1 {
			t.Errorf("%s was asked for %d times", query, times)
		}
	}
}

// A tag may have more contacts than one call lists.
func TestManyContactsOfOneTag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	var leads []string
	for i := range 2*contactsPerCall + 5 {
		address := fmt.Sprintf("visitor%d@acme.test", i)
		leads = append(leads, w.capture(john, address))
		w.contact(address, john.tag("engaged"))
	}
	if calls := w.mustRun(); len(calls) > 5+1+len(workflowTags())+2 {
		t.Errorf("%d calls", len(calls))
	}
	for _, id := range leads {
		w.want(john, id, lead.Engaged, "engaged")
	}
}

// Systeme.io asking to wait ends the run, and costs nothing that was done.
func TestARefusalEndsTheRun(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"rate limited": {Status: http.StatusTooManyRequests, RetryAfter: 30},
		"down":         {Status: http.StatusBadGateway},
		"key refused":  {Status: http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			john := w.addIB(1)
			id := w.capture(john, "jane@acme.test")
			w.contact("jane@acme.test", john.tag("churned"))
			w.mustRun() // makes the account right
			w.contact("jane@acme.test", john.tag("engaged"))
			w.clock = w.clock.Add(time.Hour)
			fault.Path, fault.Skip = "/api/contacts", 3
			w.must(w.sim.SetFaults(fault))
			w.log.Reset()
			calls := w.mustRun()
			if len(calls) != 2+1+4 {
				t.Errorf("calls %v", calls)
			}
			if lines := w.lines(); lines[len(lines)-1]["level"] != "WARN" {
				t.Errorf("log %v", lines)
			}
			stopped := w.place("missed")
			w.must(w.sim.SetFaults())
			calls = w.mustRun()
			if len(calls) != 2+3 || stopped == "{}" || w.place("missed") != "{}" {
				t.Errorf("stopped at %s, then calls %v", stopped, calls)
			}
			w.want(john, id, lead.Churned, "churned", "engaged")
		})
	}
}

// A list that holds contacts without the tag, as it would if the parameter were
// ignored, tells nothing of them.
func TestOnlyContactsWithTheTagCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	john := w.addIB(1)
	id := w.capture(john, "jane@acme.test")
	w.contact("jane@acme.test", john.tag("demo-request"))
	contact, _ := w.sim.Contact("jane@acme.test")
	r := w.reconciler()
	listed := systeme.Contact{ID: contact.ID, Email: contact.Email, Tags: []systeme.Tag{{ID: 1, Name: john.tag("converted")}}}
	of := carriers{prefix: john.prefix, tag: systeme.Tag{ID: 2, Name: john.tag("converted")}}
	if news, err := r.tell(t.Context(), john.id, listed, of, w.clock); news != 0 || err != nil {
		t.Errorf("got %v, %v", news, err)
	}
	listed.Tags[0].ID, listed.Email = 2, "no address"
	if news, err := r.tell(t.Context(), john.id, listed, of, w.clock); news != 0 || err != nil {
		t.Errorf("got %v, %v", news, err)
	}
	w.want(john, id, lead.New)
}

// A tag that was deleted in Systeme.io and made anew, while no webhook told, is found by
// its new id; behind one that is gone too, whatever Systeme.io answers about its id.
func TestATagThatWasMadeAnew(t *testing.T) {
	t.Parallel()
	const violation = `{"violations":[{"propertyPath":"tags","message":"Tag not found."}]}`
	for status, body := range map[int]string{http.StatusOK: "", http.StatusNotFound: "{}", http.StatusUnprocessableEntity: violation} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			john := w.addIB(1)
			id := w.capture(john, "jane@acme.test")
			w.mustRun() // makes the account right
			w.contact("jane@acme.test")
			gone := w.deleteTag(john.tag(string(workflowTags()[0])))
			w.deleteTag(john.tag("converted"))
			w.contact("jane@acme.test", john.tag("converted"))
			if status != http.StatusOK {
				w.wire.systeme = withoutTag(w.wire.systeme, gone, status, body)
			}
			w.clock = w.clock.Add(time.Hour)
			w.mustRun()
			w.want(john, id, lead.Converted, "converted")
		})
	}
}

// withoutTag answers as given about the contacts of one tag.
func withoutTag(account http.Handler, id int64, status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/contacts" && r.URL.Query().Get("tags") == fmt.Sprint(id) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return
		}
		account.ServeHTTP(w, r)
	})
}

// An IB whose tags are not made yet has none to be looked for.
func TestAnIBWithoutTagsCostsNoCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	w.mustRun()
	w.addNewIB(1)
	if calls := w.mustRun(); len(calls) != 2 {
		t.Errorf("calls %v", calls)
	}
}

// Every status but new has its tag.
func TestWhatIsLookedFor(t *testing.T) {
	t.Parallel()
	want := []lead.Status{lead.Engaged, lead.VIPProspect, lead.Converted, lead.Inactive, lead.ReEngaged, lead.Churned}
	if got := workflowTags(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, p := range []part{{}, {tag: 3}, {tag: 5, after: 445573087}} {
		if got := parsePart(p.String()); got != p {
			t.Errorf("%v is read as %v", p, got)
		}
	}
	for _, text := range []string{"", "x", "1", "-1/0", "1/-1", "1/x", "99999999999999999999/0"} {
		if got := parsePart(text); got != (part{}) {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
