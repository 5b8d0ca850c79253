// Command publish-ibs is the function that reads the stream of IBs.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/eventlog"
	"clientflow/internal/publish"
)

func main() {
	log := eventlog.New(os.Stdout, "publish-ibs")
	var settings env.Reader
	queueURL := settings.Text("LEAD_SYNC_QUEUE_URL", "the queue of what is to be brought to Systeme.io")
	if err := settings.Err(); err != nil {
		log.Error("start", eventlog.Error(err))
		os.Exit(1)
	}
	queues := awsclient.Service{Variable: "SQS", Host: "sqs"}
	http := awsclient.NewHTTPClient()
	awsclient.Prewarm(http, queues)
	queue := publish.NewQueue(sqs.NewFromConfig(awsclient.Config(http, queues)), queueURL)
	lambda.Start(publish.NewIBs(queue, log).Handle)
}
