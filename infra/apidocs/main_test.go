package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsServedIsMadeOfTheDocument(t *testing.T) {
	t.Parallel()
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(folder), name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not that of %s: run make api-docs (%v)", name, source, err)
		}
	}
}

const small = `
openapi: 3.0.3
info: {title: T, version: "1", description: "Says ` + "`<this>`" + ` & that."}
tags: [{name: Leads, description: D}]
paths:
  /leads/{leadId}:
    parameters: [{name: leadId, in: path, required: true, schema: {type: string}, example: a b}]
    patch:
      tags: [Leads]
      operationId: changeLead
      summary: Change a lead
      security: [accessToken: []]
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [notes], properties: {notes: {type: string, nullable: true, maxLength: 9}}}
            example: {notes: "it's <b>"}
      responses:
        "429": {$ref: "#/components/responses/TooMany"}
        "200": {description: Done., content: {application/json: {schema: {$ref: "#/components/schemas/Lead"}}}}
    get:
      tags: [Leads]
      operationId: getLead
      summary: Show a lead
      security: []
      responses: {"429": {$ref: "#/components/responses/TooMany"}}
components:
  responses: {TooMany: {description: Later.}}
  securitySchemes: {accessToken: {type: http, scheme: bearer}}
  schemas:
    Lead: {type: object, properties: {status: {type: string, enum: [new, converted]}}}
`

func TestThePageTellsOfEachOperation(t *testing.T) {
	t.Parallel()
	page, err := render([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Says <code>&lt;this&gt;</code> &amp; that.`, `id="changeLead"`, `<code>PATCH /leads/{leadId}</code>`, `access token`,
		`curl -X PATCH https://YOUR-API/leads/a%20b`, `it&#39;\&#39;&#39;s \u003cb\u003e`, `text or null, 9 characters at most`,
		`<a href="#schema-Lead">Lead</a>`, `id="schema-Lead"`, `<code>new</code>, <code>converted</code>`, `{{head}}`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(string(page), "<code>429</code>"); n != 1 {
		t.Errorf("what every operation answers is said %d times", n)
	}
	for _, never := range []string{"<script", "<style", " style=", "<b>"} {
		if strings.Contains(string(page), never) {
			t.Errorf("the page has %s", never)
		}
	}
}
