package admin_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/tenantdb"
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

// An admin who was disabled could let itself in again, and whoever has a token that was
// stolen could go on, if only the group were looked at.
func TestAnAdminWhoIsShutOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const at = "2026-05-04T12:00:00.000Z"
	for name, tt := range map[string]struct {
		record tenantdb.Item
		status int
	}{
		"disabled":              {tenantdb.Item{"disabledAt": text(at)}, 403},
		"signed out everywhere": {tenantdb.Item{"signedOutAt": text(at)}, 401},
		"erased":                {nil, 403},
	} {
		key := tenantdb.Item{"userId": text(theAdmin)}
		if _, err := w.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.UsersTable, Key: key}); err != nil {
			t.Fatal(err)
		}
		if tt.record != nil {
			tt.record["userId"] = text(theAdmin)
			w.put(t, w.UsersTable, tt.record)
		}
		for _, route := range w.routesOf(t) {
			got := w.serve(t, w.routes, w.event(route, theAdmin, "", `{"disabled":false,"configured":true}`))
			if got.Status != tt.status {
				t.Errorf("%s, %s: %d %s", name, route, got.Status, got.Body)
			}
		}
	}
}
