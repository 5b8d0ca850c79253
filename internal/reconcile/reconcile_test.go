package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/env"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tenantdb"
)

// works tells whether the account has one webhook, which delivers.
func (w *world) works() bool {
	hooks, err := w.client.Webhooks(w.tb.Context())
	w.must(err)
	return len(hooks) == 1 && hooks[0].URL == "https://api.test/webhooks/systeme" &&
		hooks[0].Delivers(systeme.TagAdded) && hooks[0].Delivers(systeme.TagRemoved)
}

// What is wrong with the account is told of once, and mended.
func TestTheAccountIsMended(t *testing.T) {
	t.Parallel()
	for _, reenable := range []simulator.Reenable{
		simulator.ReenableEither, simulator.ReenableByActive, simulator.ReenableBySubscriptions,
	} {
		w := newWorld(t, simulator.Options{Quirks: simulator.Quirks{Reenable: reenable}})
		wantFaults := func(what string, want ...string) {
			t.Helper()
			w.mustRun()
			if got := w.faults(); !slices.Equal(got, want) || !w.works() {
				t.Errorf("%s: told of %q, want %q; webhooks %+v", what, got, want, w.sim.Webhooks())
			}
		}
		wantFaults("new account", "mended contact field ib_owner_id", "mended contact field ib_prefix", "mended webhook clientflow-test")
		wantFaults("in order")
		w.sim.DisableWebhooks()
		wantFaults("disabled", "mended webhook clientflow-test")
		w.must(w.client.DeleteWebhook(t.Context(), w.sim.Webhooks()[0].ID))
		wantFaults("deleted", "mended webhook clientflow-test")
		wantFaults("in order again")
	}
}

// That calls must wait is no fault of the account, at whichever call it shows: the run
// ends, and the next one does its work.
func TestHavingToWaitIsNoFault(t *testing.T) {
	t.Parallel()
	for skip := range 3 { // the fields, the webhooks, and what follows
		w := newWorld(t, simulator.Options{})
		w.mustRun()
		w.addIB(1) // has contacts to be looked for
		w.lines()
		w.must(w.sim.SetFaults(simulator.Fault{Skip: skip, Status: 429, RetryAfter: 30}))
		w.mustRun()
		lines := w.lines()
		if len(lines) != 1 || lines[0]["outcome"] != "stopped" {
			t.Errorf("a 429 after %d calls: %v", skip, lines)
		}
	}
}

func TestARefusedKeyIsOneLineForTheAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	w.must(w.reconcilerWith(systeme.Fixed("wrong")).Handle(ctx))
	lines := w.lines()
	if len(lines) != 2 || lines[0]["level"] != "ERROR" || lines[0]["msg"] != "account fault" || lines[0]["what"] != "API key" ||
		lines[0]["requestId"] != "request-1" || lines[0]["function"] != "reconcile" || lines[0]["AccountFaults"] != 1.0 ||
		lines[0]["WebhookFaults"] != nil {
		t.Errorf("log %v", lines)
	}
}

// A moment without an answer, at either call, raises no alarm.
func TestAMomentWithoutAnAnswerIsNoFault(t *testing.T) {
	t.Parallel()
	for skip := range 2 {
		w := newWorld(t, simulator.Options{})
		w.mustRun()
		w.lines()
		w.must(w.sim.SetFaults(simulator.Fault{Skip: skip, Count: 1, Status: 502}))
		w.mustRun()
		if lines := w.lines(); len(lines) != 2 || lines[0]["msg"] != "account note" || lines[0]["level"] != "WARN" || lines[0]["AccountFaults"] != nil {
			t.Errorf("a 502 after %d calls: %v", skip, lines)
		}
		w.mustRun()
		if w.place("unanswered") != "{}" {
			t.Errorf("it lasts since %s", w.place("unanswered"))
		}
	}
}

// One that lasts is, whatever is not answered; and it is over with the first answer.
func TestAnHourWithoutAnAnswerIsAFault(t *testing.T) {
	t.Parallel()
	for path, webhook := range map[string]any{"/api/contact_fields": nil, "/api/webhooks": 1.0} {
		w := newWorld(t, simulator.Options{})
		w.mustRun()
		w.must(w.sim.SetFaults(simulator.Fault{Path: path, Status: 502}))
		for n := range 6 {
			w.lines()
			w.clock = w.clock.Add(15 * time.Minute)
			w.mustRun()
			want := map[bool]string{true: "account fault", false: "account note"}[n >= 4]
			if lines := w.lines(); lines[0]["msg"] != want || n >= 4 && (lines[0]["AccountFaults"] != 1.0 || lines[0]["WebhookFaults"] != webhook) {
				t.Errorf("%s, run %d: %v", path, n, lines)
			} else if outcome := lines[len(lines)-1]["outcome"]; webhook == nil && outcome != "stopped" {
				t.Errorf("%s, run %d: the run is %s", path, n, outcome)
			}
		}
		w.must(w.sim.SetFaults())
		w.mustRun()
		if len(w.faults()) > 0 || w.place("unanswered") != "{}" {
			t.Errorf("%s: %v after an answer, since %s", path, w.faults(), w.place("unanswered"))
		}
	}
}

func TestWithoutAKeyNothingIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	w.must(w.reconcilerWith(systeme.Fixed("")).Handle(t.Context()))
	if lines := w.lines(); len(lines) != 1 || lines[0]["level"] != "WARN" || len(w.sim.Requests()) > 0 {
		t.Errorf("log %v, %d calls", lines, len(w.sim.Requests()))
	}
}

// A run that is cut off at any of its calls, before the call's work or after it, is
// made up for by the next ones.
func TestARunMayBeCutOffAnywhere(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after its work %v", after), func(t *testing.T) {
			t.Parallel()
			for n := 1; cutOffAt(t, n, after); n++ {
			}
		})
	}
}

// cutOffAt cuts a run off at its nth call and checks what the next ones make of it.
// It returns false when the run made fewer calls.
func cutOffAt(t *testing.T, n int, after bool) (cut bool) {
	w := newWorld(t, simulator.Options{})
	john, sarah, mike := w.addIBWith(1, "inactive", "churned"), w.addIBWith(2, "engaged"), w.addNewIB(3)
	johns, sarahs := w.capture(john, "jane@acme.test"), w.capture(sarah, "jane@acme.test")
	w.contact("jane@acme.test", john.tag("inactive"), john.tag("churned"), sarah.tag("engaged"))
	w.clock = w.clock.Add(2 * tooLong)
	w.wire.left, w.wire.after = n, after
	_, err := w.run()
	if cut = w.wire.cut; err != nil && !cut {
		t.Fatal(err)
	}
	w.wire = w.newWire()
	for range 2 {
		w.mustRun()
	}
	if a, b := w.requests(john, johns), w.requests(sarah, sarahs); !w.works() || a != 1 || b != 1 {
		t.Errorf("cut at call %d, after %v: webhooks %+v, put back %d and %d times", n, after, w.sim.Webhooks(), a, b)
	}
	w.want(john, johns, lead.Churned, "inactive", "churned")
	w.want(sarah, sarahs, lead.Engaged, "engaged")
	if record, err := w.users().Get(t.Context(), mike.id); err != nil || record.TagsRequested.Before(w.clock) {
		t.Errorf("the tags of mike were last asked for at %s, %v", record.TagsRequested, err)
	}
	return cut
}

// A run whose time is up ends without a fault, and the next one goes on.
func TestARunWhoseTimeIsUp(t *testing.T) {
	t.Parallel()
	for calls, over := 6, false; !over; calls += 5 { // the first six mend the account
		w := newWorld(t, simulator.Options{})
		john, sarah := w.addIBWith(1, "churned"), w.addIBWith(2, "churned")
		johns, sarahs := w.capture(john, "jane@acme.test"), w.capture(sarah, "joe@acme.test")
		w.contact("jane@acme.test", john.tag("churned"))
		w.contact("joe@acme.test", sarah.tag("churned"))
		w.clock = w.clock.Add(2 * tooLong)
		ctx, cancel := context.WithCancel(t.Context())
		left := calls
		w.wire.called = func() {
			if left--; left == 0 {
				cancel()
			}
		}
		w.must(w.reconciler().Handle(ctx))
		over = ctx.Err() == nil
		cancel()
		for i, line := range w.lines() {
			if i > 2 && line["level"] == "ERROR" {
				t.Errorf("after %d calls: log %v", calls, line)
			}
		}
		w.wire.called = nil
		w.mustRun()
		w.want(john, johns, lead.Churned, "churned")
		w.want(sarah, sarahs, lead.Churned, "churned")
		if a, b := w.requests(john, johns), w.requests(sarah, sarahs); a != 1 || b != 1 {
			t.Errorf("after %d calls: put back %d and %d times", calls, a, b)
		}
	}
}

// watched is an account that tells when a call must be answered.
type watched struct {
	accountAPI
	until *time.Time
}

func (w watched) ContactFields(ctx context.Context) ([]systeme.ContactField, error) {
	*w.until, _ = ctx.Deadline()
	return w.accountAPI.ContactFields(ctx)
}

// A run leaves time to end in.
func TestARunLeavesTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var until time.Time
	r := w.reconciler()
	r.account = watched{r.account, &until}
	w.must(r.Handle(ctx))
	if deadline, _ := ctx.Deadline(); !until.Equal(deadline.Add(-reserve)) {
		t.Errorf("calls may last until %s before the end", deadline.Sub(until))
	}
}

