package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"clientflow/internal/systeme"
)

// makeContact notes the address, and makes a contact of it.
func (c *checker) makeContact(ctx context.Context, address string, fields ...systeme.Field) (systeme.Contact, error) {
	note(&c.made.addresses, address)
	return c.client.CreateContact(ctx, systeme.NewContact{Email: address, Fields: fields})
}

func (c *checker) askContacts(ctx context.Context) {
	create := func(address string, fields ...systeme.Field) func() error {
		return func() error { _, err := c.makeContact(ctx, address, fields...); return err }
	}
	known := c.address("a")
	c.expect(ctx, "a contact is made with a name and a phone number", "", create(known,
		systeme.Field{Slug: systeme.FirstName, Value: "Clientflow"}, systeme.Field{Slug: systeme.Surname, Value: "Check"},
		systeme.Field{Slug: systeme.PhoneNumber, Value: "+442079460958"}))
	c.expect(ctx, "an address is refused that another contact has", systeme.Duplicate, create(known))
	c.expect(ctx, "addresses that differ in case alone are one contact", systeme.Duplicate, create(strings.ToUpper(known)))
	c.expect(ctx, "the search for an address ignores case", "", func() error {
		_, err := c.client.ContactByEmail(ctx, strings.ToUpper(known))
		return err
	})
	c.expect(ctx, "a field that the account lacks is told from bad data", systeme.UnknownField,
		create(c.address("b"), systeme.Field{Slug: "no_such_field_of_clientflow", Value: "x"}))
	c.expect(ctx, "a value of 256 characters is refused", systeme.Invalid,
		create(c.address("c"), systeme.Field{Slug: systeme.FirstName, Value: strings.Repeat("x", 256)}))
	c.expect(ctx, "an address whose domain takes no mail is refused", systeme.Invalid,
		create(strings.Replace(c.address("d"), "@"+c.Domain, "@"+c.NoMail, 1)))
	c.expect(ctx, "a text that is no address is refused", systeme.Invalid, func() error {
		_, err := c.client.CreateContact(ctx, systeme.NewContact{Email: c.name})
		return err
	})
}

// subject is the check's own contact, and tag, as far as they are there.
func (c *checker) subject(ctx context.Context) (contact systeme.Contact, tag systeme.Tag, err error) {
	err = c.call(ctx, func() (err error) {
		contact, err = c.client.ContactByEmail(ctx, c.address("a"))
		return err
	})
	if err == nil {
		err = c.call(ctx, func() (err error) {
			tag, err = c.client.TagByName(ctx, c.name)
			return err
		})
	}
	return contact, tag, err
}

func (c *checker) askAssignments(ctx context.Context) {
	contact, tag, err := c.subject(ctx)
	if err != nil {
		c.answer(Unasked, "tags are put on contacts and taken off", "there is no contact with a tag: "+err.Error())
		return
	}
	assign := func(tagID int64) func() error {
		return func() error { return c.client.AssignTag(ctx, contact.ID, tagID) }
	}
	c.expect(ctx, "a tag is put on a contact", "", assign(tag.ID))
	c.askAgain(ctx, assign(tag.ID))
	c.expect(ctx, "a tag that is not there is told from a contact that is gone", systeme.UnknownTag, assign(c.nobodys(tag.ID)))
	c.askListed(ctx, contact, tag)
	remove := func() error { return c.client.RemoveTag(ctx, contact.ID, tag.ID) }
	c.expect(ctx, "a tag is taken off a contact", "", remove)
	c.expect(ctx, "a tag that is off can be taken off again", "", remove)
}

// nobodys returns the id of a tag that is not there: far from any that was made.
func (c *checker) nobodys(id int64) int64 { return id + 1_000_000_000 }

// askAgain asks what a tag does that is put on twice. ClientFlow takes any answer but
// a failure.
func (c *checker) askAgain(ctx context.Context, assign func() error) {
	const question = "a tag that is on can be put on again, with 204"
	err := c.call(ctx, assign)
	if unanswered(ctx, err) {
		c.answer(Unasked, question, err.Error())
		return
	}
	c.judge(err == nil && strings.HasPrefix(c.wire.first(), fmt.Sprint(http.StatusNoContent)), question, c.wire.first())
}

func (c *checker) askListed(ctx context.Context, contact systeme.Contact, tag systeme.Tag) {
	const question = "contacts are listed by the id of a tag"
	var page systeme.Page
	err := c.call(ctx, func() (err error) {
		page, err = c.client.ContactsByTag(ctx, tag.ID, 0, 10)
		return err
	})
	switch {
	case unanswered(ctx, err):
		c.answer(Unasked, question, err.Error())
	case err != nil, len(page.Contacts) != 1, page.Contacts[0].ID != contact.ID:
		c.answer(Differs, question, c.wire.first())
	default:
		c.answer(AsExpected, question, c.wire.first())
	}
}

// askDeletion deletes the contact, and asks how much of it is gone.
func (c *checker) askDeletion(ctx context.Context) {
	contact, tag, err := c.subject(ctx)
	if err != nil {
		c.answer(Unasked, "a contact is deleted", "there is no contact with a tag: "+err.Error())
		return
	}
	remove := func() error { return c.client.DeleteContact(ctx, contact.ID) }
	c.expect(ctx, "a contact is deleted", "", remove)
	c.expect(ctx, "a contact that is gone can be deleted again", "", remove)
	c.expect(ctx, "a contact that is gone takes no tag, with 404", systeme.NotFound, func() error {
		return c.client.AssignTag(ctx, contact.ID, tag.ID)
	})
	c.askGone(ctx)
}

// askGone asks whether a deleted contact is still found. Systeme.io says that a
// deletion may take days, so both are possible.
func (c *checker) askGone(ctx context.Context) {
	const question = "a contact that was deleted is not found any more"
	err := c.call(ctx, func() error { _, err := c.client.ContactByEmail(ctx, c.address("a")); return err })
	if unanswered(ctx, err) {
		c.answer(Unasked, question, err.Error())
		return
	}
	c.judge(errors.Is(err, systeme.NotFound), question, c.wire.first())
}
