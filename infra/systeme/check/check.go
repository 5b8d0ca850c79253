// Package check finds out how a Systeme.io account behaves where ClientFlow depends
// on what is not documented, or only reported: a contract check, to be run once
// against a real account.
//
// It drives the product's own client, and shows beside what that made of an answer
// the answer itself. It makes contacts, tags and a webhook of its own, under names
// that nobody else has, and removes them at the end, whatever happens. It must not
// touch anything else in the account.
package check

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clientflow/internal/systeme"
)

// Options say what to check, and with what.
type Options struct {
	// API is the base address of the API, and Key the account's key.
	API, Key string
	// Rate is calls a second.
	Rate float64
	// Domain is a mail domain that exists, for the addresses of contacts, and NoMail
	// one that does not. Nothing is sent to them.
	Domain, NoMail string
	// Listen is where to listen for webhooks, and Public the https address at which
	// Systeme.io reaches that. Without them the webhook is not asked about.
	Listen, Public string
	// Trigger and Result are tags of a workflow that the account has: when Trigger
	// is added, add Result. Without them workflows are not asked about.
	Trigger, Result string
	// Wait is how long an event may take before it counts as one that does not come.
	Wait time.Duration
}

// Verdict is how an answer compares with what ClientFlow supposes.
type Verdict string

// The verdicts.
const (
	AsExpected Verdict = "as expected"
	Differs    Verdict = "differs"
	Unasked    Verdict = "could not be asked"
)

// Answer is what was found to one question.
type Answer struct {
	Verdict Verdict
	// Question is what ClientFlow supposes, as a sentence without a full stop.
	Question string
	// Found is what the account did; for Unasked why it was not asked.
	Found string
}

// Report is what a check found.
type Report struct {
	Answers []Answer
	// Left names what was made and could not be removed.
	Left []string
}

// Run asks all questions and removes what it made, also when the context ends. It
// fails only when the options cannot be used.
func Run(ctx context.Context, o Options) (Report, error) {
	c, err := start(o)
	if err != nil {
		return Report{}, err
	}
	return c.run(ctx), nil
}

// start prepares a check, which listens from then on.
func start(o Options) (*checker, error) {
	c := &checker{
		Options: o, wire: &recorder{next: http.DefaultTransport}, pace: systeme.NewPacer(o.Rate),
		name: "clientflow-check-" + strings.ToLower(rand.Text()[:10]),
	}
	var err error
	if c.client, err = c.connect(o.Key); err != nil {
		return nil, err
	}
	return c, c.listen()
}

// run makes the check.
func (c *checker) run(ctx context.Context) Report {
	defer c.hook.close()
	c.askAll(ctx)
	// The end of the context ends the questions, not the tidying.
	c.report.Left = c.cleanUp(context.WithoutCancel(ctx))
	return c.report
}

// checker is one check on its way.
type checker struct {
	Options
	client *systeme.Client
	wire   *recorder
	pace   systeme.Limiter
	hook   *listener // nil when the webhook is not asked about
	// name begins the names of all that is made.
	name   string
	report Report
	made   belongings
}

// connect returns a client with a key, whose calls are recorded.
func (c *checker) connect(key string) (*systeme.Client, error) {
	return systeme.New(systeme.Config{BaseURL: c.API, Key: systeme.Fixed(key), HTTP: &http.Client{Transport: c.wire}, Limiter: c.pace})
}

// askAll asks what there is to ask. Without access nothing else can be asked.
func (c *checker) askAll(ctx context.Context) {
	if !c.askAccess(ctx) {
		return
	}
	c.askTags(ctx)
	c.askContacts(ctx)
	c.askAssignments(ctx)
	c.askWebhook(ctx)
	c.askWorkflow(ctx)
	c.askDeletion(ctx)
	c.askRate()
}

// maxTries bounds how often a call is made that the rate limit refuses.
const maxTries = 5

// call makes a call, and waits for as long as the rate limit asks.
func (c *checker) call(ctx context.Context, do func() error) error {
	c.wire.forget()
	for range maxTries - 1 {
		err := do()
		if !errors.Is(err, systeme.RateLimited) || pause(ctx, systeme.RetryAfter(err)) != nil {
			return err
		}
		c.wire.forget()
	}
	return do()
}

func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// expect makes a call that is supposed to end with a kind of failure, or with none
// for "". It tells whether it did.
func (c *checker) expect(ctx context.Context, question string, kind systeme.Kind, do func() error) bool {
	err := c.call(ctx, do)
	if unanswered(ctx, err) {
		c.answer(Unasked, question, err.Error())
		return false
	}
	expected := kind == "" && err == nil || kind != "" && errors.Is(err, kind)
	found := c.wire.first()
	if !expected {
		found += ", which ClientFlow takes for " + kindOf(err)
	}
	c.judge(expected, question, found)
	return expected
}

// unanswered tells whether a failure says nothing of what was asked.
func unanswered(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, systeme.Temporary) || errors.Is(err, systeme.RateLimited))
}

func kindOf(err error) string {
	if e, is := errors.AsType[*systeme.Error](err); is {
		return "“" + string(e.Kind) + "”"
	}
	return "a success"
}

func (c *checker) judge(expected bool, question, found string) {
	if expected {
		c.answer(AsExpected, question, found)
		return
	}
	c.answer(Differs, question, found)
}

func (c *checker) answer(verdict Verdict, question, found string) {
	c.report.Answers = append(c.report.Answers, Answer{verdict, question, found})
}

// address returns an address that nobody else has.
func (c *checker) address(word string) string {
	return strings.ReplaceAll(c.name, "-", ".") + "." + word + "@" + c.Domain
}

// value writes a value as it came.
func value(text string) string {
	if text == "" {
		return "none"
	}
	return fmt.Sprintf("%q", text)
}
