// Package profile shows an IB its own record, and lets it change the part that is
// its to change.
//
// The record is the caller's own by construction: no route takes an id, and
// whatever a body says of userId, role or tag prefix does not count.
package profile

import (
	"context"
	"net/http"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
)

// Routes returns GET and PATCH /me over the records in users, which must be lent
// by the tenant role.
func Routes(verifier tenant.Verifier, users account.Users) httpapi.Routes {
	p := profile{users}
	return httpapi.Routes{
		"GET /me":   httpapi.ForTenant(verifier, p.show),
		"PATCH /me": httpapi.ForTenant(verifier, p.change),
	}
}

type profile struct {
	users account.Users
}

func (p profile) show(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
	ib, err := p.users.Get(ctx, caller.Tenant)
	if err != nil {
		return httpapi.Response{}, err
	}
	return answer(r, caller, ib)
}

func (p profile) change(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
	settings, err := readSettings(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	ib, err := p.users.Change(ctx, caller.Tenant, settings)
	if err != nil {
		return httpapi.Response{}, err
	}
	return answer(r, caller, ib)
}

// document is an IB's record as its owner sees it.
type document struct {
	UserID                     string   `json:"userId"`
	Email                      string   `json:"email"`
	Name                       string   `json:"name"`
	Role                       string   `json:"role"`
	SystemeTagPrefix           string   `json:"systemeTagPrefix"`
	SystemeWorkflowsConfigured bool     `json:"systemeWorkflowsConfigured"`
	FormKey                    string   `json:"formKey"`
	FormURL                    string   `json:"formUrl"`
	ThankYouURL                *string  `json:"thankYouUrl"`
	AllowedOrigins             []string `json:"allowedOrigins"`
	TimeZone                   string   `json:"timeZone"`
}

func answer(r *httpapi.Request, caller tenant.Caller, ib account.IB) (httpapi.Response, error) {
	doc := document{
		UserID:                     ib.Tenant.String(),
		Email:                      ib.Email,
		Name:                       ib.Name,
		Role:                       "USER",
		SystemeTagPrefix:           ib.Prefix.String(),
		SystemeWorkflowsConfigured: ib.WorkflowsConfigured,
		FormKey:                    ib.FormKey,
		FormURL:                    r.BaseURL() + "/forms/" + ib.FormKey,
		AllowedOrigins:             append([]string{}, ib.AllowedOrigins...), // [], never null
		TimeZone:                   ib.TimeZone,
	}
	if caller.Admin {
		doc.Role = "ADMIN"
	}
	if ib.ThankYouURL != "" {
		doc.ThankYouURL = &ib.ThankYouURL
	}
	return httpapi.JSON(http.StatusOK, doc)
}
