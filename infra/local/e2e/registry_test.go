package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/template"
)

// access is the decision on who may call a route.
type access int

const (
	// public: anyone may call; why says what keeps it from telling anything.
	public access = iota + 1
	// machine: a machine may call that proves itself otherwise; why says how.
	machine
	// tenantScoped: an IB may call, and reaches its own data alone. TestMatrix calls it
	// with every foreign id that it takes, TestTricks with every trick, and
	// TestOnlyAnAccessTokenOpensTheDashboard with what is no token of the caller's.
	tenantScoped
	// admins: a member of the group admins may call. TestAdminRoutesAreForAdmins
	// calls it as everyone else.
	admins
)

// takesToken tells whether a caller must show an access token.
func (a access) takesToken() bool { return a == tenantScoped || a == admins }

// decision is one row of the isolation registry.
type decision struct {
	access access
	// why is the evidence for a route without a token: what in its answer depends
	// on a tenant, and how that is guarded.
	why string
	// body is the document that tests send to a route that takes a token.
	body object
	// idIn is the query parameter by which the route takes a lead's id; "" for none.
	idIn string
}

// registry holds the decision on every route of the template. A route without a
// row here, and a row without a route, fail TestEveryRouteHasItsDecision.
var registry = map[string]decision{
	"GET /health":      {access: public, why: "holds no data and has no permission"},
	"OPTIONS /{path+}": {access: public, why: "answers with headers alone, the same on every path"},

	"GET /":               {access: public, why: "static: the same bytes for everyone"},
	"GET /app":            {access: public, why: "static: the page's script asks the API, with the caller's token"},
	"GET /app/{page}":     {access: public, why: "as above"},
	"GET /admin":          {access: public, why: "as above"},
	"GET /docs":           {access: public, why: "static: the same bytes for everyone"},
	"GET /openapi.yaml":   {access: public, why: "as above"},
	"GET /assets/{file+}": {access: public, why: "as above"},
	"GET /qr/{formKey}":   {access: public, why: "made of what the caller sends; asks nothing of any table"},

	"GET /forms/{formKey}":           {access: public, why: "shows the IB's public name, and in its policy the sites that the IB allows; an unknown key is 404"},
	"OPTIONS /forms/{formKey}":       {access: public, why: "answers with headers alone"},
	"POST /forms/{formKey}/leads":    {access: public, why: "writes to the form's owner alone, and answers the same for a known address"},
	"OPTIONS /forms/{formKey}/leads": {access: public, why: "answers with headers alone"},

	"POST /webhooks/systeme": {access: machine, why: "signed by Systeme.io with a secret; answers nothing of any tenant"},

	"POST /signup":          {access: public, why: "answers the same for a known address"},
	"POST /signup/confirm":  {access: public, why: "takes the code that was mailed"},
	"POST /signup/resend":   {access: public, why: "answers the same for an unknown address"},
	"POST /login":           {access: public, why: "takes the password; one answer for unknown and wrong"},
	"POST /login/refresh":   {access: public, why: "takes the refresh token"},
	"POST /logout":          {access: public, why: "takes the refresh token"},
	"POST /password/forgot": {access: public, why: "answers the same for an unknown address"},
	"POST /password/reset":  {access: public, why: "takes the code that was mailed"},

	"GET /me":                     {access: tenantScoped},
	"PATCH /me":                   {access: tenantScoped, body: object{"name": "Changed"}},
	"POST /me/password":           {access: tenantScoped, body: object{"currentPassword": "Canary-Wrong-1!", "newPassword": "Canary-Other-1!"}},
	"POST /me/sessions/revoke":    {access: tenantScoped},
	"GET /stats":                  {access: tenantScoped},
	"GET /audit":                  {access: tenantScoped, idIn: "leadId"},
	"GET /contacts":               {access: tenantScoped},
	"GET /leads":                  {access: tenantScoped},
	"POST /leads":                 {access: tenantScoped, body: object{"email": "matrix@visitors.test", "name": "Changed"}},
	"GET /leads/{leadId}":         {access: tenantScoped},
	"PATCH /leads/{leadId}":       {access: tenantScoped, body: object{"status": "converted", "notes": "Changed"}},
	"DELETE /leads/{leadId}":      {access: tenantScoped},
	"POST /leads/{leadId}/resync": {access: tenantScoped},
	"GET /leads/export":           {access: tenantScoped},
	"GET /erasures":               {access: tenantScoped},

	"GET /admin/ibs":                    {access: admins},
	"GET /admin/ibs/{userId}":           {access: admins},
	"GET /admin/ibs/{userId}/workflows": {access: admins},
	"PUT /admin/ibs/{userId}/workflows": {access: admins, body: object{"configured": true}},
	"PUT /admin/ibs/{userId}/disabled":  {access: admins, body: object{"disabled": true}},
	"GET /admin/sync":                   {access: admins},
	"POST /admin/sync/redrive":          {access: admins},
}

func mustTemplate(tb testing.TB) *template.Template {
	tb.Helper()
	parsed, err := template.Load("../../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: "http://127.0.0.1:4566", APIURL: "http://127.0.0.1:8080",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return parsed
}

// mustRoutes returns the route keys of the template with the name of the
// authorizer of each, "" for none.
func mustRoutes(tb testing.TB) map[string]string {
	tb.Helper()
	parsed := mustTemplate(tb)
	routes := map[string]string{}
	for _, function := range parsed.Functions {
		for _, route := range function.Routes {
			routes[route.Key()] = route.Authorizer
		}
	}
	if len(routes) == 0 {
		tb.Fatal("the template has no route: nothing would be proven")
	}
	return routes
}

func TestEveryRouteHasItsDecision(t *testing.T) {
	t.Parallel()
	routes := mustRoutes(t)
	for route, authorizer := range routes {
		d, decided := registry[route]
		switch {
		case !decided:
			t.Errorf("%s: no decision on who may call it", route)
		case !d.access.takesToken() && (authorizer != "" || d.why == ""):
			t.Errorf("%s: needs no token, with authorizer %q and evidence %q", route, authorizer, d.why)
		case d.access.takesToken() && authorizer == "":
			t.Errorf("%s: for IBs or admins, and the gateway asks for no token", route)
		}
	}
	for route := range registry {
		if _, exists := routes[route]; !exists {
			t.Errorf("%s: a decision on a route that is not in the template", route)
		}
	}
}

// routesFor returns the routes with one of those decisions in order.
func routesFor(who ...access) []string {
	var routes []string
	for route, d := range registry {
		if slices.Contains(who, d.access) {
			routes = append(routes, route)
		}
	}
	slices.Sort(routes)
	return routes
}

// takesLead tells whether a caller may name a lead.
func takesLead(route string) bool {
	return strings.Contains(route, "{leadId}") || registry[route].idIn != ""
}

// address returns the method and path of a route, with id for its lead or IB.
func address(route, id string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	if parameter := registry[route].idIn; parameter != "" {
		path += "?" + parameter + "=" + id
	}
	return method, strings.NewReplacer("{leadId}", id, "{userId}", id).Replace(path)
}
