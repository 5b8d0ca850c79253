package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"clientflow/infra/local/template"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	const well = `{"State":"Active","LastUpdateStatus":"Successful","MemorySize":256,"Timeout":15,"Environment":{"Variables":{"NEEDED":"there"}}}`
	for name, test := range map[string]struct{ old, changed, wrong string }{
		"one that is well":            {"", "", ""},
		"one that cannot be started":  {`"Active"`, `"Failed","StateReason":"no such image"`, "its state is Failed and should be Active (no such image)"},
		"an update that did not work": {`"Successful"`, `"Failed","LastUpdateStatusReason":"the role is gone"`, "its last update is Failed and should be Successful (the role is gone)"},
		"too little memory":           {"256", "128", "its memory is 128 and should be 256"},
		"too little time":             {`"Timeout":15`, `"Timeout":3`, "its seconds is 3 and should be 15"},
		"a variable less":             {"NEEDED", "OTHER", "it lacks NEEDED"},
		"no variables":                {`,"Environment":{"Variables":{"NEEDED":"there"}}`, "", "it lacks NEEDED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustFind(t, cloud{
				stack: "clientflow-prod", parameters: map[string]string{"Stage": "prod"}, resources: map[string]string{"SomeFunction": "the-function"},
				answer: func(r *http.Request) string {
					if r.Method != http.MethodGet || r.URL.Path != "/2015-03-31/functions/the-function/configuration" {
						t.Errorf("asked for %s %s", r.Method, r.URL)
					}
					return strings.Replace(well, test.old, test.changed, 1)
				},
			})
			p.wanted.Functions = []template.Function{{
				LogicalID: "SomeFunction", MemoryMB: 256, Timeout: 15 * time.Second, Environment: map[string]string{"NEEDED": "x", "MAY_BE_EMPTY": ""},
			}}
			got := p.functions(t.Context())
			if len(got) != 1 || got[0].what != "function SomeFunction" || strings.Join(got[0].wrong, "; ") != test.wrong {
				t.Errorf("found %+v, want %q", got, test.wrong)
			}
		})
	}
}
