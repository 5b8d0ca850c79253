package systeme

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// refused is the error of a call that was answered with a status other than 2xx.
func (r request) refused(response *http.Response, body []byte) error {
	e := &Error{
		Kind: Temporary, Call: r.name, Status: response.StatusCode,
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now()),
	}
	switch e.Status {
	case http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = RateLimited, max(e.RetryAfter, time.Second)
	case http.StatusUnauthorized:
		e.Kind = Unauthorized
	case http.StatusForbidden, http.StatusPaymentRequired:
		e.Kind = Forbidden
	case http.StatusConflict:
		e.Kind = Duplicate
	case http.StatusBadRequest:
		e.Kind = Invalid
	case http.StatusNotFound:
		// Without a name in the path the address of the API is wrong, or the API down.
		if r.named {
			e.Kind = NotFound
		}
	case http.StatusUnprocessableEntity:
		paths := r.readViolations(e, body)
		e.Kind = kindOf422(e.Violations, paths)
	}
	return e
}

// readViolations reads the reasons of a 422 into the error and returns the
// property paths as they came.
func (r request) readViolations(e *Error, body []byte) []string {
	var answer struct {
		Detail     string `json:"detail"`
		Violations []struct {
			PropertyPath string `json:"propertyPath"`
			Message      string `json:"message"`
		} `json:"violations"`
	}
	// A body that is no JSON leaves the 422 without reasons.
	if json.Unmarshal(body, &answer) != nil {
		return nil
	}
	var paths []string
	add := func(path, message string) {
		paths = append(paths, path)
		e.Violations = append(e.Violations, Violation{Field: r.field(path), Message: clip(message)})
	}
	for _, v := range answer.Violations {
		add(v.PropertyPath, v.Message)
	}
	if len(paths) == 0 {
		// Some answers have been seen with the detail alone: "email: This value …".
		if path, message, found := strings.Cut(answer.Detail, ": "); found && !strings.Contains(path, " ") {
			add(path, message)
		}
	}
	return paths
}

// field turns fields[2].value into the slug of the third field sent.
func (r request) field(path string) string {
	index, ok := strings.CutPrefix(path, "fields[")
	index, ok2 := strings.CutSuffix(index, "].value")
	i, err := strconv.Atoi(index)
	if !ok || !ok2 || err != nil || i < 0 || i >= len(r.slugs) {
		return path
	}
	return r.slugs[i]
}

// clip cuts a text that is stored and shown to 200 characters.
func clip(message string) string {
	const longest = 200
	if runes := []rune(message); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return message
}

// kindOf422 classifies by path and message, the codes not being known. A slug at
// fault outweighs everything: until the account has the field, nothing else that
// is said of the lead is worth acting on.
func kindOf422(violations []Violation, paths []string) Kind {
	if slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasPrefix(path, "fields[") && strings.HasSuffix(path, "].slug")
	}) {
		return UnknownField
	}
	if len(violations) == 0 {
		return Invalid
	}
	all := func(is func(Violation) bool) bool {
		return !slices.ContainsFunc(violations, func(v Violation) bool { return !is(v) })
	}
	switch {
	case all(func(v Violation) bool { return unique(v.Field) && strings.Contains(v.Message, "already used") }):
		return Duplicate
	case all(func(v Violation) bool { return v.Field == "tagId" && strings.Contains(v.Message, "not found") }):
		return UnknownTag
	default:
		return Invalid
	}
}

// unique tells whether no two resources of a kind may share the field's value.
func unique(field string) bool {
	return field == "email" || field == "name" || field == "slug" || field == "url"
}

// saysOnly tells whether a refusal speaks of nothing but the field: a message that
// is not recognised may be "already used" in the account's language.
func saysOnly(err error, field string) bool {
	e, is := err.(*Error)
	return is && e.Kind == Invalid && e.Status == http.StatusUnprocessableEntity &&
		!slices.ContainsFunc(e.Violations, func(v Violation) bool { return v.Field != field })
}
