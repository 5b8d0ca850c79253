package lead

import (
	"net/url"
	"unicode/utf8"

	"clientflow/internal/problem"
)

// Form is the fields of a posted HTML form.
type Form struct {
	values url.Values
}

// ParseForm reads application/x-www-form-urlencoded. A body that cannot be
// decoded is an Invalid problem with the field body.
func ParseForm(body []byte) (Form, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		var fields problem.Fields
		fields.Add("body", "is not an encoded form")
		return Form{}, fields.Err()
	}
	return Form{values}, nil
}

// Text returns a field as it was typed; "" when the form has none.
func (f Form) Text(field string) string { return f.values.Get(field) }

// Ticked tells whether a box was ticked. Forms send nothing for one that was not,
// else its value, which is "on" unless the form says otherwise; ok is false for a
// value that says neither yes nor no.
func (f Form) Ticked(field string) (ticked, ok bool) {
	switch f.Text(field) {
	case "on", "true", "1", "yes":
		return true, true
	case "", "off", "false", "0", "no":
		return false, true
	}
	return false, false
}

// Submission reads a submission, or returns an Invalid problem that names every
// bad field. A field given twice is bad, since either value might be meant;
// fields that a submission does not have are ignored.
func (f Form) Submission() (Submission, error) {
	var fields problem.Fields
	s := submitted(func(field string) string { return f.once(field, &fields) }, &fields)
	s.Consent = f.consent(&fields)
	if err := fields.Err(); err != nil {
		return Submission{}, err
	}
	return s, nil
}

// once returns a field that must not be given twice.
func (f Form) once(field string, fields *problem.Fields) string {
	switch {
	case len(f.values[field]) > 1:
		fields.Add(field, "is given more than once")
		return ""
	case !utf8.ValidString(f.Text(field)):
		fields.Add(field, "is not UTF-8")
		return ""
	}
	return f.Text(field)
}

func (f Form) consent(fields *problem.Fields) bool {
	f.once("consent", fields)
	ticked, ok := f.Ticked("consent")
	if !ok {
		fields.Add("consent", "must be on or off")
	}
	return ticked
}
