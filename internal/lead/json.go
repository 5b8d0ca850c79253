package lead

import (
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// FromJSON reads a submission from the members of a JSON object, or returns an
// Invalid problem that names every bad one. Other members are ignored, userId
// among them.
func FromJSON(object httpapi.Object) (Submission, error) {
	var fields problem.Fields
	s := submitted(func(field string) string { return object.Text(field, &fields) }, &fields)
	s.Consent = object.Bool("consent", &fields)
	if err := fields.Err(); err != nil {
		return Submission{}, err
	}
	return s, nil
}
