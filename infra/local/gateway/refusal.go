package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
)

// refusal is an answer that the API gives without the function.
type refusal struct {
	status int
	// challenge is the WWW-Authenticate header; empty for none.
	challenge string
}

// Error returns the text of the answer.
func (r *refusal) Error() string { return http.StatusText(r.status) }

func refuse(status int) error { return &refusal{status: status} }

// writeError answers with a refusal as it is, and with any other error as a 500.
func writeError(w http.ResponseWriter, err error) {
	refused := &refusal{status: http.StatusInternalServerError}
	errors.As(err, &refused)
	if refused.challenge != "" {
		w.Header().Set("Www-Authenticate", refused.challenge)
	}
	body, err := json.Marshal(map[string]string{"message": refused.Error()})
	if err != nil {
		panic(err) // strings always marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(refused.status)
	_, _ = w.Write(body) // the client may be gone
}
