package lambda

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// apiPrefix is the path of the Runtime API, behind the id of the environment,
// which is part of the address that the environment is told.
const apiPrefix = "/{environment}/2018-06-01/runtime/"

func (h *Host) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiPrefix+"invocation/next", h.known((*environment).serveNext))
	mux.HandleFunc("POST "+apiPrefix+"invocation/{id}/response", h.known((*environment).serveResponse))
	mux.HandleFunc("POST "+apiPrefix+"invocation/{id}/error", h.known((*environment).serveError))
	mux.HandleFunc("POST "+apiPrefix+"init/error", h.known((*environment).serveInitError))
	return mux
}

// known finds the environment that calls.
func (h *Host) known(serve func(*environment, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		e, ok := h.environment(r.PathValue("environment"))
		if !ok {
			refuse(w, http.StatusForbidden, failure{"InvalidEnvironment", "There is no such environment"})
			return
		}
		serve(e, w, r)
	}
}

// refuse answers with an error of the Runtime API. A client that is gone need
// not know.
func refuse(w http.ResponseWriter, status int, f failure) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(f.payload())
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`+"\n")
}

// serveNext holds the request until there is an invocation.
func (e *environment) serveNext(w http.ResponseWriter, r *http.Request) {
	if !e.ask() {
		refuse(w, http.StatusForbidden, failure{"InvalidStateTransition", "Transition to Ready is not allowed before the invocation is answered"})
		return
	}
	var i *invocation
	select {
	case i = <-e.work:
	case <-r.Context().Done():
	}
	e.mu.Lock()
	e.asking, e.busy = false, i != nil
	e.mu.Unlock()
	if i == nil {
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", e.function.config.ARN)
	header.Set("Lambda-Runtime-Trace-Id", i.traceID)
	_, _ = w.Write(i.event) // a process that is gone is seen by await
}

// ask notes that the process is ready for an invocation, or returns false when it
// has one to answer or asks already.
func (e *environment) ask() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.asking || e.busy && e.current != nil {
		return false
	}
	e.asking = true
	if e.busy {
		e.busy = false
		e.asked <- struct{}{} // there is room: the last token was taken before work was given
	}
	return true
}

func (e *environment) serveResponse(w http.ResponseWriter, r *http.Request) {
	payload, ok := e.readPayload(w, r)
	if !ok {
		return
	}
	// A function that fails while it writes says so after the body.
	if cause := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); cause != "" {
		said, err := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
		if err != nil {
			said = failure{cause, "the response ended early"}.payload()
		}
		e.conclude(w, r, said, unhandled)
		return
	}
	e.conclude(w, r, payload, "")
}

func (e *environment) serveError(w http.ResponseWriter, r *http.Request) {
	if payload, ok := e.readPayload(w, r); ok {
		e.conclude(w, r, payload, unhandled)
	}
}

func (e *environment) serveInitError(w http.ResponseWriter, r *http.Request) {
	payload, ok := e.readPayload(w, r)
	if !ok {
		return
	}
	e.mu.Lock()
	e.initError = payload
	e.mu.Unlock()
	accept(w)
}

func (e *environment) conclude(w http.ResponseWriter, r *http.Request, payload []byte, functionError string) {
	if !e.answer(r.PathValue("id"), payload, functionError) {
		refuse(w, http.StatusBadRequest, failure{"InvalidRequestID", "Invalid request ID"})
		return
	}
	accept(w)
}

// readPayload reads a body of at most PayloadLimit bytes. A larger one is
// refused, and the invocation fails with it.
func (e *environment) readPayload(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, PayloadLimit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		limit := " maximum allowed payload size (" + strconv.Itoa(PayloadLimit) + " bytes)."
		e.answer(r.PathValue("id"), failure{"Function.ResponseSizeTooLarge", "Response payload size exceeded" + limit}.payload(), unhandled)
		refuse(w, http.StatusRequestEntityTooLarge, failure{"RequestEntityTooLarge", "Exceeded" + limit})
	case err != nil:
		refuse(w, http.StatusBadRequest, failure{"InvalidRequest", "The body ended early"})
	default:
		return payload, true
	}
	return nil, false
}
