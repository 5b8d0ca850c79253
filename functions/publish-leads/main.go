// Command publish-leads is the function that reads the stream of leads.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/audit"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenantdb"
)

func main() { function.Start("publish-leads", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads and their counters")
	queueURL := settings.Text("LEAD_SYNC_QUEUE_URL", "the queue of leads to be synced")
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.DynamoDB, awsclient.SQS)
	leads := tenantdb.Owned(dynamodb.NewFromConfig(aws.Config(awsclient.DynamoDB)), leadsTable, lead.SortKey)
	queue := publish.NewQueue(sqs.NewFromConfig(aws.Config(awsclient.SQS)), queueURL)
	return publish.New(queue, tally.New(leads), audit.NewStore(leads), log).Handle, nil
}
