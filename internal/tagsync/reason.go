package tagsync

import (
	"errors"
	"slices"

	"clientflow/internal/systeme"
)

// The sentences that an IB reads on a lead that failed. They are our own: those
// of Systeme.io may be in any language, and repeat what was typed.
const (
	emailReason = "Systeme.io does not accept this email address. Please check it with the lead: " +
		"its domain must exist and receive mail."
	blockedReason = "Systeme.io turns this email address away, most likely for its special characters. " +
		"Please check it with the lead, or ask your administrator to add the contact by hand."
	dataReason = "Systeme.io does not accept what was entered for this lead. " +
		"Please check it, or ask your administrator to add the contact by hand."
	downReason    = "Systeme.io could not be reached in many tries. Please sync this lead again."
	erasureReason = "The contact could not be removed from Systeme.io in many tries. It goes on being tried."
	otherReason   = "This lead could not be synced in many tries. Please sync it again, and tell your administrator if that does not help."
)

// reason is what an IB is told of why a sync failed.
func reason(cause error) string {
	lasting, isRefusal := errors.AsType[*refusal](cause)
	switch {
	case isRefusal && names(lasting.cause, "email"):
		return emailReason
	case isRefusal && errors.Is(lasting.cause, systeme.Forbidden):
		return blockedReason
	case isRefusal:
		return dataReason
	case errors.Is(cause, systeme.Temporary):
		return downReason
	}
	return otherReason
}

// names tells whether a 422 has a reason that is about the field.
func names(err error, field string) bool {
	return slices.ContainsFunc(systeme.Violations(err), func(v systeme.Violation) bool { return v.Field == field })
}
