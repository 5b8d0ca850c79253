package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestExport(t *testing.T) {
	t.Parallel()
	john, sarah := mustSignUp(t), mustSignUp(t)
	visitor := newAddress("visitor")
	john.capture(t, visitor, "forex-ib")
	john.capture(t, newAddress("visitor"), "")
	sarah.capture(t, newAddress("visitor"), "cfd")
	john.synced(t, 2)
	erased := john.leads(t)[0]
	want[nothing](t, 204, "DELETE", shared.API+"/leads/"+erased.LeadID, john.token, nil)
	eventually(t, func() error {
		out, told, err := run(t.Context(), "ib-export", "-user", john.email)
		if err != nil {
			t.Fatal(err)
		}
		wantNothingPersonal(t, told)
		var got struct {
			UserID string
			Login  struct{ Attributes map[string]string }
			Record struct{ Email, FormKey, SystemeTagPrefix string }
			Leads  []struct {
				Email               string
				SystemeTagsApplied  []string
				Submissions, Absent int
			}
			Erasures []struct{ ErasureState string }
			Counters []struct{ SK string }
			Audit    []struct{ Action string }
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if got.UserID != john.userID || got.Login.Attributes["email"] != john.email || got.Record.Email != john.email || got.Record.FormKey != john.me.FormKey {
			t.Fatalf("got %+v", got)
		}
		if len(got.Leads) != 1 || got.Leads[0].Email != visitor || len(got.Leads[0].SystemeTagsApplied) != 2 || got.Leads[0].Submissions != 1 || len(got.Erasures) != 1 {
			t.Fatalf("got %+v", got)
		}
		if strings.Contains(out, sarah.userID) || strings.Contains(out, sarah.me.SystemeTagPrefix) {
			t.Fatalf("another's is in it: %s", out)
		}
		if len(got.Counters) != 2 || len(got.Audit) < 3 {
			return errLeft // the stream is not told yet
		}
		return nil
	})
}

func TestExportOfNobody(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"nobody@acme.com", "22222222-0000-4000-8000-000000000000"} {
		if _, _, err := run(t.Context(), "ib-export", "-user", user); err == nil || err.Error() != errNobody.Error() {
			t.Errorf("got %v", err)
		}
	}
}

func TestExportOfNoOneInParticular(t *testing.T) {
	t.Parallel()
	if _, _, err := run(t.Context(), "ib-export", "-user", ""); !errors.Is(err, errUnnamed) {
		t.Errorf("got %v", err)
	}
}
