package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"clientflow/infra/local/demo"
	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
	"clientflow/infra/local/template"
)

// size is how much is tried.
type size struct{ leads, views int }

// measured is what was counted.
type measured struct {
	template *template.Template
	// lead and view are what one lead and one look at the dashboard consume, on average.
	lead, view consumption
}

// consumption is what was consumed of AWS and of Systeme.io.
type consumption struct {
	reads, writes float64 // units of all tables
	// events are how often each function, by its folder, was called.
	events map[string]float64
	logged float64 // bytes
	calls  float64 // of Systeme.io
}

// since returns what was consumed since an earlier look, of each of so many.
func (c consumption) since(before consumption, each int) consumption {
	n := float64(each)
	events := map[string]float64{}
	for name, count := range c.events {
		events[name] = (count - before.events[name]) / n
	}
	return consumption{
		(c.reads - before.reads) / n, (c.writes - before.writes) / n, events,
		(c.logged - before.logged) / n, (c.calls - before.calls) / n,
	}
}

// measure runs a stack with the demo's IBs, sends leads to one of them, lets them be
// synced and go through its workflows, and looks at its dashboard.
func measure(ctx context.Context, s size) (m measured, err error) {
	logs := &counter{events: map[string]float64{}}
	running, err := stack.Start(ctx, stack.Options{Logs: logs, Systeme: systeme.Options{RateLimit: 1e6, Speed: 1e6}})
	if err != nil {
		return measured{}, err
	}
	defer func() { err = errors.Join(err, running.Close()) }()
	w := world{running, logs}
	if err := demo.Load(ctx, demo.Stack{API: running.API, AWS: running.AWS, UserPoolID: running.Template.Outputs["UserPoolId"]}); err != nil {
		return measured{}, err
	}
	token, formKey, err := w.signIn(ctx)
	if err != nil {
		return measured{}, err
	}
	begun, err := w.settled(ctx)
	if err != nil {
		return measured{}, err
	}
	if err := w.capture(ctx, formKey, s.leads); err != nil {
		return measured{}, err
	}
	captured, err := w.settled(ctx)
	if err != nil {
		return measured{}, err
	}
	if err := w.look(ctx, token, s.views); err != nil {
		return measured{}, err
	}
	looked, err := w.settled(ctx)
	return measured{running.Template, captured.since(begun, s.leads), looked.since(captured, s.views)}, err
}

type world struct {
	*stack.Stack
	logs *counter
}

// signIn returns the access token of a demo IB, and the key of its form.
func (w world) signIn(ctx context.Context) (token, formKey string, err error) {
	var tokens struct{ AccessToken string }
	err = w.ask(ctx, "POST", "/login", "", map[string]any{"email": demo.Accounts()[0].Email, "password": demo.Password}, &tokens)
	if err != nil {
		return "", "", err
	}
	var me struct{ FormKey string }
	err = w.ask(ctx, "GET", "/me", tokens.AccessToken, nil, &me)
	return tokens.AccessToken, me.FormKey, err
}

// capture sends leads as visitors do, one in ten of them of high volume.
func (w world) capture(ctx context.Context, formKey string, leads int) error {
	for i := range leads {
		volume := "50-199"
		if i%10 == 0 {
			volume = "500+"
		}
		lead := map[string]any{
			"email": fmt.Sprintf("cost.%d@mail.test", i), "name": "Jane Doe", "phone": "+44 20 7946 0958", "ib_type": "forex-ib",
			"monthly_leads": volume, "broker_network": "Northgate Markets", "utm_source": "newsletter", "utm_medium": "email",
			"page_url": "https://landing.test/forex", "consent": true,
		}
		if err := w.ask(ctx, "POST", "/forms/"+formKey+"/leads", "", lead, nil); err != nil {
			return err
		}
	}
	return nil
}

// look asks for what the dashboard shows when it is opened.
func (w world) look(ctx context.Context, token string, views int) error {
	for range views {
		for _, path := range []string{"/me", "/stats", "/leads?limit=5"} {
			if err := w.ask(ctx, "GET", path, token, nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w world) ask(ctx context.Context, method, path, token string, document, into any) error {
	var body bytes.Buffer
	if document != nil {
		if err := json.NewEncoder(&body).Encode(document); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, w.API+path, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		return fmt.Errorf("%s %s: %d %s, %w", method, path, response.StatusCode, content, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(content, into)
}

// quiet is how long nothing must have been logged until all is taken to be done: the
// workflows' longest wait, of days, is shorter at the simulator's speed.
const quiet = 2 * time.Second

// settled waits until nothing is consumed any more, and returns what was.
func (w world) settled(ctx context.Context) (consumption, error) {
	last, since := w.consumed(), time.Now()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for time.Since(since) < quiet {
		select {
		case <-ctx.Done():
			return consumption{}, ctx.Err()
		case <-again.C:
		}
		if now := w.consumed(); now.logged != last.logged {
			last, since = now, time.Now()
		}
	}
	return last, nil
}

func (w world) consumed() consumption {
	c := w.logs.counted()
	for _, used := range w.DynamoDB.Usage() {
		c.reads += used.Read
		c.writes += used.Write
	}
	if requests := w.Simulator.Requests(); len(requests) > 0 {
		c.calls = float64(requests[len(requests)-1].Number)
	}
	return c
}

// counter counts the lines that functions log: one for each event.
type counter struct {
	mu     sync.Mutex
	events map[string]float64
	logged float64
}

// Write takes one line, or some.
func (c *counter) Write(lines []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logged += float64(len(lines))
	for line := range strings.Lines(string(lines)) {
		var event struct{ Function, Msg string }
		if err := json.Unmarshal([]byte(line), &event); err == nil && event.Msg == "event" {
			c.events[event.Function]++
		}
	}
	return len(lines), nil
}

func (c *counter) counted() consumption {
	c.mu.Lock()
	defer c.mu.Unlock()
	return consumption{events: maps.Clone(c.events), logged: c.logged}
}
