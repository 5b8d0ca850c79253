package admin_test

import (
	"reflect"
	"strings"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/tag"
	"clientflow/internal/workflow"
)

type setUp struct {
	Configured bool
	Workflows  []workflow.Workflow
}

const workflowsRoute = "/admin/ibs/{userId}/workflows"

func TestWorkflowsOfAnIB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 0)
	prefix, err := tag.ParsePrefix("ib-00000001-")
	if err != nil {
		t.Fatal(err)
	}
	want, err := workflow.For(account.IB{Name: "IB 1", Email: "ib1@acme.test", Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	got := decode[setUp](t, w.ask(t, 200, "GET "+workflowsRoute, nth(1), "", ""))
	if got.Configured || !reflect.DeepEqual(got.Workflows, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for _, id := range []string{nth(2), "x", ""} {
		w.ask(t, 404, "GET "+workflowsRoute, id, "", "")
	}
}

func TestMarkingWorkflowsAsConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 0)
	for _, configured := range []string{"true", "true", "false"} {
		if got := w.ask(t, 204, "PUT "+workflowsRoute, nth(1), "", `{"configured":`+configured+`,"userId":"`+nth(2)+`"}`).Body; got != "" {
			t.Errorf("answered %s", got)
		}
		if got := decode[setUp](t, w.ask(t, 200, "GET "+workflowsRoute, nth(1), "", "")); got.Configured != (configured == "true") {
			t.Errorf("marked %s, read %v", configured, got.Configured)
		}
	}
	for _, id := range []string{nth(2), "x", ""} {
		w.ask(t, 404, "PUT "+workflowsRoute, id, "", `{"configured":true}`)
	}
	w.ask(t, 404, "GET /admin/ibs/{userId}", nth(2), "", "") // a mark makes no IB
}

func TestBadMarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 0)
	for body, field := range map[string]string{
		``: "body", `[]`: "body", `{"configured":true`: "body", `{}`: "configured", `{"configured":null}`: "configured",
		`{"configured":"true"}`: "configured", `{"configured":1}`: "configured", `{"configured":true,"configured":false}`: "configured",
	} {
		if got := w.ask(t, 422, "PUT "+workflowsRoute, nth(1), "", body).Body; !strings.Contains(got, `"field":"`+field+`"`) {
			t.Errorf("%s: %s", body, got)
		}
	}
	r := w.event("PUT "+workflowsRoute, nth(1), "", `configured=true`)
	r.Headers["content-type"] = "application/x-www-form-urlencoded"
	if got := w.serve(t, w.routes, r); got.Status != 415 {
		t.Errorf("a form: %d %s", got.Status, got.Body)
	}
}
