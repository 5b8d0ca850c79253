package main

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// field is a member of a document, or a parameter.
type field struct {
	Name, Place       string
	Required          bool
	Type, Description template.HTML
}

// fields returns the members of a schema, those that must be there first, as the
// document orders them.
func fields(s *openapi3.Schema) []field {
	names := slices.Clone(s.Required)
	for name := range s.Properties {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[len(s.Required):])
	var all []field
	for _, name := range names {
		property := s.Properties[name]
		f := field{Name: name, Required: slices.Contains(s.Required, name), Type: typeOf(property)}
		if property.Ref == "" {
			f.Description = prose(property.Value.Description)
		}
		all = append(all, f)
	}
	return all
}

// typeOf says what a value may be, by a link where it has a name.
func typeOf(s *openapi3.SchemaRef) template.HTML {
	if s == nil {
		return "text"
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return template.HTML(fmt.Sprintf(`<a href="#schema-%[1]s">%[1]s</a>`, template.HTMLEscapeString(name)))
	}
	return plain(s.Value)
}

func plain(s *openapi3.Schema) template.HTML {
	text := base(s)
	if s.Nullable {
		text += " or null"
	}
	if bounds := bounds(s); bounds != "" {
		text += template.HTML(", " + template.HTMLEscapeString(bounds))
	}
	return text
}

func base(s *openapi3.Schema) template.HTML {
	switch {
	case len(s.Enum) > 0:
		return choice(s.Enum)
	case s.Type.Is("array"):
		return "list of " + typeOf(s.Items)
	case s.Type.Is("string") && s.Format == "date-time":
		return "time"
	case s.Type.Is("string") && s.Format == "date":
		return "date"
	case s.Type.Is("string"):
		return "text"
	case s.Type.Is("integer"):
		return "number"
	case s.Type.Is("boolean"):
		return "true or false"
	case s.AdditionalProperties.Schema != nil:
		return "object of " + typeOf(s.AdditionalProperties.Schema)
	case len(s.Properties) > 0:
		var names []string
		for _, f := range fields(s) {
			names = append(names, string("<code>"+template.HTML(template.HTMLEscapeString(f.Name))+"</code> "+f.Type))
		}
		return template.HTML("{ " + strings.Join(names, ", ") + " }")
	}
	return "object"
}

func choice(values []any) template.HTML {
	var texts []string
	for _, value := range values {
		switch value {
		case nil: // said by "or null"
		case "":
			texts = append(texts, "empty")
		default:
			texts = append(texts, "<code>"+template.HTMLEscapeString(fmt.Sprint(value))+"</code>")
		}
	}
	return template.HTML(strings.Join(texts, ", "))
}

// bounds says how long or large a value may be.
func bounds(s *openapi3.Schema) string {
	var parts []string
	switch {
	case s.MinLength > 0 && s.MaxLength != nil:
		parts = append(parts, fmt.Sprintf("%d to %d characters", s.MinLength, *s.MaxLength))
	case s.MaxLength != nil:
		parts = append(parts, fmt.Sprintf("%d characters at most", *s.MaxLength))
	}
	switch {
	case s.Min != nil && s.Max != nil:
		parts = append(parts, fmt.Sprintf("%v to %v", *s.Min, *s.Max))
	case s.Min != nil:
		parts = append(parts, fmt.Sprintf("%v or more", *s.Min))
	}
	if s.MaxItems != nil {
		parts = append(parts, fmt.Sprintf("%d at most", *s.MaxItems))
	}
	if s.Default != nil {
		parts = append(parts, fmt.Sprintf("%v when not given", s.Default))
	}
	return strings.Join(parts, ", ")
}
