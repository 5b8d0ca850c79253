package capture

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"net/http"
	"strings"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

var (
	//go:embed page/style.css
	style string
	//go:embed page/form.html
	formPage string
	//go:embed page/thanks.html
	thanksPage string
	//go:embed page/failure.html
	failurePage string
)

// pages makes the pages that visitors see. They are filled in by replacing
// placeholders, once and from left to right, so that a value is never read as a
// placeholder.
type pages struct {
	styleHash string
}

func newPages() pages {
	sum := sha256.Sum256([]byte(style))
	return pages{"sha256-" + base64.StdEncoding.EncodeToString(sum[:])}
}

// form answers with the IB's form, filled in with what was typed.
func (p pages) form(ib account.IB, status int, t typed) httpapi.Response {
	pairs := append(t.placeholders(),
		"{{action}}", html.EscapeString("/forms/"+ib.FormKey+"/leads"),
		"{{trap}}", trap)
	return p.answer(ib, status, formPage, pairs)
}

// preview answers with the form as its IB is shown it. It cannot be sent: its button
// does nothing, and the browser is forbidden to send it all the same.
func (p pages) preview(ib account.IB) httpapi.Response {
	response := p.form(ib, http.StatusOK, typed{preview: true})
	response.Headers["content-security-policy"] = policy(p.styleHash, "'none'", ib)
	return response
}

// thanks answers with our own thank-you page.
func (p pages) thanks(ib account.IB) httpapi.Response {
	return p.answer(ib, http.StatusOK, thanksPage, nil)
}

// failure tells a visitor that there is no form, or that it was not taken, and what to
// do. It is the same for all forms that are not there.
func (p pages) failure(ib account.IB, kind problem.Kind) httpapi.Response {
	title, text := "Something went wrong",
		"Something failed on our side, and your request may not have arrived. Please go back, and try again in a few minutes. Sending it twice does no harm."
	switch kind {
	case problem.NotFound:
		title, text = "This form is not here", "The link may be mistyped, or the form closed. Please ask whoever gave you the link."
	case problem.TooLarge:
		title, text = "That is too much text", "Nothing was sent. Please go back, shorten what you have written, and send it again."
	case problem.UnsupportedMedia:
		title, text = "This form cannot be sent", "Nothing was sent. The form on the page that you come from is made wrongly: it must not set an enctype. Please tell whose page it is."
	}
	return p.answer(ib, int(kind), failurePage, []string{"{{title}}", title, "{{text}}", text})
}

func (p pages) answer(ib account.IB, status int, page string, pairs []string) httpapi.Response {
	pairs = append(pairs, "{{ib}}", html.EscapeString(ib.Name), "{{style}}", style)
	response := httpapi.HTML(status, strings.NewReplacer(pairs...).Replace(page))
	response.Headers["content-security-policy"] = policy(p.styleHash, formAction(ib), ib)
	response.Headers["referrer-policy"] = "strict-origin"
	response.Headers["strict-transport-security"] = "max-age=31536000"
	return response
}
