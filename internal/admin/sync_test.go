package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/infra/local/systeme"
	"clientflow/internal/admin"
	"clientflow/internal/connection"
	"clientflow/internal/pace"
	systemeio "clientflow/internal/systeme"
)

type health struct {
	Queue       struct{ Depth, Waiting, InFlight, Delayed int }
	DeadLetters struct {
		Depth            int
		OldestAgeSeconds *int
	}
	Rate struct {
		CallsPerSecond, Speed, PausedSeconds float64
		Calls                                int
	}
	Webhook struct{ State, Detail string }
}

func (w *world) health(t *testing.T) health {
	t.Helper()
	return decode[health](t, w.ask(t, 200, "GET /admin/sync", "", "", ""))
}

func (w *world) send(t *testing.T, logicalID, body string, delay int32) {
	t.Helper()
	_, err := w.queue.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: w.url(logicalID), MessageBody: &body, MessageGroupId: aws.String("tenant"), DelaySeconds: delay,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// receive returns the bodies of the messages that can be received, and how often
// the first was.
func (w *world) receive(t *testing.T, logicalID string) (bodies []string, receives string) {
	t.Helper()
	out, err := w.queue.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: w.url(logicalID), MaxNumberOfMessages: 10,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out.Messages {
		bodies = append(bodies, aws.ToString(m.Body))
		receives = out.Messages[0].Attributes["ApproximateReceiveCount"]
	}
	return bodies, receives
}

func TestSyncInItsJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := `{"queue":{"depth":0,"waiting":0,"inFlight":0,"delayed":0},"deadLetters":{"depth":0,"oldestAgeSeconds":null},` +
		`"rate":{"callsPerSecond":1000,"speed":1,"pausedSeconds":0,"calls":0},` +
		`"webhook":{"state":"missing","detail":"No webhook of ClientFlow is in the account. Run make systeme-setup."}}`
	got := w.ask(t, 200, "GET /admin/sync", "", "", "").Body
	// The webhook is looked for at the same time, which is a call or two.
	if got = regexp.MustCompile(`"calls":\d`).ReplaceAllString(got, `"calls":0`); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheUseOfTheRateIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.health(t) // looks for the webhook
	if got := w.health(t).Rate; got.Calls != len(w.simulator.Requests()) || got.Calls == 0 || got.Speed != 1 || got.PausedSeconds != 0 || got.CallsPerSecond != 1000 {
		t.Errorf("after %d calls: %+v", len(w.simulator.Requests()), got)
	}
	limiter := pace.New(w.Client, w.RegistryTable, 1000)
	limiter.Observe(t.Context(), systemeio.Quota{Limit: 100, Remaining: 10, RetryAfter: time.Minute})
	if got := w.health(t).Rate; got.Speed != 0.5 || got.PausedSeconds < 55 || got.PausedSeconds > 60 {
		t.Errorf("slowed down and paused: %+v", got)
	}
}

func TestTheQueueIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, "LeadSyncQueue", "taken", 0)
	w.receive(t, "LeadSyncQueue")
	for range 2 {
		w.send(t, "LeadSyncQueue", "waiting", 0)
	}
	for range 3 {
		w.send(t, "LeadSyncQueue", "put off", 900)
	}
	got := w.health(t)
	if q := got.Queue; q.Depth != 6 || q.InFlight != 1 || q.Waiting != 2 || q.Delayed != 3 || got.DeadLetters.Depth != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestDeadLettersAreLookedAtAndLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, "LeadSyncDeadQueue", "the oldest", 0)
	w.ahead.Store(int64(-2 * time.Hour))
	w.send(t, "LeadSyncDeadQueue", "sent before it", 0)
	w.ahead.Store(0)
	for range 2 {
		got := w.health(t)
		if age := got.DeadLetters.OldestAgeSeconds; got.DeadLetters.Depth != 2 || age == nil || *age < 7200 || *age > 7260 {
			t.Errorf("got %+v", got.DeadLetters)
		}
	}
	if letters, _ := w.receive(t, "LeadSyncDeadQueue"); len(letters) != 2 {
		t.Errorf("a look leaves %v to be received", letters)
	}
	// All of them are in somebody's hands: counted, and of unknown age.
	if got := w.health(t).DeadLetters; got.Depth != 2 || got.OldestAgeSeconds != nil {
		t.Errorf("got %+v", got)
	}
}

