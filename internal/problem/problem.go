// Package problem is the one error type that a caller of the API may see, and
// its RFC 9457 document.
//
// A Problem says only what its reader may know. Every other error is an
// internal one: its text goes to the log, and the caller is told nothing but
// that something failed here.
package problem

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// ContentType is the media type of Document's result.
const ContentType = "application/problem+json"

// Kind is the class of a problem; its value is the HTTP status.
type Kind int

// The kinds of problem.
const (
	Unauthorized     Kind = http.StatusUnauthorized
	Forbidden        Kind = http.StatusForbidden
	NotFound         Kind = http.StatusNotFound
	Conflict         Kind = http.StatusConflict
	TooLarge         Kind = http.StatusRequestEntityTooLarge
	UnsupportedMedia Kind = http.StatusUnsupportedMediaType
	Invalid          Kind = http.StatusUnprocessableEntity
	TooMany          Kind = http.StatusTooManyRequests
	Internal         Kind = http.StatusInternalServerError
	// Unavailable is for what another service cannot give now.
	Unavailable Kind = http.StatusServiceUnavailable
)

// Field is what is wrong with one field of the input. Message never repeats the
// value.
type Field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Problem is an error that its reader may see.
type Problem struct {
	// Kind decides the status and the title.
	Kind Kind
	// Detail is a sentence for the reader.
	Detail string
	// Fields names every bad field of an Invalid input.
	Fields []Field
	// Type is a URI for a program that must tell this problem from others of its
	// kind; "" where the kind says enough.
	Type string
}

// New makes a problem without fields.
func New(kind Kind, detail string) *Problem {
	return &Problem{Kind: kind, Detail: detail}
}

// Error names the kind, the detail and the bad fields, without their values.
func (p *Problem) Error() string {
	text := http.StatusText(int(p.Kind)) + ": " + p.Detail
	for _, f := range p.Fields {
		text += "; " + f.Field + " " + f.Message
	}
	return text
}

// Of returns the problem that err is to its reader: err's own when it holds
// one, else an internal error that says nothing of err.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return New(Internal, "Something failed on our side. Please try again later.")
}

// Document returns the RFC 9457 JSON document of a problem.
func (p *Problem) Document() []byte {
	doc := struct {
		Type   string  `json:"type"`
		Title  string  `json:"title"`
		Status int     `json:"status"`
		Detail string  `json:"detail"`
		Errors []Field `json:"errors,omitempty"`
	}{cmp.Or(p.Type, "about:blank"), http.StatusText(int(p.Kind)), int(p.Kind), p.Detail, p.Fields}
	body, err := json.Marshal(doc)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	return body
}

// Fields collects what is wrong with an input, so that every bad field is named
// at once. The zero value is ready for use.
type Fields struct {
	list []Field
}

// Add notes that a field is bad. Only the first message of a field is kept.
func (f *Fields) Add(field, message string) {
	if !f.Has(field) {
		f.list = append(f.list, Field{field, message})
	}
}

// Has tells whether a field was noted.
func (f *Fields) Has(field string) bool {
	for _, known := range f.list {
		if known.Field == field {
			return true
		}
	}
	return false
}

// Err returns an Invalid problem that names every field noted, or nil.
func (f *Fields) Err() error {
	if len(f.list) == 0 {
		return nil
	}
	names := make([]string, len(f.list))
	for i, field := range f.list {
		names[i] = field.Field
	}
	return &Problem{
		Kind:   Invalid,
		Detail: "Please correct: " + strings.Join(names, ", ") + ".",
		Fields: f.list,
	}
}
