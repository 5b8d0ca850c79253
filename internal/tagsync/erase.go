package tagsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// tooEarly says that nothing failed, but that there is nothing to do for a lead
// until some time has passed.
type tooEarly struct{ wait time.Duration }

func (e *tooEarly) Error() string {
	return "nothing to do before " + e.wait.Round(time.Second).String() + " have passed"
}

// eraser is one erasure on its way.
type eraser struct {
	*Handler
	owned   lead.Leads // its tenant's
	erasure lead.Erasure
	ib      account.IB
}

// erase goes on with the erasure of a lead, if one is unfinished: it takes the IB's
// tags off the contact, and deletes a contact that ClientFlow made when nobody else's
// tag is on it. It returns true when it has finished one, and *tooEarly when it has to
// look again.
//
// It looks again because it is not alone. A sync that loaded the lead before it was
// erased, or another try of the erasure, may put on a tag or take one off after this
// one has looked. So whoever removes something notes first until when that may last,
// and an erasure is finished only by who finds nothing to remove when all that was
// noted is over. From then on nothing of the erased lead can reach the contact, nor
// what is removed for its sake be missed by one that is captured anew.
func (h *Handler) erase(ctx context.Context, n name) (finished bool, err error) {
	owned, err := h.leads.Of(n.owner)
	if err != nil {
		return false, err
	}
	unfinished, ok, err := owned.Unfinished(ctx, n.leadID)
	if err != nil || !ok {
		return false, err
	}
	if err := owned.FreeAddress(ctx, unfinished); err != nil {
		return false, err
	}
	ib, err := h.users.Get(ctx, n.owner)
	if err != nil {
		return false, fmt.Errorf("load the owner of an erased lead: %w", err)
	}
	return (&eraser{h, owned, unfinished, ib}).run(ctx)
}

func (e *eraser) run(ctx context.Context) (finished bool, err error) {
	quiet, err := e.erasure.QuietAt.Time()
	if err != nil {
		return false, err
	}
	contact, err := e.find(ctx)
	switch {
	case errors.Is(err, systeme.NotFound):
	case err != nil:
		return false, err
	case e.hasTraces(contact):
		return false, e.sweep(ctx, contact)
	}
	if wait := quiet.Sub(e.now()); wait > 0 {
		return false, &tooEarly{wait}
	}
	finished, err = e.owned.FinishErasure(ctx, e.erasure)
	if err == nil && !finished {
		err = &tooEarly{time.Second} // another try goes on with it
	}
	return finished, err
}

// find finds the contact that the lead was: the one that is known, or else the one
// that has the address. It fails with systeme.NotFound when there is none but one that
// was deleted: for days, Systeme.io says, it may still be found.
func (e *eraser) find(ctx context.Context) (systeme.Contact, error) {
	known, deleted := e.erasure.ContactID, e.erasure.DeletedID
	if known > 0 && known != deleted {
		contact, err := e.contacts.Contact(ctx, known)
		if !errors.Is(err, systeme.NotFound) {
			return contact, err
		}
	}
	contact, err := e.contacts.ContactByEmail(ctx, e.erasure.Email)
	switch {
	case errors.Is(err, systeme.Invalid):
		err = systeme.NotFound // an address that is refused has no contact
	case errors.Is(err, systeme.Forbidden):
		err = e.blocked(ctx)
	case err == nil && (contact.ID == known || contact.ID == deleted):
		err = systeme.NotFound
	}
	return contact, err
}

// own tells whether a tag is the IB's, be it one that ClientFlow made or not. An IB
// without a prefix has none.
func (e *eraser) own(tag systeme.Tag) bool {
	prefix := e.ib.Prefix.String()
	return prefix != "" && strings.HasPrefix(strings.ToLower(tag.Name), prefix)
}

// held tells whether a contact is somebody else's too: the account's owner had it
// before any lead came to it, or a tag is on it that is another IB's or the owner's.
func (e *eraser) held(contact systeme.Contact) bool {
	if !byClientFlow(contact) {
		return true
	}
	for _, tag := range contact.Tags {
		if !e.own(tag) {
			return true
		}
	}
	return false
}

// byClientFlow tells whether ClientFlow made a contact, for whichever IB: that one may have
// erased its lead since. An IB can have a lead with any address, and no contact of the
// account's owner may go with it.
func byClientFlow(contact systeme.Contact) bool {
	return slices.ContainsFunc(contact.Fields, func(f systeme.Field) bool {
		return f.Value != "" && (f.Slug == OwnerField || f.Slug == PrefixField)
	})
}

// hasTraces tells whether there is something to remove.
func (e *eraser) hasTraces(contact systeme.Contact) bool {
	for _, tag := range contact.Tags {
		if e.own(tag) {
			return true
		}
	}
	return !e.held(contact)
}

// sweep removes what there is to remove, and returns *tooEarly.
func (e *eraser) sweep(ctx context.Context, contact systeme.Contact) error {
	ok, err := e.owned.RecordErasing(ctx, e.erasure.LeadID, contact.ID, e.now().Add(lead.Quiet))
	if err != nil {
		return err
	}
	if !ok {
		return &tooEarly{time.Second} // finished by another try
	}
	for _, tag := range contact.Tags {
		if !e.own(tag) {
			continue
		}
		if err := e.contacts.RemoveTag(ctx, contact.ID, tag.ID); err != nil {
			return err
		}
	}
	if !e.held(contact) {
		if err := e.deleteContact(ctx, contact.ID); err != nil {
			return err
		}
	}
	return &tooEarly{lead.Quiet}
}

// deleteContact deletes a contact that nobody else holds. A tag that another IB's sync
// puts on at this moment is seen, or that sync sees that the contact may be gone.
func (e *eraser) deleteContact(ctx context.Context, contactID int64) error {
	if err := e.deletions.announce(ctx, contactID, e.now().Add(lead.Quiet)); err != nil {
		return err
	}
	contact, err := e.contacts.Contact(ctx, contactID)
	if errors.Is(err, systeme.NotFound) {
		return nil
	}
	if err != nil || e.held(contact) {
		return err
	}
	if err := e.contacts.DeleteContact(ctx, contactID); err != nil {
		return err
	}
	_, err = e.owned.RecordDeleted(ctx, e.erasure.LeadID, contactID)
	return err
}

// markErasureFailed marks the erasure of a lead failed; false when none is unfinished.
func (h *Handler) markErasureFailed(ctx context.Context, n name) (bool, error) {
	if n.leadID == "" {
		return false, nil
	}
	owned, err := h.leads.Of(n.owner)
	if err != nil {
		return false, err
	}
	return owned.RecordErasureFailed(ctx, n.leadID, erasureReason)
}

// persist begins the tries of an erasure anew. Nobody but us can do what it asks for,
// so it does not become a dead letter that waits for somebody to look.
func (h *Handler) persist(ctx context.Context, d delivery, cause error) end {
	d.anew = true
	e := h.postpone(ctx, d, maxDelay, cause)
	if e.outcome == postponed {
		e.outcome = failed
	}
	return e
}
