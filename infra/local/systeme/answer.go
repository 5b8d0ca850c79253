package systeme

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// answer is what a handler decides; it is written only afterwards, so that a
// fault can cut the connection between the work and the answer.
type answer struct {
	status  int
	body    any
	problem bool
	header  http.Header
}

// problem is the body of an error, RFC 7807 as API Platform writes it.
type problem struct {
	Type       string      `json:"type"`
	Title      string      `json:"title"`
	Detail     string      `json:"detail"`
	Violations []violation `json:"violations,omitempty"`
}

// violation is one reason for a 422.
type violation struct {
	PropertyPath string `json:"propertyPath"`
	Message      string `json:"message"`
	Code         string `json:"code"`
}

// The codes that Symfony's constraints carry; the real API's for a value already
// used, an unknown slug and an unknown tag are not known.
const (
	codeBlank   = "c1051bb4-d103-4f74-8988-acbcafc7fdc3"
	codeTooLong = "d94b19cc-114f-4f44-9cc4-4138e80a87b9"
	codeEmail   = "bd79c0ab-ddba-46cc-a703-a7a4b08de310"
	codeChoice  = "8e179f1b-97aa-4560-a02f-2a8b42e49df7"
	codeRegex   = "de1e3db3-5ed4-4941-aae4-59f3667cc3a3"
	codeURL     = "57c2f299-1154-4870-89bb-ef3b1f5ad229"
	codeUnique  = "23bd9dbf-6b9b-41cd-a99e-4844bcf3077f"
	codeOther   = "6e5212ed-a197-4339-99aa-5654798a4854"
)

const (
	problemType  = "https://tools.ietf.org/html/rfc2616#section-10"
	problemTitle = "An error occurred"
)

func ok(body any) answer       { return answer{status: http.StatusOK, body: body} }
func created(body any) answer  { return answer{status: http.StatusCreated, body: body} }
func noContent() answer        { return answer{status: http.StatusNoContent} }
func notFound() answer         { return refuse(http.StatusNotFound, "Not Found") }
func bad(detail string) answer { return refuse(http.StatusBadRequest, detail) }
func (a answer) refused() bool { return a.status != 0 }
func blank(path string) violation {
	return violation{path, "This value should not be blank.", codeBlank}
}

func tooLong(path string, limit int) violation {
	return violation{path, fmt.Sprintf("This value is too long. It should have %d characters or less.", limit), codeTooLong}
}

func refuse(status int, detail string) answer {
	return answer{status: status, problem: true,
		body: problem{Type: problemType, Title: problemTitle, Detail: detail}}
}

// invalid is a 422 with the reasons.
func invalid(violations ...violation) answer {
	lines := make([]string, len(violations))
	for i, v := range violations {
		lines[i] = v.PropertyPath + ": " + v.Message
	}
	a := refuse(http.StatusUnprocessableEntity, strings.Join(lines, "\n"))
	body := a.body.(problem)
	body.Violations = violations
	a.body, a.problem = body, false // the specification has application/json here
	return a
}

// alreadyUsed is the answer to a value that must be unique and is not.
func (s *Simulator) alreadyUsed(path string) answer {
	a := invalid(violation{path, s.options.Quirks.DuplicateMessage, codeUnique})
	a.status = s.options.Quirks.DuplicateStatus
	return a
}

func (a answer) write(w http.ResponseWriter) error {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return nil
	}
	contentType := "application/json"
	if a.problem {
		contentType = "application/problem+json"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(a.status)
	return json.NewEncoder(w).Encode(a.body)
}

const maxBody = 1 << 20

func (a answer) withRetryAfter(seconds int) answer {
	a.header = http.Header{"Retry-After": {strconv.Itoa(seconds)}}
	return a
}

// read decodes a request's body into target. The answer is that of a Symfony API
// when the content type or the JSON is wrong, and the zero answer otherwise.
// Members that target does not have are ignored, as the real API does.
func read(r *http.Request, target any) answer {
	want := "application/json"
	if r.Method == http.MethodPatch {
		want = "application/merge-patch+json"
	}
	given := r.Header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(given); err != nil || mediaType != want {
		return refuse(http.StatusUnsupportedMediaType,
			fmt.Sprintf("The content-type %q is not supported. Supported MIME types are %q.", given, want))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return bad("The body could not be read.")
	}
	err = json.Unmarshal(body, target)
	if mismatch, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		return bad(fmt.Sprintf("The type of the %q attribute must be %q, %q given.",
			mismatch.Field, mismatch.Type, mismatch.Value))
	}
	if err != nil {
		return bad("Syntax error")
	}
	return answer{}
}
