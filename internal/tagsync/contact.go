package tagsync

import (
	"context"
	"errors"
	"slices"

	"clientflow/internal/systeme"
)

// The contact fields of our own, which must exist in the account. A new contact
// is given them, and no later lead changes them.
const (
	// OwnerField holds the userId of the IB whose lead made the contact.
	OwnerField = "ib_owner_id"
	// PrefixField holds that IB's tag prefix.
	PrefixField = "ib_prefix"
)

// optional are the fields that a contact can do without.
func optional(field systeme.Field) bool {
	return field.Slug == systeme.FirstName || field.Slug == systeme.Surname || field.Slug == systeme.PhoneNumber
}

// contact makes the lead's contact, or finds the one that has its address, which
// is taken as it is: it may be another IB's too. A name or number that Systeme.io
// refuses is left out rather than the lead, with a note.
func (j *job) contact(ctx context.Context) (systeme.Contact, error) {
	fields := j.fields()
	for {
		j.note = note(j.lead, fields)
		contact, err := j.contacts.CreateContact(ctx, systeme.NewContact{Email: j.lead.Email, Fields: fields})
		switch {
		case errors.Is(err, systeme.Duplicate):
			return j.existing(ctx, contact)
		case errors.Is(err, systeme.Invalid), errors.Is(err, systeme.Forbidden):
			if fields, err = j.fewer(ctx, fields, err); err != nil {
				return systeme.Contact{}, err
			}
		default:
			return contact, err
		}
	}
}

// fields are those of a new contact.
func (j *job) fields() []systeme.Field {
	first, surname := systeme.SplitName(j.lead.Name)
	phone, _ := systeme.NormalisePhone(j.lead.Phone) // "" leaves it out
	return []systeme.Field{
		{Slug: systeme.FirstName, Value: first},
		{Slug: systeme.Surname, Value: surname},
		{Slug: systeme.PhoneNumber, Value: phone},
		{Slug: OwnerField, Value: j.ib.Tenant.String()},
		{Slug: PrefixField, Value: j.ib.Prefix.String()},
	}
}

// existing returns the contact that has the lead's address already, which the
// refusal may have brought with it.
func (j *job) existing(ctx context.Context, found systeme.Contact) (systeme.Contact, error) {
	if found.ID > 0 {
		return found, nil
	}
	found, err := j.contacts.ContactByEmail(ctx, j.lead.Email)
	if errors.Is(err, systeme.Forbidden) {
		return found, j.blocked(ctx, err)
	}
	return found, err
}

// fewer returns the fields less those that a new contact is refused for, or an
// error when none of them can be left out.
func (j *job) fewer(ctx context.Context, fields []systeme.Field, cause error) ([]systeme.Field, error) {
	if errors.Is(cause, systeme.Forbidden) {
		return j.unblocked(ctx, fields, cause)
	}
	left := slices.DeleteFunc(slices.Clone(fields), func(f systeme.Field) bool { return optional(f) && names(cause, f.Slug) })
	switch {
	case len(left) < len(fields):
		return left, nil
	case names(cause, OwnerField), names(cause, PrefixField):
		return nil, &narrowFault{cause}
	}
	return nil, &refusal{cause}
}
