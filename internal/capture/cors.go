package capture

import (
	"context"
	"net/http"
	"slices"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

type ibHandler func(ctx context.Context, r *httpapi.Request, ib account.IB) (httpapi.Response, error)

// onForm gives a handler the IB whose form the path names, and lets the IB's own
// sites read the answer, refusals included. Pages of other origins may send a
// form, as any page may, but not read what is answered. An unknown form is 404,
// for a preflight too.
func (s service) onForm(method string, handle ibHandler) httpapi.Handler {
	return func(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
		ib, err := s.forms.owner(ctx, r.Path("formKey"))
		var response httpapi.Response
		if err == nil {
			httpapi.NoteTenant(ctx, ib.Tenant)
			response, err = handle(ctx, r, ib)
		}
		if err != nil {
			response = s.failure(r, ib, err)
		}
		response.Headers["vary"] = "Origin"
		if origin := r.Header("origin"); slices.Contains(ib.AllowedOrigins, origin) {
			response.LetRead(origin)
			if response.Status == http.StatusNoContent {
				response.LetSend(method, "content-type")
			}
		}
		return response, err
	}
}

// failure answers a browser that was to show a page with one, and others with the
// problem document.
func (s service) failure(r *httpapi.Request, ib account.IB, err error) httpapi.Response {
	if r.MediaType() == "application/json" || !prefersHTML(r.Header("accept")) {
		return httpapi.Problem(err)
	}
	return s.pages.failure(ib, problem.Of(err).Kind)
}

// preflight answers what a browser asks before it lets a page of another origin
// send JSON; onForm adds what is allowed.
func preflight(context.Context, *httpapi.Request, account.IB) (httpapi.Response, error) {
	return httpapi.Empty(http.StatusNoContent), nil
}
