package iam

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestParsePolicyForms(t *testing.T) {
	t.Parallel()
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s:A"],"Resource":"*"}]}`
	var fromYAML any
	if err := yaml.Unmarshal([]byte("Version: 2012-10-17\nStatement:\n  - Effect: Allow\n    Action: s:A\n    Resource: '*'\n    Condition: {'Null': {k: true}}"), &fromYAML); err != nil {
		t.Fatal(err)
	}
	forms := map[string]any{
		"text":          document,
		"bytes":         []byte(document),
		"raw JSON":      json.RawMessage(document),
		"decoded YAML":  fromYAML,
		"built in code": map[string]any{"Statement": map[string]any{"Effect": "Allow", "Action": []string{"s:A"}, "Resource": "*"}},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy, err := ParsePolicy(form)
			if err != nil {
				t.Fatal(err)
			}
			if err := (Principal{ARN: "p", Policies: []Policy{policy}}).Authorize(Request{Action: "s:A", Resource: "r"}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParsePolicyRefusesWhatItWouldNotEvaluate(t *testing.T) {
	t.Parallel()
	statement := func(elements string) string {
		return `{"Version":"2012-10-17","Statement":[{` + elements + `}]}`
	}
	condition := func(c string) string {
		return statement(`"Effect":"Allow","Action":"s:A","Resource":"*","Condition":` + c)
	}
	tests := map[string]struct {
		document any
		want     string // part of the error
	}{
		"no JSON":                       {`{`, "decode JSON"},
		"text after the document":       {statement(`"Effect":"Allow","Action":"*","Resource":"*"`) + "x", "after the JSON document"},
		"another type":                  {7, "cannot be a int"},
		"nothing":                       {nil, "cannot be a"},
		"no statement":                  {`{"Version":"2012-10-17"}`, "needs a Statement"},
		"empty statement":               {`{"Version":"2012-10-17","Statement":[]}`, "needs a Statement"},
		"statement of another type":     {`{"Statement":["x"]}`, "cannot be a string"},
		"unknown element":               {`{"Statements":[]}`, `unknown element "Statements"`},
		"old version":                   {`{"Version":"2008-10-17","Statement":[]}`, "unknown policy Version"},
		"variable without a version":    {`{"Statement":{"Effect":"Allow","Action":"s:A","Resource":"arn:aws:s:::${aws:PrincipalTag/x}"}}`, "need Version"},
		"no effect":                     {statement(`"Action":"s:A","Resource":"*"`), "Effect must be"},
		"effect in another case":        {statement(`"Effect":"allow","Action":"s:A","Resource":"*"`), "Effect must be"},
		"no action":                     {statement(`"Effect":"Allow","Resource":"*"`), "Action is missing"},
		"empty action list":             {statement(`"Effect":"Allow","Action":[],"Resource":"*"`), "Action is missing"},
		"action without a service":      {statement(`"Effect":"Allow","Action":"GetItem","Resource":"*"`), "neither service:Name"},
		"action with a service pattern": {statement(`"Effect":"Allow","Action":"dyn*:GetItem","Resource":"*"`), "neither service:Name"},
		"action of another type":        {statement(`"Effect":"Allow","Action":[7],"Resource":"*"`), "Action holds a float64"},
		"action with a variable":        {statement(`"Effect":"Allow","Action":"s:${aws:PrincipalTag/x}","Resource":"*"`), "variables are not allowed"},
		"NotAction":                     {statement(`"Effect":"Allow","NotAction":"s:A","Resource":"*"`), `unknown element "NotAction"`},
		"NotResource":                   {statement(`"Effect":"Allow","Action":"s:A","NotResource":"*"`), `unknown element "NotResource"`},
		"Principal":                     {statement(`"Effect":"Allow","Action":"s:A","Resource":"*","Principal":"*"`), `unknown element "Principal"`},
		"no resource":                   {statement(`"Effect":"Allow","Action":"s:A"`), "Resource is missing"},
		"resource is no ARN":            {statement(`"Effect":"Allow","Action":"s:A","Resource":"table/Leads"`), "neither an ARN"},
		"resource is half an ARN":       {statement(`"Effect":"Allow","Action":"s:A","Resource":"arn:aws:dynamodb:*"`), "neither an ARN"},
		"unresolved function":           {statement(`"Effect":"Allow","Action":"s:A","Resource":{"Ref":"Leads"}`), "Resource holds a map"},
		"condition of another type":     {condition(`"x"`), "Condition cannot be"},
		"operator of another type":      {condition(`{"StringEquals":"x"}`), "StringEquals cannot be"},
		"unknown operator":              {condition(`{"StringMatches":{"k":"a"}}`), `unknown condition operator "StringMatches"`},
		"operator in another case":      {condition(`{"stringEquals":{"k":"a"}}`), "unknown condition operator"},
		"unknown set operator":          {condition(`{"ForSomeValues:StringEquals":{"k":"a"}}`), "unknown condition operator"},
		"Null with a set operator":      {condition(`{"ForAllValues:Null":{"k":"true"}}`), "unknown condition operator"},
		"IfExists":                      {condition(`{"StringEqualsIfExists":{"k":"a"}}`), "unknown condition operator"},
		"empty key":                     {condition(`{"StringEquals":{"":"a"}}`), "empty condition key"},
		"no value":                      {condition(`{"StringEquals":{"k":[]}}`), "missing or empty"},
		"Null without a truth value":    {condition(`{"Null":{"k":"maybe"}}`), "neither true nor false"},
		"Bool without a truth value":    {condition(`{"Bool":{"k":"1"}}`), "neither true nor false"},
		"unknown variable":              {condition(`{"StringEquals":{"k":"${aws:username}"}}`), "unknown policy variable ${aws:username}"},
		"variable with a default":       {condition(`{"StringEquals":{"k":"${aws:username, 'x'}"}}`), "unknown policy variable"},
		"tag variable without a name":   {condition(`{"StringEquals":{"k":"${aws:PrincipalTag/}"}}`), "unknown policy variable"},
		"variable that is not closed":   {condition(`{"StringEquals":{"k":"${aws:PrincipalTag/x"}}`), "not closed"},
		"ARN condition without an ARN":  {condition(`{"ArnLike":{"k":"x"}}`), "neither an ARN"},
		"unquoted Null in YAML": {map[string]any{"Statement": map[string]any{"Effect": "Allow", "Action": "s:A", "Resource": "*",
			"Condition": map[any]any{nil: map[string]any{"k": true}}}}, "quote it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePolicy(tt.document)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add(tenantPolicy)
	f.Add(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s:*?","Resource":"arn:aws:*:?::**","Condition":{"StringLike":{"k":["${*}","*a*?"]}}}]}`)
	f.Fuzz(func(t *testing.T, document string) {
		policy, err := ParsePolicy(document)
		if err != nil {
			return
		}
		request := Request{Action: "s:A", Resource: "arn:aws:s:r:a:x/y", Context: map[string][]string{"k": {"aba", ""}}}
		p := Principal{ARN: "p", Tags: map[string]string{"x": "\xff*"}, Policies: []Policy{policy}}
		// JSON may spell a word with escapes: look at what was read, not at the text.
		grants := slices.ContainsFunc(policy.statements, func(s statement) bool { return s.effect == allowed })
		if p.Authorize(request) == nil && !grants {
			t.Errorf("allowed without a statement that allows: %s", document)
		}
	})
}
