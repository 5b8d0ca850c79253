package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"rsc.io/qr"

	"clientflow/internal/httpapi"
)

// keyShape takes the keys that forms have.
var keyShape = regexp.MustCompile(`^[a-z0-9]{20}$`)

const (
	// quiet is how many modules of a code's ground are to be around it.
	quiet = 4
	// moduleSize is how many pixels a module has in a picture that is to be printed.
	moduleSize = 16
)

// qr answers with the code that leads to a form, as a drawing, or with as=png as a
// picture. It is made of the key: whether there is such a form it cannot tell.
func (s *Site) qr(_ context.Context, r *httpapi.Request) (httpapi.Response, error) {
	key := r.Path("formKey")
	if !keyShape.MatchString(key) {
		return s.answerPage(r, http.StatusNotFound, "lost.html"), nil
	}
	code, err := qr.Encode(r.BaseURL()+"/forms/"+key, qr.M)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("make a code of the form's address: %w", err)
	}
	query, _ := url.ParseQuery(r.RawQuery) // what can be decoded of it will do
	response := httpapi.Text(http.StatusOK, mediaType(".svg"), drawing(code))
	if query.Get("as") == "png" {
		code.Scale = moduleSize
		response = httpapi.Bytes(http.StatusOK, "image/png", code.PNG())
	}
	response.Headers["cache-control"] = "public, max-age=86400"
	response.Headers["content-security-policy"] = "default-src 'none'"
	return response, nil
}

// drawing is a code as SVG, black on white for every scanner, with one bar for modules
// that are side by side.
func drawing(code *qr.Code) string {
	var bars strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			start := x
			for code.Black(x, y) {
				x++
			}
			if n := x - start; n > 0 {
				fmt.Fprintf(&bars, "M%d %dh%dv1h-%dz", start+quiet, y+quiet, n, n)
			}
		}
	}
	side := code.Size + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%[2]s"/></svg>`, side, bars.String())
}
