// Command publish-ibs is the function that reads the stream of IBs.
package main

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/internal/awsclient"
	"clientflow/internal/env"
	"clientflow/internal/function"
	"clientflow/internal/publish"
)

func main() { function.Start("publish-ibs", build) }

// build makes the handler from the function's environment.
func build(settings *env.Reader, log *slog.Logger) (any, error) {
	queueURL := settings.Text("LEAD_SYNC_QUEUE_URL", "the queue of what is to be brought to Systeme.io")
	if err := settings.Err(); err != nil {
		return nil, err
	}
	aws := awsclient.Connect(awsclient.SQS)
	queue := publish.NewQueue(sqs.NewFromConfig(aws.Config(awsclient.SQS)), queueURL)
	return publish.NewIBs(queue, log).Handle, nil
}
