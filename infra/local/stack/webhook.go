package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"clientflow/infra/local/template"
)

// webhookRoute is where the simulator delivers what happens to contacts.
const webhookRoute = "POST /webhooks/systeme"

// webhookSecret is the default of the parameter SystemeWebhookSecret.
const webhookSecret = "local-webhook-secret"

// subscribe makes the webhook that whoever sets up a Systeme.io account makes
// there once, when the template has a route for it.
func (s *Stack) subscribe(ctx context.Context) error {
	if !slices.ContainsFunc(s.Template.Functions, func(f template.Function) bool {
		return slices.ContainsFunc(f.Routes, func(r template.Route) bool { return r.Key() == webhookRoute })
	}) {
		return nil
	}
	secret := s.Template.Parameters["SystemeWebhookSecret"]
	if secret == "" {
		return nil // the template has no such parameter, or the route is to refuse everything
	}
	body, err := json.Marshal(object{
		"name": Name, "url": s.API + "/webhooks/systeme", "secret": secret,
		"subscriptions": []object{{"event": "CONTACT_TAG_ADDED", "schemaVersion": 1}, {"event": "CONTACT_TAG_REMOVED", "schemaVersion": 1}},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Systeme+"/api/webhooks", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", s.options.Systeme.Key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("make the webhook: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		answer, err := io.ReadAll(response.Body)
		return fmt.Errorf("make the webhook: %s: %s %w", response.Status, answer, err)
	}
	return nil
}
