// Package reconcile runs by the clock and makes up for what was lost between
// ClientFlow and Systeme.io while nobody looked.
//
// A run looks at three things. The account: a webhook that was switched off or is
// gone, and contact fields that are, are told of in a line for the alarm, and
// mended. The leads, erasures and IBs that have waited too long for their way to Systeme.io
// are put back into the queue. And what workflows did while no webhook told of it is
// found in the contacts that carry their tags, and recorded as the webhook would.
//
// The latter two go round all IBs. A run takes as many steps as its budget allows,
// notes where it stopped, and the next run goes on there. Every step may be done
// again, so it does no harm when two runs meet or one is cut off.
//
// A tag that was taken off is found where the contact carries another of the same IB's
// workflows, as when one takes the place of another. To find it where none is left, each
// lead that shows one would cost a call. Nothing follows from such a tag but that the
// lead shows it: a removal leaves the status as it is.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clientflow/internal/account"
	"clientflow/internal/connection"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/metric"
	"clientflow/internal/signing"
	"clientflow/internal/systeme"
	"clientflow/internal/tagsync"
	"clientflow/internal/webhook"
)

// Reconciler makes the runs.
type Reconciler struct {
	key       systeme.Key
	secret    systeme.Key // the webhook's, which is stored as the key is
	account   accountAPI
	hook      connection.Webhook
	directory account.Directory
	users     account.Users
	leads     lead.Store
	tags      *tagsync.TagIDs
	recorder  webhook.Recorder
	places    places
	now       func() time.Time
	log       *slog.Logger
}

// accountAPI is what is called of Systeme.io, beside what TagIDs does.
type accountAPI interface {
	connection.Account
	NewestTags(ctx context.Context, text string) ([]systeme.Tag, error)
	ContactsByTag(ctx context.Context, tagID, after int64, limit int) (systeme.Page, error)
}

const (
	// stepsPerRound bounds the steps of a run over waiting leads: each reads up to 500
	// leads.
	stepsPerRound = 40
	// callsPerRun bounds the calls of Systeme.io that look for contacts.
	callsPerRun = 30
	// patience is how long Systeme.io may leave a question about the account without an
	// answer before that is a fault: four runs.
	patience = 50 * time.Minute
	// reserve is the end of a run in which no step is begun.
	reserve = 15 * time.Second
)

// Handle is one run. Its error is for Lambda to try again: the tables could not be
// reached. What is wrong with Systeme.io waits for the next run.
func (r *Reconciler) Handle(ctx context.Context) error {
	log := r.log
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With(slog.String("requestId", invocation.AwsRequestID))
	}
	if deadline, bound := ctx.Deadline(); bound {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	hook, ready, err := r.unlock(ctx)
	if err == nil && !ready {
		log.WarnContext(ctx, "event", slog.String("outcome", "no API key"))
		return nil
	}
	var done counts
	if err == nil {
		done, err = r.run(ctx, log, hook)
	}
	attrs := []any{metric.Count(metric.Requeued, done.requeued), slog.Int("found", done.found)}
	if systeme.TooMany(err) {
		attrs = append(attrs, metric.Count(metric.RateLimited, 1))
	}
	switch {
	case err == nil:
		log.InfoContext(ctx, "event", append(attrs, slog.String("outcome", "ok"))...)
	case ctx.Err() != nil || systemes(err):
		log.WarnContext(ctx, "event", append(attrs, slog.String("outcome", "stopped"), eventlog.Error(err))...)
		err = nil
	default:
		log.ErrorContext(ctx, "event", append(attrs, slog.String("outcome", "failed"), eventlog.Error(err))...)
	}
	return err
}

// unlock returns the webhook with its secret; ready is false when the account has no key.
// A secret that was changed lately is given to the webhook again, once all functions
// accept it, which is when all before have an end.
func (r *Reconciler) unlock(ctx context.Context) (hook connection.Webhook, ready bool, err error) {
	hook = r.hook
	if key, err := known(ctx, r.key); err != nil || key == "" {
		return hook, false, err
	}
	text, err := known(ctx, r.secret)
	secrets := signing.Parse(text)
	hook.Secret = secrets.Newest()
	_, ends := secrets.Until(r.now())
	hook.Lately = ends && !secrets.Pending()
	return hook, true, err
}

