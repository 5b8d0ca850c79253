// Package env reads a function's settings from its environment, and says of a
// missing one what it is for.
package env

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Reader reads settings and remembers what was wrong, so that all that is
// missing is said at once. The zero Reader reads the process's environment.
type Reader struct {
	// Lookup finds a variable; nil means os.LookupEnv.
	Lookup func(name string) (value string, ok bool)

	errs []error
}

// Text returns a variable that must not be empty. purpose ends the sentence
// "it is …".
func (r *Reader) Text(name, purpose string) string {
	value := r.Optional(name)
	if value == "" {
		r.errs = append(r.errs, fmt.Errorf("environment variable %s is not set: it is %s", name, purpose))
	}
	return value
}

// Optional returns a variable that may be missing or empty.
func (r *Reader) Optional(name string) string {
	lookup := r.Lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value, _ := lookup(name)
	return value
}

// Positive returns a variable that must be a number above zero.
func (r *Reader) Positive(name, purpose string) float64 {
	text := r.Text(name, purpose)
	if text == "" {
		return 0
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value > 0) {
		r.errs = append(r.errs, fmt.Errorf("environment variable %s is not a number above 0: it is %s", name, purpose))
		return 0
	}
	return value
}

// Choice returns a variable that must be one of the choices; the first of them when
// it is not set.
func (r *Reader) Choice(name string, choices ...string) string {
	value := r.Optional(name)
	switch {
	case value == "":
		return choices[0]
	case !slices.Contains(choices, value):
		r.errs = append(r.errs, fmt.Errorf("environment variable %s is none of %s", name, strings.Join(choices, ", ")))
		return ""
	}
	return value
}

// Err returns an error that names every variable that was missing or malformed,
// or nil.
func (r *Reader) Err() error { return errors.Join(r.errs...) }
