// Package tagsync brings leads to Systeme.io: a contact, and then its IB's tags. It
// takes away what is left there of a lead that was erased, before it brings one that
// was captured anew, and makes the tags that an IB has from its beginning.
//
// A message names a lead, and nothing else in it is trusted: the lead is loaded
// again, and its tags are built from its tenant's own record. Every step that was
// done is recorded before the next one begins, so that a crash, a redelivery or a
// refusal repeats nothing that is known to be done. What another IB wrote to a
// shared contact is never changed.
//
// A message ends in one of four ways. It is done: the lead is synced, or says
// why it is not, or is gone. It is put off until its turn at the account's rate, or
// until the account is mended: a copy comes later, and the time spent waiting costs
// the lead none of its tries, but for a lead that is itself blocked, which has few. It
// was answered 429, and stays invisible for as long as Systeme.io asks. Or it failed,
// and is received again after a growing wait, until the lead is marked failed and the
// queue moves the message to its dead letters. An erasure says that it failed, and is
// begun anew.
//
// No address, name or number of a lead may reach a log or an error from here.
package tagsync

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// contacts is what a sync calls of Systeme.io, beside what TagIDs does.
type contacts interface {
	CreateContact(context.Context, systeme.NewContact) (systeme.Contact, error)
	ContactByEmail(ctx context.Context, email string) (systeme.Contact, error)
	Contact(ctx context.Context, id int64) (systeme.Contact, error)
	ContactFields(context.Context) ([]systeme.ContactField, error)
	TakesContacts(context.Context) error
	AssignTag(ctx context.Context, contactID, tagID int64) error
	RemoveTag(ctx context.Context, contactID, tagID int64) error
	DeleteContact(ctx context.Context, id int64) error
}

// Handler syncs the leads and IBs that a batch of messages names. It keeps nothing of one
// event for the next but what its gate and its tag ids know of the account.
type Handler struct {
	leads       lead.Store
	users       account.Users
	contacts    contacts
	gate        *gate
	tags        *TagIDs
	deletions   deletions
	queue       queueAt
	maxReceives int
	now         func() time.Time
	log         *slog.Logger
}

// Handle works on all leads of a batch side by side. It returns no error: a
// message that is to come again is named in the response.
func (h *Handler) Handle(ctx context.Context, event Event) (Response, error) {
	deliveries, unread := sort(event.Records, h.now())
	ends := make([]end, len(deliveries))
	var running sync.WaitGroup
	for i, d := range deliveries {
		running.Go(func() { ends[i] = h.deliver(ctx, d) })
	}
	running.Wait()
	response := Response{Failures: []Failure{}}
	for i, d := range deliveries {
		h.logEnd(ctx, d, ends[i])
		if ends[i].again {
			response.add(d.records)
		}
	}
	// What cannot be read is left to become a dead letter, where it is seen.
	response.add(unread)
	for _, r := range unread {
		h.log.LogAttrs(ctx, slog.LevelError, "event", requestID(ctx), slog.String("messageId", r.MessageID),
			slog.String("outcome", "unreadable"), eventlog.Error(errMessage))
	}
	return response, nil
}

func (r *Response) add(records []Record) {
	for _, record := range records {
		r.Failures = append(r.Failures, Failure{record.MessageID})
	}
}

// deliver works on one lead and says how that ended.
func (h *Handler) deliver(ctx context.Context, d delivery) end {
	if d.receives() > h.maxReceives {
		return h.giveUp(ctx, d, errInterrupted)
	}
	result, err := h.guarded(ctx, d)
	if err != nil {
		if result.recorded {
			d.recordedAt = h.now()
		}
		return h.settle(ctx, d, err)
	}
	return result
}

// guarded syncs a lead and turns a panic into an error, so that one lead's defect
// is not the whole batch's.
func (h *Handler) guarded(ctx context.Context, d delivery) (result end, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	if d.leadID == "" {
		result.outcome, err = h.makeTags(ctx, d.owner)
		return result, err
	}
	return h.sync(ctx, d)
}

// logEnd names a lead by the messages that asked for it. Its id can be made of its IB's
// and an address, so beside the IB's it would tell who knows an address that it is here.
func (h *Handler) logEnd(ctx context.Context, d delivery, e end) {
	attrs := []slog.Attr{
		requestID(ctx), slog.String("tenantId", d.owner.String()),
		slog.Int("receives", d.receives()), slog.String("outcome", string(e.outcome)),
		slog.Any("messageIds", d.each(func(r Record) string { return r.MessageID })),
		slog.Any("requestIds", d.requestIDs()), slog.Any("traceIds", d.traceIDs()),
	}
	if e.err != nil {
		attrs = append(attrs, eventlog.Error(e.err))
	}
	var waited time.Duration
	if since := d.since(); !since.IsZero() {
		waited = h.now().Sub(since)
	}
	attrs = append(attrs, e.metrics(waited)...)
	h.log.LogAttrs(ctx, e.outcome.level(), "event", attrs...)
}

func requestID(ctx context.Context) slog.Attr {
	id := ""
	if lambda, ok := lambdacontext.FromContext(ctx); ok {
		id = lambda.AwsRequestID
	}
	return slog.String("requestId", id)
}
