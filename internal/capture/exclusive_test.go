package capture_test

import (
	"fmt"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/capture"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
)

// A visitor of Sarah's is told nothing of John's lead, and leaves nothing.
func TestAnAddressOfAnotherIBIsAnsweredAsANewOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.leads = s.leads.Under(ownership.Exclusive(s.aws.RegistryTable))
	s.routes = capture.Routes(capture.NewForms(s.aws.Client, s.aws.RegistryTable, s.users), s.leads)
	johns, sarahs := s.signUp(t, john, "John"), s.signUp(t, sarah, "Sarah")
	send := func(ib account.IB, address string) string {
		return fmt.Sprint(s.do(t, post, ib.FormKey, "", `{"email":"`+address+`","name":"Jane"}`, "content-type", jsonType))
	}
	answers := map[string]string{
		"John's own":       send(johns, "jane@acme.com"),
		"John's own again": send(johns, "jane@acme.com"),
		"John's":           send(sarahs, "jane@acme.com"),
	}
	unknown := send(sarahs, "new@acme.com")
	for name, got := range answers {
		if got != unknown {
			t.Errorf("%s address: %s\nunknown: %s", name, got, unknown)
		}
	}
	if _, err := s.lead(t, sarahs, "jane@acme.com"); err != lead.ErrNotFound {
		t.Errorf("Sarah has a lead of John's address: %v", err)
	}
}
