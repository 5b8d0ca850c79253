package capture

import (
	"html"
	"maps"
	"slices"
	"strings"
)

// placeholders returns what is to be replaced in the form's page, and by what.
func (t typed) placeholders() []string {
	pairs := []string{
		"{{title prefix}}", t.titlePrefix(),
		"{{summary}}", t.summary(),
		"{{hidden}}", t.hiddenInputs(),
		"{{checked}}", when(t.consent, " checked"),
		"{{disabled}}", when(t.preview, " disabled"),
	}
	for _, field := range shown() {
		state, message := t.marks(field)
		pairs = append(pairs,
			"{{value "+field+"}}", html.EscapeString(t.values[field]),
			"{{state "+field+"}}", state,
			"{{error "+field+"}}", message)
	}
	for field, offered := range choices() {
		for _, choice := range offered {
			pairs = append(pairs, "{{selected "+choice+"}}", when(t.values[field] == choice, " selected"))
		}
		pairs = append(pairs, "{{chosen "+field+"}}", t.chosen(field, offered))
	}
	return pairs
}

// titlePrefix is what a screen reader reads first.
func (t typed) titlePrefix() string { return when(len(t.errors) > 0, "Error: ") }

// marks returns the attributes of a field that is wrong, and the message beside
// it. The first of them has the focus.
func (t typed) marks(field string) (attributes, message string) {
	complaint := t.complaint(field)
	if complaint == "" {
		return "", ""
	}
	id := field + "-error"
	first := slices.IndexFunc(shown(), func(field string) bool { return t.complaint(field) != "" })
	return ` aria-invalid="true" aria-describedby="` + id + `"` + when(shown()[first] == field, " autofocus"),
		`<p class="bad" id="` + id + `">This field ` + html.EscapeString(complaint) + `.</p>`
}

// chosen returns an option for a good value that our own form does not offer: it
// came from a form of the IB's own, and must not be lost when sent again.
func (t typed) chosen(field string, offered []string) string {
	value := t.values[field]
	if value == "" || t.complaint(field) != "" || slices.Contains(offered, value) {
		return ""
	}
	return "<option selected>" + html.EscapeString(value) + "</option>"
}

// summary says above the form that something is wrong, and names what is wrong
// with anything that the visitor does not see; or that the form is a preview.
func (t typed) summary() string {
	if t.preview {
		return `<p class="preview">This is a preview. It sends nothing.</p>`
	}
	if len(t.errors) == 0 {
		return ""
	}
	text := "Nothing was sent yet. Please correct what is marked, and send it again."
	for _, e := range t.errors {
		if !slices.Contains(shown(), e.Field) {
			text += " (" + e.Field + " " + e.Message + ")"
		}
	}
	return `<p class="summary" role="alert">` + html.EscapeString(text) + `</p>`
}

// hiddenInputs carries on the hidden values.
func (t typed) hiddenInputs() string {
	var inputs strings.Builder
	for _, field := range slices.Sorted(maps.Keys(t.hidden)) {
		if value := t.hidden[field]; value != "" {
			inputs.WriteString(`<input type="hidden" name="` + field + `" value="` + html.EscapeString(value) + "\">\n")
		}
	}
	return inputs.String()
}

func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}
