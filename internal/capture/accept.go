package capture

import (
	"mime"
	"strconv"
	"strings"
)

// prefersHTML tells whether a caller names HTML in its Accept header, and JSON
// not more than that. Browsers do when they follow a form; programs that name
// nothing, or */*, get a problem document.
func prefersHTML(accept string) bool {
	html, json := 0.0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, given := params["q"]; given {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		switch mediaType {
		case "text/html":
			html = max(html, weight)
		case "application/json", "application/problem+json":
			json = max(json, weight)
		}
	}
	return html > 0 && html >= json
}
