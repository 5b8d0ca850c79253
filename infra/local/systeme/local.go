package systeme

import (
	"encoding/json"
	"net/http"
	"time"
)

// localRoutes are the simulator's own routes, which need no key.
func (s *Simulator) localRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_local/faults", s.localHandler(s.postFaults))
	mux.HandleFunc("GET /_local/requests", s.localHandler(func(*http.Request) answer { return ok(s.Requests()) }))
	mux.HandleFunc("GET /_local/mails", s.localHandler(func(*http.Request) answer { return ok(s.Mails()) }))
	return mux
}

func (s *Simulator) localHandler(handle handle) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := handle(r).write(w); err != nil {
			s.options.Logger.Debug("answer not delivered", "path", r.URL.Path, "error", err)
		}
	}
}

// faultsInput is the body of POST /_local/faults. A delay is written as Go writes
// a duration, such as "500ms".
type faultsInput struct {
	Faults []struct {
		Fault
		Delay string `json:"delay"`
	} `json:"faults"`
	DisableWebhooks bool `json:"disableWebhooks"`
}

// postFaults replaces the faults in force. An unknown member is refused, since a
// misspelt fault would otherwise make a test pass that should not.
func (s *Simulator) postFaults(r *http.Request) answer {
	var input faultsInput
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&input); err != nil {
		return bad(err.Error())
	}
	plan := make([]Fault, len(input.Faults))
	for i, given := range input.Faults {
		plan[i] = given.Fault
		if given.Delay == "" {
			continue
		}
		delay, err := time.ParseDuration(given.Delay)
		if err != nil {
			return bad(err.Error())
		}
		plan[i].Delay = delay
	}
	if err := s.SetFaults(plan...); err != nil {
		return bad(err.Error())
	}
	if input.DisableWebhooks {
		s.DisableWebhooks()
	}
	return noContent()
}
