package dynamodb_test

import (
	"fmt"
	"testing"
	"time"
)

func TestSweepExpired(t *testing.T) {
	t.Parallel()
	h := withPlainTable(t)
	now := h.now.Unix()
	const year = 365 * 24 * 60 * 60
	for sk, expires := range map[int]string{
		1: fmt.Sprintf(`{"N":"%d"}`, now-1), 2: fmt.Sprintf(`{"N":"%d"}`, now), 3: fmt.Sprintf(`{"N":"%d"}`, now+1), 4: fmt.Sprintf(`{"S":"%d"}`, now-1),
		5: fmt.Sprintf(`{"N":"%d"}`, now-6*year), 6: fmt.Sprintf(`{"N":"%d.5"}`, now-1), 7: `{"N":"1e100"}`, 8: `{"N":"-1"}`,
	} {
		h.put(fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"N":"%d"},"expires":%s}`, sk, expires))
	}
	h.put(`{"pk":{"S":"p"},"sk":{"N":"9"}}`)
	if got := h.db.SweepExpired(); got != 0 {
		t.Errorf("without time to live %d items expire", got)
	}
	h.must("UpdateTimeToLive", `{"TableName":"plain","TimeToLiveSpecification":{"AttributeName":"expires","Enabled":true}}`)
	if got := h.db.SweepExpired(); got != 2 {
		t.Errorf("%d items expire, want 2", got)
	}
	h.now = h.now.Add(time.Hour)
	if got := h.db.SweepExpired(); got != 2 {
		t.Errorf("an hour later %d items expire, want 2", got)
	}
	records := read(t, h.stream("plain"), "", 100)
	for _, r := range records {
		if byCaller := r.UserIdentity == nil; byCaller != (r.EventName == "INSERT") {
			t.Errorf("%s of %v is by %+v", r.EventName, r.Change.Keys, r.UserIdentity)
		}
	}
	last := records[len(records)-1]
	if last.EventName != "REMOVE" || last.UserIdentity == nil || last.UserIdentity.PrincipalID != "dynamodb.amazonaws.com" || last.UserIdentity.Type != "Service" {
		t.Errorf("last record %+v", last)
	}
	if got, want := h.json("Scan", `{"TableName":"plain","Select":"COUNT"}`), `{"Count":5,"ScannedCount":5}`; got != want {
		t.Errorf("left are %s, want %s", got, want)
	}
}
