package contact

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"clientflow/internal/tenant"
)

// Strict refuses texts that differ from what was handed out in unused bits.
var cursorEncoding = base64.RawURLEncoding.Strict()

// cursors makes cursors of the ids of contacts. Ids count up over all IBs' contacts,
// so one would tell how old a contact is and how much came in since, and a made-up
// one might tell which exist. A cursor is therefore sealed, for its IB alone.
type cursors struct {
	aead cipher.AEAD
}

// newCursors derives the seal from a secret that all environments share. Where it
// changes, cursors end.
func newCursors(secret string) (cursors, error) {
	key := sha256.Sum256([]byte("clientflow/contact cursor\x00" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return cursors{}, fmt.Errorf("make the seal of cursors: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return cursors{}, fmt.Errorf("make the seal of cursors: %w", err)
	}
	return cursors{aead}, nil
}

func (c cursors) seal(owner tenant.ID, after int64) string {
	id := binary.BigEndian.AppendUint64(nil, uint64(after))
	return cursorEncoding.EncodeToString(c.aead.Seal(nil, nil, id, []byte(owner.String())))
}

// open reads what seal made for the same IB, and nothing else.
func (c cursors) open(owner tenant.ID, text string) (after int64, ok bool) {
	sealed, err := cursorEncoding.DecodeString(text)
	if err != nil || cursorEncoding.EncodeToString(sealed) != text { // line breaks are skipped by the decoder
		return 0, false
	}
	id, err := c.aead.Open(nil, nil, sealed, []byte(owner.String()))
	if err != nil {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(id)), true
}
