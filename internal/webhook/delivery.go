package webhook

import (
	"encoding/base64"
	"time"

	"clientflow/internal/httpapi"
)

// timeHeader is when the event happened. It is the same in every attempt to deliver
// it, and not signed.
const timeHeader = "x-webhook-event-timestamp"

// signedBytes returns the body exactly as it was sent, of any length: a contact that
// many IBs share carries the tags of all. ok is false when it cannot be decoded.
func signedBytes(r *httpapi.Request) (body []byte, ok bool) {
	if !r.IsBase64Encoded {
		return []byte(r.EncodedBody), true
	}
	body, err := base64.StdEncoding.DecodeString(r.EncodedBody)
	return body, err == nil
}

// eventTime returns when the event happened as far as the header can be believed:
// now when it says nothing, or a time to come.
func eventTime(r *httpapi.Request, now time.Time) time.Time {
	at, err := time.Parse(time.RFC3339, r.Header(timeHeader))
	if err != nil || at.After(now) {
		return now
	}
	return at
}
