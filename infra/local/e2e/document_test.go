package e2e_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// loadDocument reads the OpenAPI document of the API.
func loadDocument() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromFile("../../openapi.yaml")
	if err != nil {
		return nil, err
	}
	return document, document.Validate(context.Background())
}

// operations returns the operations of a document by their route key.
func operations(document *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			all[method+" "+greedily(path, item, "+")] = operation
		}
	}
	return all
}

// greedily adds a mark to the parameter of a path that takes several segments, for
// which OpenAPI has no word of its own.
func greedily(path string, item *openapi3.PathItem, mark string) string {
	for _, parameter := range item.Parameters {
		if parameter.Value.Extensions["x-greedy"] == true {
			path = strings.Replace(path, "{"+parameter.Value.Name+"}", "{"+parameter.Value.Name+mark+"}", 1)
		}
	}
	return path
}

// The document and the template have the same routes, and ask for a token on the
// same ones.
func TestTheDocumentHasTheRoutesOfTheTemplate(t *testing.T) {
	t.Parallel()
	document, err := loadDocument()
	if err != nil {
		t.Fatal(err)
	}
	described, routes := operations(document), mustRoutes(t)
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		operation := described[route]
		switch {
		case operation == nil:
			t.Errorf("%s is in the template and not in the document", route)
		case takesToken(operation) != (routes[route] != ""):
			t.Errorf("%s: the authorizer is %q, and the document says otherwise", route, routes[route])
		}
	}
	for route := range described {
		if _, exists := routes[route]; !exists {
			t.Errorf("%s is in the document and not in the template", route)
		}
	}
}

func takesToken(operation *openapi3.Operation) bool {
	return operation.Security != nil && slices.ContainsFunc(*operation.Security,
		func(one openapi3.SecurityRequirement) bool { _, asks := one["accessToken"]; return asks })
}
