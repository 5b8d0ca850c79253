package systeme

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// contactInput is the body of a POST or PATCH. There is no "tags": the real API
// ignores that member, and so does this one. A PATCH does not read the email.
type contactInput struct {
	Email  string       `json:"email"`
	Locale *string      `json:"locale"`
	Fields []fieldInput `json:"fields"`
}

type fieldInput struct {
	Slug  string  `json:"slug"`
	Value *string `json:"value"`
}

const (
	locales     = "en fr es it pt de nl ru jp tr ar zh sv ro cs hu sk dk id pl el sr hi no th sq sl ua"
	maxField    = 255
	maxEmail    = 255
	homeLocale  = "en"
	countrySlug = "country"
)

func (s *Simulator) createContact(r *http.Request) answer {
	var input contactInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	violations := append(s.checkEmail(input.Email), s.account.check(input)...)
	if len(violations) > 0 {
		return invalid(violations...)
	}
	if _, taken := s.account.byEmail[fold(input.Email)]; taken {
		return s.alreadyUsed("email")
	}
	c := &contact{
		Contact: Contact{Email: input.Email, Locale: homeLocale, RegisteredAt: now()},
		values:  map[string]*string{},
	}
	input.Fields = slices.DeleteFunc(input.Fields, func(f fieldInput) bool { return f.Value == nil })
	c.apply(input)
	s.account.add(c)
	s.emit(eventCreated, c, nil)
	return created(s.account.show(c))
}

func (s *Simulator) getContact(r *http.Request) answer {
	return s.withContact(r, func(c *contact) answer { return ok(s.account.show(c)) })
}

func (s *Simulator) updateContact(r *http.Request) answer {
	var input contactInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	return s.withContact(r, func(c *contact) answer {
		if violations := s.account.check(input); len(violations) > 0 {
			return invalid(violations...)
		}
		c.apply(input)
		return ok(s.account.show(c))
	})
}

func (s *Simulator) deleteContact(r *http.Request) answer {
	return s.withContact(r, func(c *contact) answer {
		s.account.remove(c)
		return noContent()
	})
}

// withContact runs f with the contact of the path while the account is locked.
func (s *Simulator) withContact(r *http.Request, f func(*contact) answer) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	c, found := s.account.contacts[id(r, "id")]
	if !found {
		return notFound()
	}
	return f(c)
}

func (c *contact) apply(input contactInput) {
	if input.Locale != nil {
		c.Locale = *input.Locale
	}
	for _, field := range input.Fields {
		c.values[field.Slug] = field.Value
	}
}

// isEmail tells whether the text has the form of an address: one @ and a domain
// with a dot.
func isEmail(text string) bool {
	local, domain, found := strings.Cut(text, "@")
	labels := strings.Split(domain, ".")
	return found && local != "" && len(labels) > 1 && !slices.Contains(labels, "") &&
		!strings.Contains(domain, "@") && !strings.ContainsFunc(text, unicode.IsSpace)
}

// checkEmail refuses what is no address and what the check of its domain's mail
// exchanger would refuse.
func (s *Simulator) checkEmail(email string) []violation {
	if email == "" {
		return []violation{blank("email")}
	}
	if utf8.RuneCountInString(email) > maxEmail {
		return []violation{tooLong("email", maxEmail)}
	}
	if !isEmail(email) {
		return []violation{{"email", "This value is not a valid email address.", codeEmail}}
	}
	domain := fold(email[strings.LastIndexByte(email, '@')+1:])
	if slices.Contains(s.options.NoMX, domain) {
		return []violation{{"email", "The domain of this email address does not accept mail.", codeOther}}
	}
	return nil
}

// check refuses the locale and the fields; one unknown slug fails the whole
// request, as it does in the real API.
func (a *account) check(input contactInput) []violation {
	var violations []violation
	if input.Locale != nil && !slices.Contains(strings.Fields(locales), *input.Locale) {
		violations = append(violations,
			violation{"locale", "The value you selected is not a valid choice.", codeChoice})
	}
	for i, field := range input.Fields {
		path := fmt.Sprintf("fields[%d].", i)
		if a.field(field.Slug) < 0 {
			violations = append(violations, violation{path + "slug",
				fmt.Sprintf("Contact field with slug %q not found.", field.Slug), codeOther})
		} else if v := checkValue(path+"value", field); v != nil {
			violations = append(violations, *v)
		}
	}
	return violations
}

func checkValue(path string, field fieldInput) *violation {
	var v violation
	switch {
	case field.Value == nil:
		return nil
	case *field.Value == "":
		v = blank(path)
	case utf8.RuneCountInString(*field.Value) > maxField:
		v = tooLong(path, maxField)
	case field.Slug == countrySlug && !isCountry(*field.Value):
		v = violation{path, "This value is not a valid country.", codeChoice}
	default:
		return nil
	}
	return &v
}

// isCountry tells whether the value has the form of an ISO 3166 two-letter code.
func isCountry(value string) bool {
	return len(value) == 2 && value == strings.ToUpper(value) && strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
