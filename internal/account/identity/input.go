package identity

import (
	"regexp"
	"strings"

	"clientflow/internal/account"
	"clientflow/internal/email"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

const (
	maxAddress = 128 // Cognito's limit for a user name

	isRequired = "is required"
	wrongCode  = "is wrong or too old; please ask for a new one, or wait a while after several attempts"
)

var (
	// codeShape is Cognito's for the codes that it mails.
	codeShape = regexp.MustCompile(`^\S{1,64}$`)
	// tokenShape is Cognito's for its tokens.
	tokenShape = regexp.MustCompile(`^[A-Za-z0-9_=.-]+$`)
)

// input is the members of a body, and what is wrong with them.
type input struct {
	object httpapi.Object
	fields problem.Fields
}

func readInput(r *httpapi.Request) (*input, error) {
	object, err := r.JSON()
	if err != nil {
		return nil, err
	}
	return &input{object: object}, nil
}

// err names every member that was bad.
func (in *input) err() error { return in.fields.Err() }

// text returns a member that must be text, and not empty.
func (in *input) text(name string) string {
	value := in.object.Text(name, &in.fields)
	if value == "" {
		in.fields.Add(name, isRequired)
	}
	return value
}

func (in *input) email() string {
	address, err := email.Normalise(in.text("email"))
	if err != nil {
		in.fields.Add("email", "is "+err.Error())
	}
	if len(address) > maxAddress {
		in.fields.Add("email", "must have 128 characters at most")
	}
	return address
}

func (in *input) name() string {
	name, err := account.ParseName(in.text("name"))
	if err != nil {
		in.fields.Add("name", err.Error())
	}
	return name
}

// newPassword returns a password that meets the pool's policy. It is checked
// before Cognito is asked, which may look at the address first and then answer
// otherwise for one that it knows.
func (in *input) newPassword(name string) string {
	password := in.text(name)
	if !strong(password) {
		in.fields.Add(name, weakPassword)
	}
	return password
}

// code returns a code as it was mailed. One of a shape that no code has is
// refused in the words of one that is wrong.
func (in *input) code() string {
	code := strings.TrimSpace(in.text("code"))
	if !codeShape.MatchString(code) {
		in.fields.Add("code", wrongCode)
	}
	return code
}
