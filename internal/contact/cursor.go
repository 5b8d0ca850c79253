package contact

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"clientflow/internal/systeme"
	"clientflow/internal/tenant"
)

// Strict refuses texts that differ from what was handed out in unused bits.
var cursorEncoding = base64.RawURLEncoding.Strict()

// cursors makes cursors of the ids of contacts. Ids count up over all IBs' contacts,
// so one would tell how old a contact is and how much came in since, and a made-up
// one might tell which exist. A cursor is therefore sealed, for its IB alone.
//
// The seal is derived from a secret that all environments share, the account's key.
// Where that changes, cursors end.
type cursors struct {
	key systeme.Key
}

func newSeal(secret string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("clientflow/contact cursor\x00" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("make the seal of cursors: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the seal of cursors: %w", err)
	}
	return seal, nil
}

func (c cursors) seal(owner tenant.ID, after int64) (string, error) {
	aead, err := newSeal(c.key.Value())
	if err != nil {
		return "", err
	}
	id := binary.BigEndian.AppendUint64(nil, uint64(after))
	return cursorEncoding.EncodeToString(aead.Seal(nil, nil, id, []byte(owner.String()))), nil
}

// open reads what seal made for the same IB, and nothing else. Without a key nothing was
// sealed.
func (c cursors) open(owner tenant.ID, text string) (after int64, ok bool) {
	sealed, err := cursorEncoding.DecodeString(text)
	if err != nil || cursorEncoding.EncodeToString(sealed) != text { // line breaks are skipped by the decoder
		return 0, false
	}
	secret := c.key.Value()
	aead, err := newSeal(secret)
	if err != nil || secret == "" {
		return 0, false
	}
	id, err := aead.Open(nil, nil, sealed, []byte(owner.String()))
	if err != nil {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(id)), true
}