// One IB whose record or leads cannot be read holds up no other.
func TestOneIBsDefectIsNotTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	ibs := []ib{w.addIB(1), w.addIB(2), w.addIB(3)}
	var leads []string
	for _, b := range ibs {
		leads = append(leads, w.capture(b, "jane@acme.test"))
		w.contact("jane@acme.test", b.tag("engaged"))
	}
	_, err := w.aws.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &w.aws.UsersTable, Key: tenantdb.Item{"userId": &types.AttributeValueMemberS{Value: ibs[1].id.String()}},
		UpdateExpression:          ptr("SET systemeTagPrefix = :spoilt"),
		ExpressionAttributeValues: tenantdb.Item{":spoilt": &types.AttributeValueMemberS{Value: "spoilt"}},
	})
	w.must(err)
	w.clock = w.clock.Add(2 * tooLong)
	_, err = w.run()
	if err == nil || !strings.Contains(err.Error(), ibs[1].id.String()) {
		t.Errorf("error %v", err)
	}
	if lines := w.lines(); lines[len(lines)-1]["level"] != "ERROR" {
		t.Errorf("log %v", lines)
	}
	for i, b := range ibs {
		status, times, tags := lead.Engaged, 1, []string{"engaged"}
		if i == 1 {
			status, times, tags = lead.New, 0, nil
		}
		w.want(b, leads[i], status, tags...)
		if got := w.requests(b, leads[i]); got != times {
			t.Errorf("IB %d: put back %d times, want %d", i, got, times)
		}
	}
}

func ptr[T any](value T) *T { return &value }

// Lambda tries a run again that could not reach the tables.
func TestTablesThatAreDown(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"GetItem", "PutItem", "Query", "UpdateItem"} {
		w := newWorld(t, simulator.Options{})
		john := w.addIB(1)
		id := w.capture(john, "jane@acme.test")
		w.contact("jane@acme.test", john.tag("engaged"))
		w.clock = w.clock.Add(2 * tooLong)
		w.wire.broken = func(called, _ string) bool { return called == operation }
		if _, err := w.run(); err == nil {
			t.Errorf("%s is down, and nothing was said", operation)
		}
		w.wire.broken = nil
		w.mustRun()
		w.mustRun()
		w.want(john, id, lead.Engaged, "engaged")
		if got := w.requests(john, id); got != 1 {
			t.Errorf("%s: put back %d times", operation, got)
		}
	}
}

// A place that cannot be read, or is of an IB that has left, is no dead end.
func TestPlacesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"", "x", "{}", `{"after":"x"}`, `{"after":"AAAA","ib":"x","at":"y"}`, `{"since":"x"}`, `{"since":"2026-05-04T03:02:01.000Z","at":"9/9"}`} {
		w := newWorld(t, simulator.Options{})
		john := w.addIB(1)
		id := w.capture(john, "jane@acme.test")
		w.contact("jane@acme.test", john.tag("engaged"))
		w.clock = w.clock.Add(2 * tooLong)
		for _, round := range []string{"waiting", "missed"} {
			_, err := w.aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.aws.RegistryTable, Item: tenantdb.Item{
				"key": &types.AttributeValueMemberS{Value: "ROUND#" + round}, "place": &types.AttributeValueMemberS{Value: stored},
			}})
			w.must(err)
		}
		for range 2 {
			w.mustRun()
		}
		w.want(john, id, lead.Engaged, "engaged")
		if got := w.requests(john, id); got != 1 {
			t.Errorf("%s: put back %d times", stored, got)
		}
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"LEADS_TABLE": "l", "USERS_TABLE": "u", "REGISTRY_TABLE": "r", "SYSTEME_API_URL": "https://api.systeme.io", "SYSTEME_API_KEY_PARAMETER": "k",
		"SYSTEME_REQUESTS_PER_SECOND": "2.5", "STAGE": "prod", "API_URL": "https://api.test", "SYSTEME_WEBHOOK_SECRET_PARAMETER": "s",
	}
	read := func() (Settings, error) {
		return ReadSettings(&env.Reader{Lookup: func(name string) (string, bool) { value, ok := environment[name]; return value, ok }})
	}
	s, err := read()
	if err != nil || s.CallsPerSecond != 2.5 || s.SystemeKey != "k" || s.Webhook.Name != "clientflow-prod" ||
		s.Webhook.URL != "https://api.test/webhooks/systeme" || s.WebhookSecret != "s" {
		t.Errorf("got %+v, %v", s, err)
	}
	clear(environment)
	_, err = read()
	for _, name := range []string{"LEADS_TABLE", "USERS_TABLE", "REGISTRY_TABLE", "SYSTEME_API_URL", "SYSTEME_API_KEY_PARAMETER",
		"SYSTEME_WEBHOOK_SECRET_PARAMETER", "SYSTEME_REQUESTS_PER_SECOND", "STAGE", "API_URL"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if _, err := New(Settings{SystemeURL: "nowhere"}, systeme.Fixed(""), systeme.Fixed(""), nil, nil); err == nil {
		t.Error("an address that is none was taken")
	}
}
