package main

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed page.html
var pageTemplate string

// render returns the page of a document. {{head}} in it is for package page to fill.
func render(source []byte) ([]byte, error) {
	document, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		return nil, err
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, err
	}
	layout, err := template.New("page").Delims("[[", "]]").Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = layout.Execute(&page, struct {
		Title, Description any
		Groups             []group
		Everywhere         []answer
		Schemas            []schema
	}{document.Info.Title, prose(document.Info.Description), groups(document), everywhere(document), schemas(document)})
	return page.Bytes(), err
}

// group is the operations of one tag.
type group struct {
	Name        string
	Description template.HTML
	Operations  []operation
}

// operation is one route as the page shows it.
type operation struct {
	ID, Method, Path, Summary, Access string
	Description                       template.HTML
	Parameters                        []field
	Bodies                            []body
	Answers                           []answer
	Example                           string
}

// body is what is sent in one media type.
type body struct {
	MediaType string
	// Shape is set where a schema of the list is meant, and Fields otherwise.
	Shape  template.HTML
	Fields []field
}

type answer struct {
	Status      string
	Description template.HTML
	Bodies      []body
	Headers     []string
}

// shared returns the statuses that every operation answers in the same words, which
// the page says once.
func shared(document *openapi3.T) map[string]*openapi3.ResponseRef {
	var common map[string]*openapi3.ResponseRef
	for _, item := range document.Paths.Map() {
		for _, o := range item.Operations() {
			own := o.Responses.Map()
			if common == nil {
				common = maps.Clone(own)
			}
			maps.DeleteFunc(common, func(status string, r *openapi3.ResponseRef) bool {
				return r.Ref == "" || own[status] == nil || own[status].Ref != r.Ref
			})
		}
	}
	return common
}

func everywhere(document *openapi3.T) []answer {
	common := shared(document)
	var all []answer
	for _, status := range slices.Sorted(maps.Keys(common)) {
		all = append(all, newAnswer(status, common[status].Value))
	}
	return all
}

// groups returns the operations by tag, in the document's order of tags.
func groups(document *openapi3.T) []group {
	var all []group
	common := shared(document)
	for _, tag := range document.Tags {
		g := group{Name: tag.Name, Description: prose(tag.Description)}
		for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
			item := document.Paths.Value(path)
			operations := item.Operations()
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				if o := operations[method]; o != nil && slices.Contains(o.Tags, tag.Name) {
					g.Operations = append(g.Operations, newOperation(method, path, item, o, common))
				}
			}
		}
		all = append(all, g)
	}
	return all
}

func newOperation(method, path string, item *openapi3.PathItem, o *openapi3.Operation, common map[string]*openapi3.ResponseRef) operation {
	shown := operation{
		ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, Access: access(o),
		Description: prose(o.Description), Example: curl(method, path, item, o),
	}
	for _, p := range slices.Concat(item.Parameters, o.Parameters) {
		shown.Parameters = append(shown.Parameters, field{
			Name: p.Value.Name, Required: p.Value.Required, Place: p.Value.In,
			Type: typeOf(p.Value.Schema), Description: prose(p.Value.Description),
		})
	}
	if o.RequestBody != nil {
		shown.Bodies = bodies(o.RequestBody.Value.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
		if common[status] == nil {
			shown.Answers = append(shown.Answers, newAnswer(status, o.Responses.Value(status).Value))
		}
	}
	return shown
}

// newAnswer leaves out the header that each answer has.
func newAnswer(status string, r *openapi3.Response) answer {
	a := answer{Status: status, Description: prose(*r.Description), Bodies: bodies(r.Content)}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		if name != "x-request-id" {
			a.Headers = append(a.Headers, name)
		}
	}
	return a
}

// access says in a word who may call.
func access(o *openapi3.Operation) string {
	switch {
	case o.Security == nil || len(*o.Security) == 0:
		return "public"
	case (*o.Security)[0]["accessToken"] == nil:
		return "signed"
	case slices.Contains(o.Tags, "Admin"):
		return "admins"
	}
	return "access token"
}

func bodies(content openapi3.Content) []body {
	var all []body
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		b := body{MediaType: mediaType}
		if s := content[mediaType].Schema; s != nil && s.Ref != "" {
			b.Shape = typeOf(s)
		} else if s != nil {
			b.Fields = fields(s.Value)
		}
		all = append(all, b)
	}
	return all
}

// schema is one of the shapes that several operations share.
type schema struct {
	Name        string
	Description template.HTML
	Type        template.HTML
	Fields      []field
}

func schemas(document *openapi3.T) []schema {
	var all []schema
	for _, name := range slices.Sorted(maps.Keys(document.Components.Schemas)) {
		s := document.Components.Schemas[name].Value
		shown := schema{Name: name, Description: prose(s.Description), Fields: fields(s)}
		if len(shown.Fields) == 0 {
			shown.Type = plain(s)
		}
		all = append(all, shown)
	}
	return all
}

// prose is a text with its paragraphs, and what stands in backquotes as code.
func prose(text string) template.HTML {
	var out strings.Builder
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		if paragraph == "" {
			continue
		}
		if i > 0 {
			out.WriteString("<br>")
		}
		for j, part := range strings.Split(paragraph, "`") {
			escaped := template.HTMLEscapeString(part)
			if j%2 == 1 {
				escaped = "<code>" + escaped + "</code>"
			}
			out.WriteString(escaped)
		}
	}
	return template.HTML(out.String())
}
