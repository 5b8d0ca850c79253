// Package page serves what is seen in a browser: the start page, the IB's dashboard,
// the admin's pages and the description of the API, with the scripts and styles that
// they load, the script for the IBs' own sites, and the QR codes of forms.
//
// All but the codes, which are made of their address, is static, the same for everyone
// and embedded here. It holds no data: a page's script asks the API for it, with the
// token of whoever looks at the page. So this package must know no tenant, no table
// and no setting.
package page

import (
	"context"
	"net/http"
	"strings"

	"clientflow/internal/httpapi"
)

// Routes returns the routes of the pages. All are public.
func (s *Site) Routes() httpapi.Routes {
	return httpapi.Routes{
		"GET /":               s.page("index.html"),
		"GET /app":            s.page("app.html"),
		"GET /app/{page}":     s.inApp,
		"GET /admin":          s.page("admin.html"),
		"GET /docs":           s.page("docs.html"),
		"GET /openapi.yaml":   s.page("openapi.yaml"),
		"GET /assets/{file+}": s.asset,
		"GET /qr/{formKey}":   s.qr,
	}
}

// page answers with one page.
func (s *Site) page(name string) httpapi.Handler {
	return func(_ context.Context, r *httpapi.Request) (httpapi.Response, error) {
		return s.answerPage(r, http.StatusOK, name), nil
	}
}

// inApp answers with the page of the dashboard that the path names.
func (s *Site) inApp(_ context.Context, r *httpapi.Request) (httpapi.Response, error) {
	name := "app/" + r.Path("page") + ".html"
	if _, ok := s.files[name]; !ok {
		return s.answerPage(r, http.StatusNotFound, "lost.html"), nil
	}
	return s.answerPage(r, http.StatusOK, name), nil
}

// embedScript is the script that the IBs' own sites load. Its address stands in their pages,
// so it has no version, and the script must go on doing what their pages expect of it.
const embedScript = "embed.js"

// asset answers with what a page loads. Under the version that is served now it may
// be kept for good; under any other, which a page of an older deployment asks for,
// it is what there is now, and is not to be kept.
func (s *Site) asset(_ context.Context, r *httpapi.Request) (httpapi.Response, error) {
	if r.Path("file") == embedScript {
		return s.answerEmbed(r), nil
	}
	version, name, _ := strings.Cut(r.Path("file"), "/")
	f, ok := s.files["assets/"+name]
	if !ok {
		return s.answerPage(r, http.StatusNotFound, "lost.html"), nil
	}
	response := f.answer(r, http.StatusOK)
	if version == s.version {
		response.Headers["cache-control"] = "public, max-age=31536000, immutable"
	}
	return response, nil
}

// answerEmbed lets every site load the script, those that isolate themselves too.
func (s *Site) answerEmbed(r *httpapi.Request) httpapi.Response {
	response := s.files["assets/"+embedScript].answer(r, http.StatusOK)
	response.Headers["cache-control"] = "public, max-age=3600"
	response.Headers["access-control-allow-origin"] = "*"
	response.Headers["cross-origin-resource-policy"] = "cross-origin"
	return response
}

func (s *Site) answerPage(r *httpapi.Request, status int, name string) httpapi.Response {
	response := s.files[name].answer(r, status)
	response.Headers["content-security-policy"] = policy
	response.Headers["referrer-policy"] = "same-origin"
	response.Headers["cross-origin-opener-policy"] = "same-origin"
	response.Headers["strict-transport-security"] = "max-age=31536000"
	return response
}

// policy is the content security policy of all pages: everything from here, nothing
// inline, and no text that becomes markup. An IB's form may be shown in a frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"
