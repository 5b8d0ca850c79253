package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientflow/internal/email"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

// contactsPerCall is the most that Systeme.io lists at a time.
const contactsPerCall = 100

// workflowTags are the names of the tags that tell what workflows did, in the order
// of a lead's life: of several that were missed the last one counts.
func workflowTags() []lead.Status { return lead.Statuses()[1:] }

// catchUp looks for workflows' tags that were put on or taken off and no webhook has
// told of, and returns how many were news to their leads. What the API shows has no
// time. So what a round finds counts as having happened when the round began, or when
// the webhook was last found away, if that is later: before what the webhook has told
// since, and after all that it told before.
func (r *Reconciler) catchUp(ctx context.Context, away bool) (found int, err error) {
	const round = "missed"
	at, err := r.places.load(ctx, round)
	if err != nil {
		return 0, err
	}
	if at.Since == "" || away {
		at.Since = lead.Stamp(r.now())
		if err := r.places.save(ctx, round, at); err != nil {
			return 0, err
		}
	}
	since, err := at.Since.Time()
	if err != nil {
		return 0, fmt.Errorf("read when a round began: %w", err)
	}
	err = r.round(ctx, round, at, callsPerRun, func(ctx context.Context, owner tenant.ID, at string) (string, error) {
		if at == "" {
			return part{}.String(), r.mendTags(ctx, owner)
		}
		p, next, err := r.page(ctx, owner, parsePart(at))
		if err != nil {
			return "", err
		}
		for _, contact := range p.contacts {
			news, err := r.tell(ctx, owner, contact, p, since)
			if err != nil {
				return "", err
			}
			found += news
		}
		return next, nil
	})
	return found, err
}

// mendTags makes one call: for an IB's newest tags. Of those that were deleted in
// Systeme.io and made anew the new id is registered, or their contacts would never be
// found.
func (r *Reconciler) mendTags(ctx context.Context, owner tenant.ID) error {
	ib, err := r.users.Get(ctx, owner)
	if err != nil || ib.TagsMade == "" {
		return unlessGone(err)
	}
	newest, err := r.account.NewestTags(ctx, ib.Prefix.String())
	if err != nil {
		return err
	}
	for _, name := range workflowTags() {
		sought, err := r.sought(ctx, ib.Prefix, string(name))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(newest, func(t systeme.Tag) bool { return t.Name == sought.Name })
		if i < 0 || newest[i].ID == sought.ID {
			continue
		}
		if err := r.tags.Register(ctx, sought.Name, newest[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// part is a place in one IB: which of its tags, and behind which contact.
type part struct {
	tag   int
	after int64
}

func (p part) String() string { return fmt.Sprintf("%d/%d", p.tag, p.after) }

// parsePart reads what String made; the beginning of anything else.
func parsePart(text string) part {
	first, second, _ := strings.Cut(text, "/")
	index, err := strconv.Atoi(first)
	after, err2 := strconv.ParseInt(second, 10, 64)
	if errors.Join(err, err2) != nil || index < 0 || after < 0 {
		return part{}
	}
	return part{index, after}
}

// carriers are contacts that carry a tag, of the IB that has the prefix.
type carriers struct {
	prefix   tag.Prefix
	tag      systeme.Tag
	contacts []systeme.Contact
}

// page makes one call: for the contacts of the first tag from a part on that
// Systeme.io has. Next is where the IB's next part begins.
func (r *Reconciler) page(ctx context.Context, owner tenant.ID, p part) (carriers, string, error) {
	ib, err := r.users.Get(ctx, owner)
	if err != nil {
		return carriers{}, "", unlessGone(err)
	}
	for ; p.tag < len(workflowTags()); p = (part{tag: p.tag + 1}) {
		sought, err := r.sought(ctx, ib.Prefix, string(workflowTags()[p.tag]))
		if err != nil {
			return carriers{}, "", err
		}
		if sought.ID == 0 {
			continue
		}
		found, err := r.account.ContactsByTag(ctx, sought.ID, p.after, contactsPerCall)
		if isGone(err) { // and nobody carries it
			err = nil
		}
		if err != nil {
			return carriers{}, "", err
		}
		return carriers{ib.Prefix, sought, found.Contacts}, p.behind(found).next(), nil
	}
	return carriers{}, "", nil
}

// isGone tells whether Systeme.io says that it has no tag of the id that was asked for.
func isGone(err error) bool {
	return errors.Is(err, systeme.NotFound) || slices.ContainsFunc(systeme.Violations(err), func(v systeme.Violation) bool {
		return strings.HasPrefix(v.Field, "tags")
	})
}

// sought is an IB's tag of a name; without an id when Systeme.io has none that is
// known.
func (r *Reconciler) sought(ctx context.Context, prefix tag.Prefix, name string) (systeme.Tag, error) {
	text, err := prefix.Tag(name)
	if err != nil {
		return systeme.Tag{}, err
	}
	id, err := r.tags.Registered(ctx, text)
	return systeme.Tag{ID: id, Name: text}, err
}

// behind is the part behind a page.
func (p part) behind(page systeme.Page) part {
	if page.After > 0 {
		return part{p.tag, page.After}
	}
	return part{tag: p.tag + 1}
}

// next is where a round goes on in an IB; "" when there is no such part.
func (p part) next() string {
	if p.tag >= len(workflowTags()) {
		return ""
	}
	return p.String()
}

// tell records what of a contact's tags its lead of the IB does not know, and returns how
// many that were: the tag that it carries, and others of the IB's workflows that it
// carries no more. All else that the contact carries is other IBs' and is not looked at.
func (r *Reconciler) tell(ctx context.Context, owner tenant.ID, contact systeme.Contact, of carriers, at time.Time) (news int, err error) {
	// Looked for again, lest a parameter that is ignored one day give any contact.
	if !carries(contact, of.tag.ID) {
		return 0, nil
	}
	address, err := email.Normalise(contact.Email)
	if err != nil {
		return 0, nil // no lead has such an address
	}
	leads, err := r.leads.Of(owner)
	if err != nil {
		return 0, err
	}
	l, err := leads.Get(ctx, lead.ID(owner, address))
	if errors.Is(err, lead.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	changes, err := r.takenOff(ctx, contact, of.prefix, l.TagsApplied)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(l.TagsApplied, of.tag.Name) {
		changes = append(changes, systeme.TagEvent{Added: true, Tag: of.tag})
	}
	for _, event := range changes {
		event.ContactID, event.Email = contact.ID, contact.Email
		if err := r.recorder.Record(ctx, event, at); err != nil {
			return news, err
		}
		news++
	}
	return news, nil
}