// die sends a message and lets it be received until it is dead.
func (w *world) die(t *testing.T, body string) {
	t.Helper()
	w.send(t, "LeadSyncQueue", body, 0)
	for range 100 {
		if bodies, _ := w.receive(t, "LeadSyncQueue"); len(bodies) == 0 {
			return
		}
		w.ahead.Add(int64(time.Hour)) // its time-out is over
	}
	t.Fatalf("%s lives for ever", body)
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(t, 202, "POST /admin/sync/redrive", "", "", "") // there is none
	w.die(t, "lead 1")
	w.die(t, "lead 2")
	if got := w.health(t); got.DeadLetters.Depth != 2 || got.Queue.Depth != 0 {
		t.Fatalf("before: %+v", got)
	}
	if got := w.ask(t, 202, "POST /admin/sync/redrive", "", "", "").Body; got != "" || !strings.Contains(w.log.String(), `"Redrives":1`) {
		t.Errorf("answered %s, log %s", got, w.log)
	}
	if got := w.health(t); got.DeadLetters.Depth != 0 || got.Queue.Waiting != 2 {
		t.Errorf("after: %+v", got)
	}
	bodies, receives := w.receive(t, "LeadSyncQueue")
	if fmt.Sprint(bodies) != "[lead 1 lead 2]" || receives != "1" {
		t.Errorf("received %v, the first %s times", bodies, receives)
	}
}

// busy is queues where a redrive cannot be started.
type busy struct {
	admin.QueueAPI
	tasks   []types.ListMessageMoveTasksResultEntry
	listErr error
}

func (busy) StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error) {
	return nil, errDown
}

func (b busy) ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error) {
	return &sqs.ListMessageMoveTasksOutput{Results: b.tasks}, b.listErr
}

func TestRedriveThatRunsAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := func(status string) []types.ListMessageMoveTasksResultEntry {
		return []types.ListMessageMoveTasksResultEntry{{Status: &status}}
	}
	for name, tt := range map[string]struct {
		queue busy
		want  int
	}{
		"running":         {busy{tasks: task("RUNNING")}, 202},
		"completed":       {busy{tasks: task("COMPLETED")}, 500},
		"failed":          {busy{tasks: task("FAILED")}, 500},
		"being cancelled": {busy{tasks: task("CANCELLING")}, 500},
		"none":            {busy{}, 500},
		"not to be known": {busy{listErr: errDown}, 500},
	} {
		settings := admin.Settings{SystemeURL: "http://127.0.0.1:1", UsersTable: w.UsersTable,
			Issuer: w.function.Environment["TOKEN_ISSUER"], ClientID: w.function.Environment["USER_POOL_CLIENT_ID"]}
		routes, err := admin.Routes(settings, nil, w.Client, tt.queue)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.serve(t, routes, w.event("POST /admin/sync/redrive", "", "", "")); got.Status != tt.want {
			t.Errorf("%s: %d, want %d", name, got.Status, tt.want)
		}
	}
}

func TestTheWebhookIsLookedForAndNotTouched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, err := systemeio.New(systemeio.Config{BaseURL: w.function.Environment["SYSTEME_API_URL"], Key: systemeio.Fixed("local"), HTTP: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	settings := systemeio.WebhookSettings{Name: connection.WebhookName("dev"), Secret: "s", Events: []string{systemeio.TagAdded, systemeio.TagRemoved}}
	if _, err := client.CreateWebhook(t.Context(), "https://elsewhere.example.com/webhooks/systeme", settings); err != nil {
		t.Fatal(err)
	}
	if got := w.health(t).Webhook; got.State != "ok" {
		t.Errorf("got %+v", got)
	}
	w.simulator.DisableWebhooks()
	before := len(w.simulator.Requests())
	w.routes = w.mustRoutes(t, nil, nil) // which have not looked yet
	if got := w.health(t).Webhook; got.State != "disabled" {
		t.Errorf("got %+v", got)
	}
	for _, call := range w.simulator.Requests()[before:] {
		if call.Method != http.MethodGet {
			t.Errorf("call %+v", call)
		}
	}
}

func TestSystemeThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, tt := range map[string]struct {
		change map[string]string
		key    systemeio.Key
		faults []systeme.Fault
		detail string
	}{
		"no key":         {nil, systemeio.Fixed(""), nil, "API key"},
		"a wrong key":    {nil, systemeio.Fixed("wrong"), nil, "API key"},
		"nobody there":   {map[string]string{"SYSTEME_API_URL": closed.URL}, nil, nil, "does not answer"},
		"out of order":   {nil, nil, []systeme.Fault{{Status: 503}}, "does not answer"},
		"rate used up":   {nil, nil, []systeme.Fault{{Status: 429}}, "rate"},
		"account closed": {nil, nil, []systeme.Fault{{Status: 403}}, "account"},
	} {
		w := newWorld(t) // of its own: a pause is for all who call the account
		w.send(t, "LeadSyncQueue", "waiting", 0)
		if err := w.simulator.SetFaults(tt.faults...); err != nil {
			t.Fatal(err)
		}
		answer := w.serve(t, w.mustRoutes(t, tt.change, tt.key), w.event("GET /admin/sync", "", "", ""))
		got := decode[health](t, answer)
		if answer.Status != 200 || got.Webhook.State != "unknown" || !strings.Contains(got.Webhook.Detail, tt.detail) || got.Queue.Depth != 1 {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if log := w.log.String(); !strings.Contains(log, "WARN") || !strings.Contains(log, "list webhooks") {
			t.Errorf("%s: logged %s", name, log)
		}
	}
}
