package systeme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// phpJSON encodes a value as PHP's json_encode does without flags: compact, with
// \/ for a slash and \u00e9 for every character beyond ASCII. Systeme.io signs
// these very bytes, so a receiver that parses and writes again breaks the
// signature.
func phpJSON(value any) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode as PHP does: %w", err)
	}
	var escaped bytes.Buffer
	for _, r := range string(bytes.TrimSpace(plain.Bytes())) {
		// Both kinds stand only within strings, so no parsing is needed.
		switch {
		case r == '/':
			escaped.WriteString(`\/`)
		case r < utf8.RuneSelf:
			escaped.WriteByte(byte(r))
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&escaped, `\u%04x`, unit)
			}
		}
	}
	return escaped.Bytes(), nil
}
