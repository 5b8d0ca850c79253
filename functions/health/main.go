// Command health is the function that says that the API answers.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"clientflow/internal/eventlog"
	"clientflow/internal/health"
)

func main() {
	lambda.Start(health.Routes().Serve(eventlog.New(os.Stdout, "health")))
}
