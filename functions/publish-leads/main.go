// Command publish-leads is the function that reads the stream of leads.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/audit"
	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenantdb"
)

func main() {
	log := eventlog.New(os.Stdout, "publish-leads")
	var settings env.Reader
	leadsTable := settings.Text("LEADS_TABLE", "the table of leads and their counters")
	queueURL := settings.Text("LEAD_SYNC_QUEUE_URL", "the queue of leads to be synced")
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	tables, queues := awsclient.Service{Variable: "DYNAMODB", Host: "dynamodb"}, awsclient.Service{Variable: "SQS", Host: "sqs"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, tables, queues)
	leads := tenantdb.Owned(dynamodb.NewFromConfig(awsclient.Config(http, tables)), leadsTable, lead.SortKey)
	queue := publish.NewQueue(sqs.NewFromConfig(awsclient.Config(http, queues)), queueURL)
	lambda.Start(publish.New(queue, tally.New(leads), audit.NewStore(leads), log).Handle)
}
