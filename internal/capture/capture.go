// Package capture is what a visitor meets: an IB's form, and the lead that the
// form makes.
//
// A visitor proves nothing, so this package answers nothing that depends on what
// the IB has stored: an address seen before is answered as a new one is, to the
// byte and by the same one write.
package capture

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/metric"
	"clientflow/internal/ownership"
	"clientflow/internal/problem"
)

// trap is a field of our forms that people do not see and cannot reach. Who
// fills it in is a program, is thanked, and leaves nothing.
const trap = "contact_me_by_fax"

// Routes returns the public routes of the IBs' forms.
func Routes(forms Forms, leads lead.Store) httpapi.Routes {
	s := service{forms, leads, newPages()}
	return httpapi.Routes{
		"GET /forms/{formKey}":           s.onForm(http.MethodGet, s.show),
		"OPTIONS /forms/{formKey}":       s.onForm(http.MethodGet, preflight),
		"POST /forms/{formKey}/leads":    s.onForm(http.MethodPost, s.capture),
		"OPTIONS /forms/{formKey}/leads": s.onForm(http.MethodPost, preflight),
	}
}

type service struct {
	forms Forms
	leads lead.Store
	pages pages
}

// show answers with the form, with thanks where capture has sent the visitor, or with
// what the IB is shown of its form.
func (s service) show(_ context.Context, r *httpapi.Request, ib account.IB) (httpapi.Response, error) {
	query, _ := url.ParseQuery(r.RawQuery) // what can be decoded of it will do
	if query.Get("thanks") == "1" {
		return s.pages.thanks(ib), nil
	}
	if query.Get("preview") == "1" {
		return s.pages.preview(ib), nil
	}
	return s.pages.form(ib, http.StatusOK, fromLink(query, cameFrom(r))), nil
}

// cameFrom returns the page that led the visitor to the form, as their browser names
// it; "" for none, and for pages of ours.
func cameFrom(r *httpapi.Request) string {
	page, _, _ := strings.Cut(r.Header("referer"), "#")
	if strings.HasPrefix(page, r.BaseURL()+"/") {
		return ""
	}
	return page
}

// capture stores the lead that was sent, as JSON or by a plain HTML form.
func (s service) capture(ctx context.Context, r *httpapi.Request, ib account.IB) (httpapi.Response, error) {
	switch r.MediaType() {
	case "application/json":
		return s.fromJSON(ctx, r, ib)
	case "application/x-www-form-urlencoded":
		return s.fromForm(ctx, r, ib)
	}
	return httpapi.Response{}, problem.New(problem.UnsupportedMedia,
		"Please send application/json or application/x-www-form-urlencoded.")
}

func (s service) fromJSON(ctx context.Context, r *httpapi.Request, ib account.IB) (httpapi.Response, error) {
	object, err := r.JSON()
	if err != nil {
		return httpapi.Response{}, err
	}
	if object.Text(trap, &problem.Fields{}) != "" {
		return created()
	}
	submission, err := lead.FromJSON(object)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := s.store(ctx, ib, submission); err != nil {
		return httpapi.Response{}, err
	}
	return created()
}

func created() (httpapi.Response, error) {
	return httpapi.JSON(http.StatusCreated, struct {
		Success bool `json:"success"`
	}{true})
}

// fromForm answers a browser that asks for a page with the form again when the
// input is bad.
func (s service) fromForm(ctx context.Context, r *httpapi.Request, ib account.IB) (httpapi.Response, error) {
	body, err := r.Body()
	if err != nil {
		return httpapi.Response{}, err
	}
	form, err := lead.ParseForm(body)
	if err != nil {
		return s.refuse(r, ib, form, err)
	}
	if form.Text(trap) != "" {
		return thank(ib), nil
	}
	submission, err := form.Submission()
	if err != nil {
		return s.refuse(r, ib, form, err)
	}
	if err := s.store(ctx, ib, submission); err != nil {
		return httpapi.Response{}, err
	}
	return thank(ib), nil
}

// store captures the lead. An address that belongs to another IB leaves nothing, and
// the visitor is told nothing of that: they might be asking whose it is.
func (s service) store(ctx context.Context, ib account.IB, submission lead.Submission) error {
	leads, err := s.leads.Of(ib.Tenant)
	if err != nil {
		return err
	}
	_, _, err = leads.Capture(ctx, submission, lead.FromForm)
	if errors.Is(err, ownership.ErrTaken) {
		return nil
	}
	if err == nil {
		httpapi.NoteMetric(ctx, metric.Count(metric.Captures, 1))
	}
	return err
}

// refuse shows the form with what was typed and what is wrong with it, to who
// wants a page; to others it returns the problem.
func (s service) refuse(r *httpapi.Request, ib account.IB, form lead.Form, err error) (httpapi.Response, error) {
	if !prefersHTML(r.Header("accept")) {
		return httpapi.Response{}, err
	}
	return s.pages.form(ib, http.StatusUnprocessableEntity, again(form, problem.Of(err))), nil
}

// thank sends the visitor to the IB's own page, or to ours.
func thank(ib account.IB) httpapi.Response {
	if ib.ThankYouURL != "" {
		return httpapi.SeeOther(ib.ThankYouURL)
	}
	return httpapi.SeeOther("/forms/" + ib.FormKey + "?thanks=1")
}
