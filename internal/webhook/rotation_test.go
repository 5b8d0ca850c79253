package webhook_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	parameter "clientflow/internal/secret"
	"clientflow/internal/signing"
	"clientflow/internal/webhook"
)

// drawer is a store of one secret.
type drawer struct {
	mu    sync.Mutex
	value string
	reads int
}

func (d *drawer) GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	value := d.value
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{Value: &value}}, nil
}

func (d *drawer) put(value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.value = value
}

type environment func(context.Context, *httpapi.Request) (httpapi.Response, error)

// environments are those of the function, some of which meet forgers. What is delivered
// needs no table.
type environments struct {
	t       *testing.T
	store   *drawer
	all     []environment
	seconds int
	// refused counts honest deliveries that were.
	refused int
}

func (e *environments) start() environment {
	own := parameter.New(e.store, "secret")
	own.Load(e.t.Context())
	log := eventlog.New(io.Discard, "test")
	return webhook.Routes(own, webhook.Recorder{}, log).Serve(log)
}

// replace replaces all environments, one after the other, while deliveries come in.
func (e *environments) replace(honest ...string) {
	for i := range e.all {
		e.all[i] = e.start()
		e.pass(time.Second, honest...)
	}
}

// status delivers to an environment what is signed with a secret.
func (e *environments) status(one environment, by string) int {
	r := delivery("SALE_NEW", "{}", time.Time{})
	r.Headers["x-webhook-signature"] = sign(by, r.EncodedBody)
	answer, err := one(e.t.Context(), r)
	if err != nil {
		e.t.Fatal(err)
	}
	return answer.Status
}

// pass lets time go on, while every second each environment gets what is signed with
// these secrets, every other one forgeries too, and now and then a new one starts.
func (e *environments) pass(while time.Duration, honest ...string) {
	for range int(while / time.Second) {
		if e.seconds++; e.seconds%7 == 0 && len(e.all) < 20 {
			e.all = append(e.all, e.start())
		}
		for i, one := range e.all {
			if i%2 == 0 && e.status(one, "forged") != 401 {
				e.t.Error("a forgery is taken")
			}
			for _, by := range honest {
				if i%3 != 2 && e.status(one, by) != 204 { // every third is idle
					e.refused++
				}
			}
		}
		time.Sleep(time.Second)
	}
}

// taken counts the environments that take what is signed with a secret.
func (e *environments) taken(by string) (count int) {
	for _, one := range e.all {
		if e.status(one, by) == 204 {
			count++
		}
	}
	return count
}

func newEnvironments(t *testing.T) *environments {
	e := &environments{t: t, store: &drawer{value: "old"}}
	for range 4 {
		e.all = append(e.all, e.start())
		e.pass(time.Second, "old")
	}
	return e
}

// The secret is changed step by step, with any pause between two of them, as of an
// operator whose machine dies and who begins again. Whatever is signed with either is
// taken by all, until the window has closed for the old one.
func TestASecretIsChangedWhileDeliveriesComeIn(t *testing.T) {
	t.Parallel()
	const window = 5 * time.Minute
	for name, gap := range map[string]time.Duration{"at once": 0, "after a while": 3 * time.Second, "after minutes": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEnvironments(t)
				next, err := signing.Parse(e.store.value).Succeed("new")
				if err != nil {
					t.Fatal(err)
				}
				e.store.put(next.String())
				e.pass(gap, "old")
				e.replace("old")
				e.pass(gap, "new", "old") // the sender has it, and what it signed before is on its way
				end := time.Now().Add(window)
				e.store.put(next.Retire(time.Now(), end).String())
				e.pass(gap, "new", "old")
				e.replace("new", "old")
				e.pass(time.Until(end)-time.Second, "new", "old")
				if e.refused > 0 {
					t.Errorf("%d deliveries refused", e.refused)
				}
				time.Sleep(time.Until(end))
				if got := e.taken("old"); got != 0 {
					t.Errorf("%d of %d take the old one after its end", got, len(e.all))
				}
				if got := e.taken("new"); got != len(e.all) {
					t.Errorf("%d of %d take the new one", got, len(e.all))
				}
			})
		})
	}
}

// A sender that has a new secret before the environments are replaced is refused by
// those that met a forgery just now, and do not look again so soon.
func TestWhyEnvironmentsAreReplacedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvironments(t)
		e.pass(time.Minute, "old")
		e.store.put("new\nold")
		e.pass(10*time.Second, "new")
		if e.refused == 0 {
			t.Error("nothing was refused")
		}
	})
}

// A secret that is thrown out opens nothing once the environments are replaced, also
// where no delivery with another has come.
func TestASecretIsThrownOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvironments(t)
		e.store.put("new\nold")
		e.replace("old")
		e.store.put("new")
		e.replace()
		if got := e.taken("old"); got != 0 {
			t.Errorf("%d of %d take it", got, len(e.all))
		}
	})
}

// Forgeries make functions read the secret six times a minute, and no more often.
func TestForgeriesCostFewReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &environments{t: t, store: &drawer{value: "old"}}
		e.all = append(e.all, e.start())
		for range 6000 {
			if e.taken("forged") != 0 {
				t.Fatal("a forgery is taken")
			}
			time.Sleep(10 * time.Millisecond)
		}
		if e.store.reads > 8 {
			t.Errorf("%d reads in a minute", e.store.reads)
		}
	})
}
