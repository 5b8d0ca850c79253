package publish_test

import (
	"strings"
	"testing"

	"clientflow/internal/lead"
	"clientflow/internal/origin"
)

// The request that a lead was sent with goes along in its message and is in the log of
// the batch; what asks for no sync is in neither.
func TestTheRequestIsPassedOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leads, err := s.leads.Of(mustTenant(t, john))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"first=", "again="} {
		ctx := origin.With(t.Context(), origin.Origin{Actor: origin.Visitor, RequestID: id})
		if _, _, err := leads.Capture(ctx, lead.Submission{Email: "jane@acme.com", Name: "Canary"}, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	s.handle(t, s.aws.LeadChanges(t, 2)...)
	if len(s.queue.sent) != 1 || !strings.HasSuffix(s.queue.sent[0], `,"requestId":"first="}`) {
		t.Errorf("sent %v", s.queue.sent)
	}
	if log := s.log.String(); !strings.Contains(log, `"traceIds":["first="]`) {
		t.Errorf("log %s", log)
	}
}
