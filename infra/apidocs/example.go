package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// curl returns a command that calls the operation with the document's examples.
func curl(method, path string, item *openapi3.PathItem, o *openapi3.Operation) string {
	for _, p := range slices.Concat(item.Parameters, o.Parameters) {
		if p.Value.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(fmt.Sprint(p.Value.Example)))
		}
	}
	command := "curl"
	if method != "GET" {
		command += " -X " + method
	}
	command += " https://YOUR-API" + path
	switch access(o) {
	case "access token", "admins":
		command += " \\\n  -H \"Authorization: Bearer $ACCESS_TOKEN\""
	case "signed":
		command += " \\\n  -H \"x-webhook-signature: $SIGNATURE\""
	}
	if o.RequestBody == nil {
		return command
	}
	media := o.RequestBody.Value.Content["application/json"]
	command += " \\\n  -H 'Content-Type: application/json'"
	example := media.Example
	if example == nil {
		example = media.Schema.Value.Example
	}
	if example == nil {
		return command + " -d @body.json"
	}
	encoded, err := json.Marshal(example)
	if err != nil {
		panic(err) // it came from a document that is JSON at heart
	}
	return command + " \\\n  -d '" + strings.ReplaceAll(string(encoded), "'", `'\''`) + "'"
}
