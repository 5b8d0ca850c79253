package admin_test

import (
	"strings"
	"testing"
)

const disabledRoute = "/admin/ibs/{userId}/disabled"

func TestDisablingAnIB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addIB(t, 1, 0)
	w.addIB(t, 2, 0)
	for _, disabled := range []string{"true", "true", "false", "false"} {
		w.ask(t, 204, "PUT "+disabledRoute, nth(1), "", `{"disabled":`+disabled+`,"userId":"`+nth(2)+`"}`)
		if got := w.ask(t, 200, "GET /admin/ibs/{userId}", nth(1), "", "").Body; !strings.Contains(got, `"disabled":`+disabled) {
			t.Errorf("said %s, is %s", disabled, got)
		}
		if got := w.ask(t, 200, "GET /admin/ibs/{userId}", nth(2), "", "").Body; !strings.Contains(got, `"disabled":false`) {
			t.Errorf("another IB is %s", got)
		}
	}
	for _, id := range []string{nth(3), "x", ""} {
		w.ask(t, 404, "PUT "+disabledRoute, id, "", `{"disabled":true}`)
	}
	w.ask(t, 404, "GET /admin/ibs/{userId}", nth(3), "", "") // that makes no IB
	for _, body := range []string{`{}`, `{"disabled":null}`, `{"disabled":"true"}`} {
		if got := w.ask(t, 422, "PUT "+disabledRoute, nth(1), "", body).Body; !strings.Contains(got, `"field":"disabled"`) {
			t.Errorf("%s: %s", body, got)
		}
	}
}
