package account

import "clientflow/internal/tag"

// Forced makes a registrar use these prefixes and form keys instead of random
// ones, so that collisions can be forced.
func (r *Registrar) Forced(prefix func() (tag.Prefix, error), formKey func() (string, error)) *Registrar {
	r.newPrefix, r.newFormKey = prefix, formKey
	return r
}
