// Command worker is a function that each kind of event starts. A POST stores an
// item; the table's stream sends its key to the queue; the queue's message calls
// the address in NOTIFY_URL.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
)

type event struct {
	RouteKey string
	Body     string
	Records  []struct {
		EventSource string
		Body        string
		DynamoDB    struct {
			Keys map[string]struct{ S string }
		}
	}
}

func main() {
	config := aws.Config{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
	}
	w := worker{dynamodb.NewFromConfig(config), sqs.NewFromConfig(config)}
	lambda.Start(w.handle)
}

type worker struct {
	tables *dynamodb.Client
	queues *sqs.Client
}

func (w worker) handle(ctx context.Context, e event) (any, error) {
	switch e.RouteKey {
	case "POST /work":
		return w.store(ctx, e.Body)
	case "GET /scan":
		return w.scan(ctx)
	case "GET /pid":
		return os.Getpid(), nil
	}
	for _, r := range e.Records {
		var err error
		switch r.EventSource {
		case "aws:dynamodb":
			_, err = w.queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(os.Getenv("QUEUE_URL")), MessageBody: aws.String(r.DynamoDB.Keys["key"].S)})
		case "aws:sqs":
			err = notify(ctx, r.Body)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (w worker) store(ctx context.Context, key string) (any, error) {
	item := map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}}
	_, err := w.tables.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(os.Getenv("TABLE")), Item: item})
	return map[string]any{"statusCode": 201}, err
}

// scan does what the function's role does not allow, and tells what it is told.
func (w worker) scan(ctx context.Context) (any, error) {
	_, err := w.tables.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(os.Getenv("TABLE"))})
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return nil, fmt.Errorf("scan ended with %w", err)
	}
	return json.RawMessage(fmt.Appendf(nil, "%q", refused.ErrorCode())), nil
}

func notify(ctx context.Context, key string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("NOTIFY_URL")+"/"+key, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
