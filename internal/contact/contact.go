// Package contact shows an IB what Systeme.io has of it: the contacts that carry its
// tags.
//
// The account is one for all IBs, and a contact may be several IBs'. Its name and
// numbers may be what a visitor typed into another's form, the day of its
// registration tells whether another had it first, and its other tags are theirs. So
// nothing of a contact leaves this package but its address, by which the IB's own
// lead came to it, and the IB's own tags. What is not from Systeme.io is the id of
// the IB's own lead.
//
// One thing is not hidden: pages follow the age of contacts in the account, so a lead
// that is new to the IB and stands on a late page was known to the account before. A
// page holds 100 contacts and has no order of age within.
package contact

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/email"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

const (
	// pageSize is the most that Systeme.io gives: its calls are what is scarce.
	pageSize = 100
	// callTimeout bounds each call of Systeme.io, and patience all that one request
	// makes, waiting for their turn included.
	callTimeout = 5 * time.Second
	patience    = 10 * time.Second
	// maxReads bounds the leads that are read side by side.
	maxReads = 16
	// turnPatience bounds the wait for the turn of one call. It is longer than the line
	// of those who work for leads, and so short that people who look at contacts all
	// the time leave the sync its share.
	turnPatience = 4 * time.Second
)

// Contact is a contact of the account as far as one IB may see it.
type Contact struct {
	Email string `json:"email"`
	// Tags are the IB's own, sorted, and never empty.
	Tags []string `json:"tags"`
	// LeadID is the IB's lead with that address; nil when it has none, such as one
	// that it has erased.
	LeadID *string `json:"leadId"`
}

// Page is a part of the contacts of one IB.
type Page struct {
	// Contacts are sorted by address, and never nil. There may be none on a page that
	// has another behind it.
	Contacts []Contact `json:"contacts"`
	// NextCursor is where the list goes on; nil when it is at its end.
	NextCursor *string `json:"nextCursor"`
}

// Account is how the account is reached.
type Account struct {
	// URL is the base address of Systeme.io's API.
	URL string
	// Key is the account's API key. An empty one is Systeme.io's to refuse.
	Key systeme.Key
	// Limiter keeps the rate that all who call share.
	Limiter systeme.Limiter
}

// Directory lists the contacts of IBs.
type Directory struct {
	systeme *systeme.Client
	tags    *tagIDs
	cursors cursors
	users   account.Users
	leads   lead.Store
}

// New returns a Directory, and makes no call. It fails when the account's URL is not
// an address.
func New(a Account, users account.Users, leads lead.Store) (Directory, error) {
	client, err := systeme.New(systeme.Config{
		BaseURL: a.URL, Key: a.Key, HTTP: http.DefaultClient, Timeout: callTimeout,
		Limiter: impatient{a.Limiter},
	})
	if err != nil {
		return Directory{}, err
	}
	return Directory{client, newTagIDs(client.TagByName, time.Now), cursors{a.Key}, users, leads}, nil
}

// impatient waits for no turn that is far away.
type impatient struct{ systeme.Limiter }

func (i impatient) Wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	return i.Limiter.Wait(ctx)
}

// page returns a part of an IB's contacts, from behind the contact with the id after;
// 0 for the beginning.
func (d Directory) page(ctx context.Context, owner tenant.ID, after int64) (Page, error) {
	ib, err := d.users.Get(ctx, owner)
	if err != nil {
		return Page{}, err
	}
	found, err := d.find(ctx, ib.Prefix, after)
	if err != nil {
		return Page{}, unavailable(err)
	}
	page := Page{Contacts: []Contact{}}
	for _, c := range found.Contacts {
		if own := ownTags(c, ib.Prefix); len(own) > 0 {
			page.Contacts = append(page.Contacts, Contact{Email: address(c), Tags: own})
		}
	}
	slices.SortFunc(page.Contacts, func(a, b Contact) int { return cmp.Compare(a.Email, b.Email) })
	if found.After > 0 {
		cursor, err := d.cursors.seal(owner, found.After)
		if err != nil {
			return Page{}, err
		}
		page.NextCursor = &cursor
	}
	return page, d.addLeads(ctx, owner, page.Contacts)
}

// find asks Systeme.io for the contacts that have the tag which every lead of an IB
// has. A tag that is not there yet is on no contact.
func (d Directory) find(ctx context.Context, prefix tag.Prefix, after int64) (systeme.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, err := prefix.Tag(tag.DemoRequest)
	if err != nil {
		return systeme.Page{}, err
	}
	id, err := d.tags.id(ctx, name)
	if errors.Is(err, systeme.NotFound) {
		return systeme.Page{}, nil
	}
	if err != nil {
		return systeme.Page{}, err
	}
	found, err := d.systeme.ContactsByTag(ctx, id, after, pageSize)
	if err != nil || len(found.Contacts) == 0 {
		d.tags.forget(name) // it may be the id of a tag that was made anew
	}
	return found, err
}

// address returns a contact's address as leads have it; one that no lead can have as
// it is.
func address(c systeme.Contact) string {
	if normal, err := email.Normalise(c.Email); err == nil {
		return normal
	}
	return c.Email
}

// ownTags returns the tags of a contact that are the IB's, sorted.
func ownTags(c systeme.Contact, prefix tag.Prefix) []string {
	var own []string
	for _, t := range c.Tags {
		if whose, _, err := tag.Parse(t.Name); err == nil && whose == prefix {
			own = append(own, t.Name)
		}
	}
	slices.Sort(own)
	return own
}

// addLeads looks for the lead of each contact.
func (d Directory) addLeads(ctx context.Context, owner tenant.ID, contacts []Contact) error {
	leads, err := d.leads.Of(owner)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, maxReads)
	errs := make([]error, len(contacts))
	for i := range contacts {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			contacts[i].LeadID, errs[i] = leadOf(ctx, leads, owner, contacts[i].Email)
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("look for contacts' leads: %w", err)
	}
	return nil
}

// leadOf returns the id of the lead with that address; nil when there is none.
func leadOf(ctx context.Context, leads lead.Leads, owner tenant.ID, address string) (*string, error) {
	found, err := leads.Get(ctx, lead.ID(owner, address))
	if errors.Is(err, lead.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &found.ID, nil
}
