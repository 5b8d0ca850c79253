package tagsync

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// job is one lead on its way.
type job struct {
	*Handler
	owned lead.Leads // its tenant's
	lead  lead.Lead
	ib    account.IB
	// wanted are the tags that it is to have.
	wanted []string
	// note tells what its contact is not given; "" for nothing.
	note string
	// recorded tells that all is recorded that was done for it.
	recorded bool
	// accountAnswers tells that the account took contacts when it was asked.
	accountAnswers bool
}

// sync brings one lead to Systeme.io as far as it is not there already, after what is
// left there of one with the same address that was erased has been removed.
func (h *Handler) sync(ctx context.Context, d delivery) (end, error) {
	j, loadErr := h.load(ctx, d)
	// Asked for after the lead was loaded: a lead that was loaded and has an erasure
	// before it must not be taken for one that has none.
	erased, err := h.erase(ctx, d.name)
	if err != nil {
		return end{}, err
	}
	if erased {
		j, loadErr = h.load(ctx, d)
	}
	switch {
	case erased && errors.Is(loadErr, lead.ErrNotFound):
		return end{outcome: finished}, nil
	case loadErr != nil:
		return end{}, loadErr
	}
	if j.lead.SyncState == lead.Synced && len(j.missing()) == 0 {
		return end{outcome: unchanged}, nil
	}
	if err := j.run(ctx); err != nil {
		return end{recorded: j.recorded}, err
	}
	return end{outcome: synced, latency: j.latency()}, nil
}

func (j *job) run(ctx context.Context) error {
	var err error
	if j.lead.ContactID != 0 {
		err = j.lookAgain(ctx)
	} else if err := j.findContact(ctx); err != nil {
		return err
	}
	if err == nil {
		err = j.tagContact(ctx)
	}
	if errors.Is(err, systeme.NotFound) {
		err = j.replaceContact(ctx)
	}
	return err
}

// latency is how long a lead that is synced now took from its capture; 0 for one
// that was synced before, whose capture says nothing of this time.
func (j *job) latency() time.Duration {
	captured, err := j.lead.CreatedAt.Time()
	if err != nil || j.lead.SyncedAt != nil {
		return 0
	}
	return j.now().Sub(captured)
}

// load reads a lead and what it is to become.
func (h *Handler) load(ctx context.Context, d delivery) (*job, error) {
	leads, err := h.leads.Of(d.owner)
	if err != nil {
		return nil, err
	}
	l, err := leads.Get(ctx, d.leadID)
	if err != nil {
		return nil, err
	}
	ib, err := h.users.Get(ctx, d.owner)
	if err != nil {
		return nil, fmt.Errorf("load the lead's owner: %w", err)
	}
	wanted, err := l.Tags(ib.Prefix)
	if err != nil {
		return nil, err
	}
	// One that failed may have been cut off in its last try, whatever its messages say.
	recorded := d.recorded && l.SyncState != lead.Failed
	return &job{Handler: h, owned: leads, lead: l, ib: ib, wanted: wanted, recorded: recorded}, nil
}

// missing returns the tags that are not known to be on the contact, in their
// order.
func (j *job) missing() []string { return without(j.wanted, j.lead.TagsApplied) }

// findContact finds or makes the lead's contact and records it, after the tags that
// it carries already.
func (j *job) findContact(ctx context.Context) error {
	contact, err := j.contact(ctx)
	if err != nil {
		return err
	}
	if err := j.recordFound(ctx, contact); err != nil {
		return err
	}
	if err := j.owned.RecordContact(ctx, j.lead.ID, contact.ID, j.note); err != nil {
		return err
	}
	j.lead.ContactID, j.recorded = contact.ID, true
	return nil
}

