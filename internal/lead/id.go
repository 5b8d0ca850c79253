package lead

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"

	"clientflow/internal/tenant"
)

var (
	idEncoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	idShape    = regexp.MustCompile(`^[0-9a-v]{26}$`)
)

// ID returns the id of the lead that a normalised address is to a tenant: 26
// characters of 0–9a–v, for 128 bits of a hash that both go into. One tenant's
// ids say nothing about another's.
func ID(owner tenant.ID, address string) string {
	sum := sha256.Sum256([]byte("clientflow/lead\x00" + owner.String() + "\x00" + address))
	return idEncoding.EncodeToString(sum[:16])
}

// keyPrefix begins the sort key of every lead.
const keyPrefix = "LEAD#"

// key returns the sort key of a lead, or ErrNotFound for what is no lead's id.
func key(leadID string) (string, error) {
	if !idShape.MatchString(leadID) {
		return "", ErrNotFound
	}
	return keyPrefix + leadID, nil
}
