package capture_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/capture"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/ownership"
)

// TestAnAddressThatAnotherIBHas is answered as a new one, to the byte, and leaves
// nothing with the IB whose form it was.
func TestAnAddressThatAnotherIBHas(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.leads = s.leads.Under(ownership.Exclusive(s.aws.RegistryTable))
	s.routes = capture.Routes(capture.NewForms(s.aws.Client, s.aws.RegistryTable, s.users), s.leads)
	ours, theirs := s.signUp(t, john, "John"), s.signUp(t, sarah, "Sarah")
	asJSON := func(ib account.IB, address string) string {
		got := s.do(t, post, ib.FormKey, "", fmt.Sprintf(`{"email":%q,"name":"Jane"}`, address), "content-type", jsonType)
		return fmt.Sprint(got)
	}
	asForm := func(ib account.IB, address string) string {
		got := s.do(t, post, ib.FormKey, "", url.Values{"email": {address}, "name": {"Jane"}}.Encode(), "content-type", formType)
		return fmt.Sprint(got)
	}
	for name, send := range map[string]func(account.IB, string) string{"JSON": asJSON, "form": asForm} {
		address := name + "@acme.com"
		if first, again := send(theirs, address), send(theirs, address); first != again {
			t.Errorf("%s: new %s, known %s", name, first, again)
		}
		if free, taken := send(ours, "free-"+address), send(ours, address); free != taken {
			t.Errorf("%s: free %s, taken %s", name, free, taken)
		}
	}
	if n := s.stored(t); n != 4 {
		t.Errorf("%d leads are stored", n)
	}
	if n := strings.Count(s.log.String(), `"Captures":1`); n != 6 {
		t.Errorf("%d captures are counted, want those that were not another's", n)
	}
	if _, err := s.lead(t, ours, "json@acme.com"); !errors.Is(err, lead.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// TestManyFormsAtOnce lets the visitor of several IBs' forms be captured once.
func TestManyFormsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.leads = s.leads.Under(ownership.Exclusive(s.aws.RegistryTable))
	s.routes = capture.Routes(capture.NewForms(s.aws.Client, s.aws.RegistryTable, s.users), s.leads)
	serve := s.routes.Serve(slog.New(slog.DiscardHandler))
	var all sync.WaitGroup
	for i := range 50 {
		ib := s.signUp(t, fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), "IB")
		all.Go(func() {
			got, err := serve(t.Context(), &httpapi.Request{
				RouteKey: post, EncodedBody: `{"email":"jane@acme.com","name":"Jane"}`,
				PathParameters: map[string]string{"formKey": ib.FormKey}, Headers: map[string]string{"content-type": jsonType},
			})
			if err != nil || got.Status != 201 || got.Body != `{"success":true}` {
				t.Errorf("%d %s, %v", got.Status, got.Body, err)
			}
		})
	}
	all.Wait()
	if n := s.stored(t); n != 1 {
		t.Errorf("%d leads are stored", n)
	}
}
