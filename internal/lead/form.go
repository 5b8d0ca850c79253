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

// Submission reads a submission, or returns an Invalid problem that names every
// bad field. A field given twice is bad, since either value might be meant;
// fields that a submission does not have are ignored.
func (f Form) Submission() (Submission, error) {
	var fields problem.Fields
	get := func(field string) string {
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
	s := submitted(get, &fields)
	s.Consent = checkbox(get("consent"), &fields)
	if err := fields.Err(); err != nil {
		return Submission{}, err
	}
	return s, nil
}

// checkbox reads what forms send for a box: nothing when it is not ticked, else
// its value, which is "on" unless the form says otherwise.
func checkbox(value string, fields *problem.Fields) bool {
	switch value {
	case "on", "true", "1", "yes":
		return true
	case "", "off", "false", "0", "no":
	default:
		fields.Add("consent", "must be on or off")
	}
	return false
}
