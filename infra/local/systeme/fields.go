package systeme

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type contactFieldInput struct {
	Slug      string `json:"slug"`
	FieldName string `json:"fieldName"`
}

const maxName = 255

// listFields has no pages: the real call has no parameters.
func (s *Simulator) listFields(*http.Request) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	return ok(collection[ContactField]{Items: slices.Clone(s.account.fields)})
}

func (s *Simulator) createField(r *http.Request) answer {
	var input contactFieldInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	violations := checkName("fieldName", input.FieldName)
	if input.Slug == "" {
		violations = append(violations, blank("slug"))
	} else if strings.ContainsFunc(input.Slug, notWord) {
		violations = append(violations, violation{"slug", "This value is not valid.", codeRegex})
	}
	if len(violations) > 0 {
		return invalid(violations...)
	}
	if s.account.field(input.Slug) >= 0 {
		return s.alreadyUsed("slug")
	}
	field := ContactField(input)
	s.account.fields = append(s.account.fields, field)
	return created(field)
}

func (s *Simulator) updateField(r *http.Request) answer {
	var input contactFieldInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	i := s.account.field(r.PathValue("slug"))
	if i < 0 {
		return notFound()
	}
	if violations := checkName("fieldName", input.FieldName); len(violations) > 0 {
		return invalid(violations...)
	}
	s.account.fields[i].FieldName = input.FieldName
	return ok(s.account.fields[i])
}

// deleteField removes a field and every contact's value of it. Of a built-in field
// it answers 404, the only refusal that the specification has for this call.
func (s *Simulator) deleteField(r *http.Request) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	i := s.account.field(r.PathValue("slug"))
	if i < len(builtInFields()) {
		return notFound()
	}
	for _, c := range s.account.contacts {
		delete(c.values, s.account.fields[i].Slug)
	}
	s.account.fields = slices.Delete(s.account.fields, i, i+1)
	return noContent()
}

func checkName(path, name string) []violation {
	switch {
	case name == "":
		return []violation{blank(path)}
	case utf8.RuneCountInString(name) > maxName:
		return []violation{tooLong(path, maxName)}
	default:
		return nil
	}
}

// notWord tells whether a slug must not have the character: the specification's
// pattern is ^(\w+)$.
func notWord(r rune) bool {
	return r > unicode.MaxASCII || r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
