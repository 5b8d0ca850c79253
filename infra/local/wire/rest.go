package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// restStatuses are those that the REST protocol has for errors which are a 400 in the
// others.
var restStatuses = map[string]int{
	"AccessDeniedException":               http.StatusForbidden,
	"ExpiredTokenException":               http.StatusForbidden,
	"UnrecognizedClientException":         http.StatusForbidden,
	"MissingAuthenticationTokenException": http.StatusForbidden,
	"IncompleteSignatureException":        http.StatusForbidden,
}

// HandleREST adds an operation of the REST-JSON protocol, at a pattern of
// http.ServeMux such as "GET /2015-03-31/functions/{name}". It must not be called
// while the Mux serves.
func (m *Mux) HandleREST(pattern string, op Operation) {
	m.plain.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		value, err := m.call(r, op)
		if err != nil {
			writeRESTError(w, asError(err))
			return
		}
		body, err := json.Marshal(value)
		if err != nil {
			writeRESTError(w, asError(fmt.Errorf("encode the answer: %w", err)))
			return
		}
		sendREST(w, http.StatusOK, body)
	})
}

func writeRESTError(w http.ResponseWriter, e *Error) {
	status := e.status()
	if known, ok := restStatuses[e.Type]; ok {
		status = known
	}
	body, err := json.Marshal(map[string]string{"Type": "User", "message": e.Message})
	if err != nil { // never, of a map of texts
		body = []byte("{}")
	}
	w.Header().Set("X-Amzn-ErrorType", e.Type)
	sendREST(w, status, body)
}

func sendREST(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	sendBody(w, status, body)
}
