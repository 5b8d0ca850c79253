package systeme

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Contact is a contact of the account, shared by all tenants: it carries all their
// tags and fields, and is never to be shown whole to one of them.
type Contact struct {
	ID           int64   `json:"id"`
	Email        string  `json:"email"`
	Unsubscribed bool    `json:"unsubscribed"`
	Bounced      bool    `json:"bounced"`
	Fields       []Field `json:"fields"`
	Tags         []Tag   `json:"tags"`
}

// Field is a contact's value of one contact field. An empty value is none: it is
// left out of a new contact, clears the field of an existing one, and stands for a
// field that was cleared.
type Field struct {
	Slug  string `json:"slug"`
	Value string `json:"value"`
}

// NewContact is what a contact is created with.
type NewContact struct {
	Email string
	// Locale is one of Systeme.io's own codes, such as "en"; empty leaves the
	// account's.
	Locale string
	Fields []Field
}

// The slugs of built-in contact fields that ClientFlow fills.
const (
	FirstName   = "first_name"
	Surname     = "surname"
	PhoneNumber = "phone_number"
)

type contactBody struct {
	Email  string      `json:"email,omitempty"`
	Locale string      `json:"locale,omitempty"`
	Fields []fieldBody `json:"fields"`
}

type fieldBody struct {
	Slug  string  `json:"slug"`
	Value *string `json:"value"`
}

// CreateContact creates a contact. It fails with Duplicate when the email has one:
// the contact is then returned with the error if it had to be looked up to be sure,
// and is otherwise zero. It fails with Invalid when the data is refused, and with
// UnknownField when the account lacks a field.
func (c *Client) CreateContact(ctx context.Context, contact NewContact) (Contact, error) {
	body := contactBody{Email: contact.Email, Locale: contact.Locale, Fields: []fieldBody{}}
	var slugs []string
	for _, field := range contact.Fields {
		if field.Value != "" {
			body.Fields = append(body.Fields, fieldBody{field.Slug, &field.Value})
			slugs = append(slugs, field.Slug)
		}
	}
	created, err := c.contact(ctx, request{
		name: "create contact", method: http.MethodPost, path: "/api/contacts", body: body, slugs: slugs,
	})
	if !saysOnly(err, "email") {
		return created, err
	}
	existing, lookUp := c.ContactByEmail(ctx, contact.Email)
	return resolve(existing, err, lookUp)
}

// TakesContacts asks whether contacts can be created at all, by one without an address,
// which is refused for that. It fails when the account is refused, or cannot be reached.
func (c *Client) TakesContacts(ctx context.Context) error {
	err := c.do(ctx, request{
		name: "ask for contacts to be taken", method: http.MethodPost, path: "/api/contacts", body: contactBody{Fields: []fieldBody{}},
	}, nil)
	if errors.Is(err, Invalid) {
		return nil
	}
	return err
}

// resolve decides whether a refusal was a duplicate, by what looking for one found.
func resolve[T any](existing T, refusal, lookUp error) (T, error) {
	var none T
	switch {
	case lookUp == nil:
		duplicate := *refusal.(*Error)
		duplicate.Kind = Duplicate
		return existing, &duplicate
	case errors.Is(lookUp, NotFound), errors.Is(lookUp, Invalid):
		return none, refusal
	default:
		return none, lookUp
	}
}

// ContactByEmail finds the contact with the email, ignoring case. It fails with
// NotFound when there is none.
func (c *Client) ContactByEmail(ctx context.Context, email string) (Contact, error) {
	r := request{name: "find contact", method: http.MethodGet, path: "/api/contacts",
		query: url.Values{"email": {email}, "limit": {strconv.Itoa(minPage)}}}
	var found items[Contact]
	if err := c.do(ctx, r, &found); err != nil {
		return Contact{}, err
	}
	for _, contact := range found.Items {
		// Compared again, lest a parameter that is ignored one day give any contact.
		if strings.EqualFold(contact.Email, email) && contact.ID > 0 {
			return contact, nil
		}
	}
	return Contact{}, &Error{Kind: NotFound, Call: r.name, Status: http.StatusOK}
}

// Contact reads one contact. It fails with NotFound when it is gone.
func (c *Client) Contact(ctx context.Context, id int64) (Contact, error) {
	return c.contact(ctx, request{
		name: "read contact", method: http.MethodGet, path: contactPath(id), named: true,
	})
}

// UpdateContact changes the given fields and no others, and returns the contact. It
// fails as CreateContact does, and with NotFound when the contact is gone.
func (c *Client) UpdateContact(ctx context.Context, id int64, fields []Field) (Contact, error) {
	body := contactBody{Fields: make([]fieldBody, len(fields))}
	slugs := make([]string, len(fields))
	for i, field := range fields {
		slugs[i], body.Fields[i].Slug = field.Slug, field.Slug
		if field.Value != "" {
			body.Fields[i].Value = &field.Value
		}
	}
	return c.contact(ctx, request{
		name: "update contact", method: http.MethodPatch, path: contactPath(id), named: true,
		body: body, slugs: slugs,
	})
}

// DeleteContact deletes a contact; one that is gone already is no error.
func (c *Client) DeleteContact(ctx context.Context, id int64) error {
	return gone(c.do(ctx, request{
		name: "delete contact", method: http.MethodDelete, path: contactPath(id), named: true,
	}, nil))
}

// Page is one page of contacts, newest first.
type Page struct {
	Contacts []Contact
	// After is where the next page starts; 0 when this one is the last.
	After int64
}

// The bounds that Systeme.io sets to a page.
const (
	minPage = 10
	maxPage = 100
)

// ContactsByTag reads a page of the contacts that have the tag, starting after the
// contact with the id after; 0 starts at the beginning. The limit is brought into
// 10 to 100. Of a tag that is gone Systeme.io may say NotFound, or Invalid, or that
// nobody has it.
func (c *Client) ContactsByTag(ctx context.Context, tagID, after int64, limit int) (Page, error) {
	query := url.Values{
		"tags":  {strconv.FormatInt(tagID, 10)},
		"limit": {strconv.Itoa(min(max(limit, minPage), maxPage))},
	}
	if after > 0 {
		query.Set("startingAfter", strconv.FormatInt(after, 10))
	}
	var list items[Contact]
	err := c.do(ctx, request{
		name: "list contacts", method: http.MethodGet, path: "/api/contacts", query: query, named: true,
	}, &list)
	if err != nil {
		return Page{}, err
	}
	page := Page{Contacts: list.Items}
	if list.HasMore && len(list.Items) > 0 {
		page.After = list.Items[len(list.Items)-1].ID
	}
	return page, nil
}

// contact makes a call that is answered with a contact.
func (c *Client) contact(ctx context.Context, r request) (Contact, error) {
	var contact Contact
	if err := c.do(ctx, r, &contact); err != nil {
		return Contact{}, err
	}
	if contact.ID <= 0 {
		return Contact{}, r.without("id")
	}
	return contact, nil
}

func contactPath(id int64) string { return "/api/contacts/" + strconv.FormatInt(id, 10) }

// without is the error of an answer that lacks what it must have.
func (r request) without(member string) error {
	return &Error{Kind: Temporary, Call: r.name, cause: errors.New("the answer has no " + member)}
}

// gone makes a removal of what is not there a success.
func gone(err error) error {
	if errors.Is(err, NotFound) {
		return nil
	}
	return err
}
