package iam

import "testing"

func TestConditions(t *testing.T) {
	t.Parallel()
	type values = map[string][]string
	john := map[string]string{"userId": "john"}
	tests := map[string]struct {
		condition string
		tags      map[string]string
		context   values
		want      bool
	}{
		"StringEquals":                             {`{"StringEquals":{"k":"a"}}`, nil, values{"k": {"a"}}, true},
		"StringEquals another value":               {`{"StringEquals":{"k":"a"}}`, nil, values{"k": {"b"}}, false},
		"StringEquals another case":                {`{"StringEquals":{"k":"a"}}`, nil, values{"k": {"A"}}, false},
		"StringEquals of a key in another case":    {`{"StringEquals":{"K":"a"}}`, nil, values{"k": {"a"}}, true},
		"StringEquals one of several":              {`{"StringEquals":{"k":["a","b"]}}`, nil, values{"k": {"b"}}, true},
		"StringEquals knows no wildcard":           {`{"StringEquals":{"k":"a*"}}`, nil, values{"k": {"ab"}}, false},
		"StringEquals of an absent key":            {`{"StringEquals":{"k":"a"}}`, nil, nil, false},
		"StringEquals of an empty value":           {`{"StringEquals":{"k":""}}`, nil, values{"k": {""}}, false},
		"StringEquals of several values":           {`{"StringEquals":{"k":"a"}}`, nil, values{"k": {"a", "a"}}, false},
		"StringNotEquals":                          {`{"StringNotEquals":{"k":"a"}}`, nil, values{"k": {"b"}}, true},
		"StringNotEquals none of several":          {`{"StringNotEquals":{"k":["a","b"]}}`, nil, values{"k": {"b"}}, false},
		"StringNotEquals of an absent key":         {`{"StringNotEquals":{"k":"a"}}`, nil, nil, true},
		"StringNotEquals of several values":        {`{"StringNotEquals":{"k":"a"}}`, nil, values{"k": {"b", "c"}}, false},
		"StringLike star":                          {`{"StringLike":{"k":"a*c"}}`, nil, values{"k": {"abbc"}}, true},
		"StringLike question mark":                 {`{"StringLike":{"k":"a?c"}}`, nil, values{"k": {"aßc"}}, true},
		"StringLike question mark needs one":       {`{"StringLike":{"k":"a?c"}}`, nil, values{"k": {"ac"}}, false},
		"StringLike anything but nothing":          {`{"StringLike":{"k":"?*"}}`, nil, values{"k": {""}}, false},
		"StringLike of an absent key":              {`{"StringLike":{"k":"*"}}`, nil, nil, false},
		"StringNotLike":                            {`{"StringNotLike":{"k":"a*"}}`, nil, values{"k": {"ab"}}, false},
		"StringNotLike of an absent key":           {`{"StringNotLike":{"k":"a*"}}`, nil, nil, true},
		"escaped wildcard":                         {`{"StringLike":{"k":"a${*}"}}`, nil, values{"k": {"ab"}}, false},
		"escaped wildcard itself":                  {`{"StringLike":{"k":"${$}a${*}${?}"}}`, nil, values{"k": {"$a*?"}}, true},
		"Null true of an absent key":               {`{"Null":{"k":"true"}}`, nil, nil, true},
		"Null true of a present key":               {`{"Null":{"k":true}}`, nil, values{"k": {"a"}}, false},
		"Null false of a present key":              {`{"Null":{"k":"false"}}`, nil, values{"k": {"a"}}, true},
		"Null false of an absent key":              {`{"Null":{"k":false}}`, nil, nil, false},
		"Null false of an empty value":             {`{"Null":{"k":"false"}}`, nil, values{"k": {""}}, false},
		"Null false of no values":                  {`{"Null":{"k":"false"}}`, nil, values{"k": {}}, false},
		"Bool":                                     {`{"Bool":{"k":"true"}}`, nil, values{"k": {"True"}}, true},
		"Bool false":                               {`{"Bool":{"k":true}}`, nil, values{"k": {"false"}}, false},
		"Bool of an absent key":                    {`{"Bool":{"k":"false"}}`, nil, nil, false},
		"ForAllValues all":                         {`{"ForAllValues:StringEquals":{"k":["a","b"]}}`, nil, values{"k": {"a", "b", "a"}}, true},
		"ForAllValues not all":                     {`{"ForAllValues:StringEquals":{"k":["a","b"]}}`, nil, values{"k": {"a", "c"}}, false},
		"ForAllValues of an absent key":            {`{"ForAllValues:StringEquals":{"k":"a"}}`, nil, nil, true},
		"ForAllValues of an empty value":           {`{"ForAllValues:StringEquals":{"k":"a"}}`, nil, values{"k": {""}}, true},
		"ForAllValues StringLike":                  {`{"ForAllValues:StringLike":{"k":"a*"}}`, nil, values{"k": {"a", "ab"}}, true},
		"ForAllValues StringNotEquals":             {`{"ForAllValues:StringNotEquals":{"k":"a"}}`, nil, values{"k": {"b", "a"}}, false},
		"ForAnyValue one":                          {`{"ForAnyValue:StringEquals":{"k":"a"}}`, nil, values{"k": {"b", "a"}}, true},
		"ForAnyValue none":                         {`{"ForAnyValue:StringEquals":{"k":"a"}}`, nil, values{"k": {"b"}}, false},
		"ForAnyValue of an absent key":             {`{"ForAnyValue:StringEquals":{"k":"a"}}`, nil, nil, false},
		"ForAnyValue StringNotEquals":              {`{"ForAnyValue:StringNotEquals":{"k":"a"}}`, nil, values{"k": {"a", "b"}}, true},
		"ForAnyValue StringNotEquals, key absent":  {`{"ForAnyValue:StringNotEquals":{"k":"a"}}`, nil, nil, false},
		"two operators must both hold":             {`{"StringEquals":{"k":"a"},"Null":{"l":"false"}}`, nil, values{"k": {"a"}}, false},
		"two keys must both hold":                  {`{"StringEquals":{"k":"a","l":"b"}}`, nil, values{"k": {"a"}}, false},
		"principal tag as key":                     {`{"StringEquals":{"aws:PrincipalTag/userid":"john"}}`, john, nil, true},
		"principal tag cannot be sent":             {`{"StringEquals":{"aws:PrincipalTag/userId":"john"}}`, map[string]string{"userId": "mike"}, values{"aws:PrincipalTag/userId": {"john"}}, false},
		"variable":                                 {`{"StringEquals":{"k":"${aws:PrincipalTag/userId}"}}`, john, values{"k": {"john"}}, true},
		"variable, another value":                  {`{"StringEquals":{"k":"${aws:PrincipalTag/userId}"}}`, john, values{"k": {"sarah"}}, false},
		"variable without a value":                 {`{"StringEquals":{"k":"${aws:PrincipalTag/userId}"}}`, nil, values{"k": {"john"}}, false},
		"variable with an empty value":             {`{"StringEquals":{"k":"${aws:PrincipalTag/userId}"}}`, map[string]string{"userId": ""}, values{"k": {""}}, false},
		"variable without a value is not equal":    {`{"StringNotEquals":{"k":"${aws:PrincipalTag/userId}"}}`, nil, values{"k": {"john"}}, true},
		"variable inside text":                     {`{"StringLike":{"k":"u-${aws:PrincipalTag/userId}-*"}}`, john, values{"k": {"u-john-1"}}, true},
		"a wildcard in a tag is a plain character": {`{"StringLike":{"k":"${aws:PrincipalTag/userId}"}}`, map[string]string{"userId": "*"}, values{"k": {"sarah"}}, false},
		"ArnLike":                        {`{"ArnLike":{"k":"arn:aws:iam::*:role/R*"}}`, nil, values{"k": {"arn:aws:iam::1:role/Reader"}}, true},
		"ArnEquals of the caller's role": {`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:role/Reader"}}`, nil, nil, true},
		"ArnLike stays in its segment":   {`{"ArnLike":{"k":"arn:aws:iam:*:role/R*:"}}`, nil, values{"k": {"arn:aws:iam::1:role/Reader"}}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + tt.condition + `}]}`
			got := allows(t, document, tt.tags, Request{Action: "s:A", Resource: "r", Context: tt.context})
			if got != tt.want {
				t.Errorf("%s with %v: allowed = %t, want %t", tt.condition, tt.context, got, tt.want)
			}
		})
	}
}

// TestUndocumentedReadingRefuses: what AWS does not define must not be what a
// policy relies on, in either effect.
func TestUndocumentedReadingRefuses(t *testing.T) {
	t.Parallel()
	document := `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"a"}}}]}`
	several := Request{Action: "s:A", Resource: "r", Context: map[string][]string{"k": {"x", "y"}}}
	if allows(t, document, nil, several) {
		t.Error("a deny on a key with several values does not deny")
	}
}

func TestResourceVariable(t *testing.T) {
	t.Parallel()
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:000000000000:inbox-${aws:PrincipalTag/userId}"}}`
	request := Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:000000000000:inbox-john"}
	for name, tt := range map[string]struct {
		tags map[string]string
		want bool
	}{
		"own":            {map[string]string{"userId": "john"}, true},
		"another's":      {map[string]string{"userId": "sarah"}, false},
		"without a tag":  {nil, false},
		"with wildcards": {map[string]string{"userId": "*"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := allows(t, document, tt.tags, request); got != tt.want {
				t.Errorf("allowed = %t, want %t", got, tt.want)
			}
		})
	}
}
