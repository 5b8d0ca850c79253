package systeme

import (
	"net/http"
	"strconv"
)

// handle answers one call; the caller has been let in and holds a share of the
// quota.
type handle func(*http.Request) answer

// answerWriter lets http.ServeMux route to handlers that return their answer.
type answerWriter struct {
	header http.Header
	answer answer
}

func (w *answerWriter) Header() http.Header         { return w.header }
func (w *answerWriter) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader is called by the mux alone, for a path or method that it lacks.
func (w *answerWriter) WriteHeader(status int) { w.answer = refuse(status, http.StatusText(status)) }

func (s *Simulator) apiRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]handle{
		"GET /api/contacts":                      s.listContacts,
		"POST /api/contacts":                     s.createContact,
		"GET /api/contacts/{id}":                 s.getContact,
		"PATCH /api/contacts/{id}":               s.updateContact,
		"DELETE /api/contacts/{id}":              s.deleteContact,
		"POST /api/contacts/{id}/tags":           s.assignTag,
		"DELETE /api/contacts/{id}/tags/{tagId}": s.removeTag,
		"GET /api/tags":                          s.listTags,
		"POST /api/tags":                         s.createTag,
		"GET /api/tags/{id}":                     s.getTag,
		"PUT /api/tags/{id}":                     s.replaceTag,
		"DELETE /api/tags/{id}":                  s.deleteTag,
		"GET /api/contact_fields":                s.listFields,
		"POST /api/contact_fields":               s.createField,
		"PATCH /api/contact_fields/{slug}":       s.updateField,
		"DELETE /api/contact_fields/{slug}":      s.deleteField,
		"GET /api/webhooks":                      s.listWebhooks,
		"POST /api/webhooks":                     s.createWebhook,
		"GET /api/webhooks/{id}":                 s.getWebhook,
		"PATCH /api/webhooks/{id}":               s.updateWebhook,
		"DELETE /api/webhooks/{id}":              s.deleteWebhook,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.(*answerWriter).answer = handle(r)
		})
	}
	return mux
}

// id reads a numeric path parameter; 0, which no resource has, when it is none.
func id(r *http.Request, name string) int64 {
	value, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0
	}
	return value
}