// lookAgain looks which tags are on a contact that an earlier try has found or made,
// unless that try has left word that it recorded all it did: one that was cut off, or
// whose last answer was lost, may have put on more, and a tag that is put on again may
// start its workflows again. It fails with systeme.NotFound when the contact is gone.
func (j *job) lookAgain(ctx context.Context) error {
	if j.recorded || len(j.missing()) == 0 {
		return nil
	}
	contact, err := j.contacts.Contact(ctx, j.lead.ContactID)
	if err != nil {
		return err
	}
	err = j.recordFound(ctx, contact)
	j.recorded = err == nil
	return err
}

// recordFound records the lead's tags that a contact carries already.
func (j *job) recordFound(ctx context.Context, contact systeme.Contact) error {
	missing := j.missing()
	found := without(missing, without(missing, tagNames(contact)))
	if len(found) > 0 {
		if err := j.stays(ctx, contact.ID); err != nil {
			return err
		}
	}
	for _, tag := range found {
		if err := j.owned.RecordTag(ctx, j.lead.ID, tag); err != nil {
			return err
		}
		j.lead.TagsApplied = append(j.lead.TagsApplied, tag)
	}
	return nil
}

// tagContact gives the contact its missing tags, one by one, and records each;
// the last one in the write that says that the lead is synced. It fails with
// systeme.NotFound when the contact is gone.
func (j *job) tagContact(ctx context.Context) error {
	missing := j.missing()
	for i, tag := range missing {
		if err := j.assign(ctx, j.lead.ContactID, tag); err != nil {
			return err
		}
		if i == len(missing)-1 {
			j.recorded = false
			if err := j.stays(ctx, j.lead.ContactID); err != nil {
				return err
			}
			return j.owned.RecordSynced(ctx, j.lead.ID, j.now(), tag)
		}
		if err := j.owned.RecordTag(ctx, j.lead.ID, tag); err != nil {
			return err
		}
	}
	return j.owned.RecordSynced(ctx, j.lead.ID, j.now())
}

// replaceContact gives the lead another contact in place of one that was deleted
// in Systeme.io, with all its tags. What is recorded speaks of the old contact
// until the new one is complete, so that a try cut off in between begins again
// here, and leaves out the tags that it finds. It fails with systeme.NotFound while
// the old contact is still found by its address, as it may be for some time.
func (j *job) replaceContact(ctx context.Context) error {
	j.recorded = false
	contact, err := j.contact(ctx)
	if err != nil {
		return err
	}
	for _, tag := range without(j.wanted, tagNames(contact)) {
		if err := j.assign(ctx, contact.ID, tag); err != nil {
			return err
		}
	}
	if err := j.stays(ctx, contact.ID); err != nil {
		return err
	}
	if err := j.owned.RecordContact(ctx, j.lead.ID, contact.ID, j.note); err != nil {
		return err
	}
	return j.owned.RecordSynced(ctx, j.lead.ID, j.now(), j.wanted...)
}

// assign gives a contact one tag. An id that has gone stale is looked up anew,
// once.
func (h *Handler) assign(ctx context.Context, contactID int64, tag string) error {
	id, err := h.tags.ID(ctx, tag)
	if err != nil {
		return err
	}
	err = h.contacts.AssignTag(ctx, contactID, id)
	if !errors.Is(err, systeme.UnknownTag) {
		return err
	}
	if err := h.tags.Forget(ctx, tag, id); err != nil {
		return err
	}
	if id, err = h.tags.ID(ctx, tag); err != nil {
		return err
	}
	err = h.contacts.AssignTag(ctx, contactID, id)
	if e, is := errors.AsType[*systeme.Error](err); is && e.Kind == systeme.UnknownTag && e.Status == http.StatusNotFound {
		// The tag was found a moment ago, so the contact is what is not there, even if
		// it can still be read.
		return fmt.Errorf("assign a tag that exists: %w", systeme.NotFound)
	}
	return err
}

func tagNames(contact systeme.Contact) []string {
	names := make([]string, len(contact.Tags))
	for i, tag := range contact.Tags {
		names[i] = tag.Name
	}
	return names
}

// without returns the texts that are not among those left out, in their order.
func without(texts, left []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return slices.Contains(left, text) })
}