// known returns a secret, which may have come since this environment started; "" when
// there is none yet.
func known(ctx context.Context, secret systeme.Key) (string, error) {
	if value := secret.Value(); value != "" {
		return value, nil
	}
	return secret.Renew(ctx, "")
}

// counts say what a run did.
type counts struct {
	// requeued are the leads that were put back into the queue, found the tags put on
	// or taken off that were news to their leads.
	requeued, found int
}

// run does what can be done with the account as it is.
func (r *Reconciler) run(ctx context.Context, log *slog.Logger, hook connection.Webhook) (done counts, err error) {
	findings := connection.Mend(ctx, r.account, hook)
	lasts, err := r.unanswered(ctx, findings)
	if err != nil {
		return done, err
	}
	report(ctx, log, findings, lasts)
	if !connection.Holds(findings, connection.Access) {
		return done, passing(findings)
	}
	var errWaiting, errMissed error
	if connection.Holds(findings, connection.Fields) { // or what waits would only be in the queue twice
		done.requeued, errWaiting = r.requeue(ctx)
	}
	last := findings[len(findings)-1] // the webhook's
	done.found, errMissed = r.catchUp(ctx, last.State != connection.Right && !isHeld(last.Err))
	return done, errors.Join(errWaiting, errMissed)
}

// passing returns the error of a finding that may be another by the next run; nil when
// there is none.
func passing(findings []connection.Finding) error {
	for _, f := range findings {
		if isHeld(f.Err) || errors.Is(f.Err, systeme.Temporary) {
			return f.Err
		}
	}
	return nil
}

// unanswered tells whether Systeme.io has left a question about the account without an
// answer in each run of the last hour: no longer a moment's fault.
func (r *Reconciler) unanswered(ctx context.Context, findings []connection.Finding) (lasts bool, err error) {
	const round = "unanswered"
	at, err := r.places.load(ctx, round)
	if err != nil {
		return false, err
	}
	now := slices.ContainsFunc(findings, func(f connection.Finding) bool {
		return f.State == connection.Wrong && errors.Is(f.Err, systeme.Temporary)
	})
	switch {
	case !now && at == (place{}):
		return false, nil
	case !now:
		return false, r.places.save(ctx, round, place{})
	case at.Since == "":
		return false, r.places.save(ctx, round, place{Since: lead.Stamp(r.now())})
	}
	since, err := at.Since.Time()
	if err != nil {
		return false, fmt.Errorf("read since when Systeme.io does not answer: %w", err)
	}
	return r.now().Sub(since) >= patience, nil
}

// isHeld tells whether a failure is that of a call which was held back, or has been
// asked to come later: nothing is wrong then but the time.
func isHeld(err error) bool {
	return errors.Is(err, systeme.RateLimited) || errors.Is(err, systeme.Unpaced)
}

// report writes a line for each thing that was not right, which the alarm looks for, and
// a lesser one for what the next run tries again: a moment in which Systeme.io did not
// answer is nobody's fault, unless it lasts.
func report(ctx context.Context, log *slog.Logger, findings []connection.Finding, lasts bool) {
	for _, f := range findings {
		said := []any{slog.String("state", string(f.State)), slog.String("what", f.What), slog.String("detail", f.Detail)}
		switch {
		case isHeld(f.Err):
		case f.State != connection.Right && (lasts || !errors.Is(f.Err, systeme.Temporary)):
			log.ErrorContext(ctx, "account fault", append(faults(f), said...)...)
		case f.Err != nil:
			log.WarnContext(ctx, "account note", said...)
		}
	}
}

// faults are the numbers of the line of a finding.
func faults(f connection.Finding) []any {
	numbers := []any{metric.Count(metric.AccountFaults, 1)}
	if f.Part == connection.Hook {
		numbers = append(numbers, metric.Count(metric.WebhookFaults, 1))
	}
	return numbers
}

// systemes tells whether a failure is Systeme.io's or the account's.
func systemes(err error) bool {
	_, is := errors.AsType[*systeme.Error](err)
	return is
}
