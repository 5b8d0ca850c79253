package tagsync

import (
	"context"
	"errors"
	"fmt"
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
	// accountAnswers tells that the account took contacts when it was asked.
	accountAnswers bool
}

// sync brings one lead to Systeme.io as far as it is not there already, after what is
// left there of one with the same address that was erased has been removed.
func (h *Handler) sync(ctx context.Context, n name) (end, error) {
	j, loadErr := h.load(ctx, n)
	// Asked for after the lead was loaded: a lead that was loaded and has an erasure
	// before it must not be taken for one that has none.
	erased, err := h.erase(ctx, n)
	if err != nil {
		return end{}, err
	}
	if erased {
		j, loadErr = h.load(ctx, n)
	}
	switch {
	case erased && errors.Is(loadErr, lead.ErrNotFound):
		return end{outcome: finished}, nil
	case loadErr != nil:
		return end{}, loadErr
	}
	return j.run(ctx)
}

func (j *job) run(ctx context.Context) (end, error) {
	if j.lead.SyncState == lead.Synced && len(j.missing()) == 0 {
		return end{outcome: unchanged}, nil
	}
	if j.lead.ContactID == 0 {
		if err := j.findContact(ctx); err != nil {
			return end{}, err
		}
	}
	err := j.tagContact(ctx)
	if errors.Is(err, systeme.NotFound) {
		err = j.replaceContact(ctx)
	}
	if err != nil {
		return end{}, err
	}
	return end{outcome: synced, latency: j.latency()}, nil
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
func (h *Handler) load(ctx context.Context, n name) (*job, error) {
	leads, err := h.leads.Of(n.owner)
	if err != nil {
		return nil, err
	}
	l, err := leads.Get(ctx, n.leadID)
	if err != nil {
		return nil, err
	}
	ib, err := h.users.Get(ctx, n.owner)
	if err != nil {
		return nil, fmt.Errorf("load the lead's owner: %w", err)
	}
	wanted, err := l.Tags(ib.Prefix)
	if err != nil {
		return nil, err
	}
	return &job{Handler: h, owned: leads, lead: l, ib: ib, wanted: wanted}, nil
}

// missing returns the tags that are not known to be on the contact, in their
// order.
func (j *job) missing() []string { return without(j.wanted, j.lead.TagsApplied) }

// findContact finds or makes the lead's contact and records it. Tags that the
// contact carries already, from a try that was cut off before it could record
// them, are recorded first: afterwards nobody would look at the contact again.
func (j *job) findContact(ctx context.Context) error {
	contact, err := j.contact(ctx)
	if err != nil {
		return err
	}
	found := without(j.wanted, without(j.wanted, tagNames(contact)))
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
	if err := j.owned.RecordContact(ctx, j.lead.ID, contact.ID); err != nil {
		return err
	}
	j.lead.ContactID = contact.ID
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
	if err := j.owned.RecordContact(ctx, j.lead.ID, contact.ID); err != nil {
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
	return h.contacts.AssignTag(ctx, contactID, id)
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
