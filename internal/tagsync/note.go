package tagsync

import (
	"slices"

	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// The sentences that an IB reads on a lead of which something was left out.
const (
	phoneNote = "The phone number was left out in Systeme.io: it is not one that it takes. It needs its country code, as in +44 20 7946 0958."
	nameNote  = "The name was left out in Systeme.io, at least in part: it is not one that it takes."
	bothNote  = "The name and the phone number were left out in Systeme.io, which does not take them."
)

// note is what an IB is told of what a new contact of the lead is not given, these being
// the fields that it is; "" for nothing. It tells the same of a contact that was there
// before and is left as it is: whose that is, or that there was one, is not the IB's to
// know.
func note(of lead.Lead, given []systeme.Field) string {
	lacks := func(slug, value string) bool {
		return value != "" && !slices.ContainsFunc(given, func(f systeme.Field) bool { return f.Slug == slug && f.Value != "" })
	}
	first, surname := systeme.SplitName(of.Name)
	name := lacks(systeme.FirstName, first) || lacks(systeme.Surname, surname)
	phone := lacks(systeme.PhoneNumber, of.Phone)
	switch {
	case name && phone:
		return bothNote
	case name:
		return nameNote
	case phone:
		return phoneNote
	}
	return ""
}
