// Package queued hands a trace on by way of a queue.
//
// It stands apart from package trace so that a function that only knows its own trace
// does not link SQS.
package queued

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"clientflow/internal/trace"
)

// In returns the system attributes of a message that goes on in a trace, by which X-Ray
// links the trace of the function that receives it; nil for no trace. They count towards
// neither the message's size nor its price.
func In(t trace.Trace) map[string]types.MessageSystemAttributeValue {
	header := t.String()
	if header == "" {
		return nil
	}
	return map[string]types.MessageSystemAttributeValue{
		string(types.MessageSystemAttributeNameForSendsAWSTraceHeader): {DataType: aws.String("String"), StringValue: &header},
	}
}
