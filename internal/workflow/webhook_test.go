package workflow_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
	"clientflow/internal/webhook"
	"clientflow/internal/workflow"
)

// TestTheWebhookUnderstandsWhatWorkflowsAdd: each tag that a workflow adds becomes
// the status of a new lead, and no trigger of ClientFlow's own does.
func TestTheWebhookUnderstandsWhatWorkflowsAdd(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	owner, err := tenant.Stored("0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0")
	if err != nil {
		t.Fatal(err)
	}
	_, err = aws.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &aws.RegistryTable, Item: tenantdb.Item{
		"key":    &types.AttributeValueMemberS{Value: "PREFIX#" + prefix},
		"userId": &types.AttributeValueMemberS{Value: owner.String()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	leads, err := lead.NewStore(tenantdb.Owned(aws.Client, aws.LeadsTable, lead.SortKey), time.Now).Of(owner)
	if err != nil {
		t.Fatal(err)
	}
	recorder := webhook.NewRecorder(aws.Client, aws.RegistryTable, aws.LeadsTable)
	want := map[string]lead.Status{prefix + tag.DemoRequest: lead.New, prefix + tag.HighVolume: lead.New}
	for _, w := range mustWorkflows(t) {
		for _, s := range all(w.Steps) {
			if _, name, err := tag.Parse(s.Tag); s.Kind == workflow.AddTag && err == nil {
				want[s.Tag] = lead.Status(name)
			}
		}
	}
	for text, status := range want {
		address := text + "@acme.test"
		id, _, err := leads.Capture(t.Context(), lead.Submission{Email: address, Name: "Jane"}, lead.FromForm)
		if err != nil {
			t.Fatal(err)
		}
		event := systeme.TagEvent{Added: true, ContactID: 1, Email: address, Tag: systeme.Tag{ID: 7, Name: text}}
		if err := recorder.Record(t.Context(), event, time.Now()); err != nil {
			t.Fatal(err)
		}
		if got, err := leads.Get(t.Context(), id); err != nil || got.Status != status {
			t.Errorf("%s makes a lead %s, %v, want %s", text, got.Status, err, status)
		}
	}
}
