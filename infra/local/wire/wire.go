// Package wire speaks the wire protocols of AWS: JSON 1.0 and 1.1 chosen by the
// X-Amz-Target header, the query protocol of STS, and the REST-JSON protocol of
// Lambda. It finds the caller behind the request's access key and hands each
// operation its body; what the operation does, and whether the caller may, is the
// services' own affair.
package wire

import (
	"context"
	"crypto/rand"
	"fmt"

	"clientflow/infra/local/iam"
)

// Call is one request to an AWS service.
type Call struct {
	// Caller is the principal behind the request's access key; anonymous when
	// the request is not signed.
	Caller iam.Principal
	// Body is the request as it came: a JSON document, or for the query
	// protocol the form.
	Body []byte
	// Host is the host and port that the caller addressed.
	Host string
	// Path is what the request's path has at a wildcard of the operation's pattern;
	// always "" but for the REST protocol.
	Path func(wildcard string) string
}

// Operation answers one call with a value that is encoded as the body (nil is an
// empty document), or with an error: an *Error as it is, an *iam.Denied as
// AccessDeniedException, any other as InternalServerError.
type Operation func(ctx context.Context, call Call) (any, error)

// Service is one AWS service of the JSON protocols.
type Service struct {
	// Target is the prefix of X-Amz-Target, such as "DynamoDB_20120810".
	Target string
	// JSONVersion is "1.0" or "1.1".
	JSONVersion string
	// Operations are the operations served, by name; any other answers
	// UnknownOperationException with the operation's name.
	Operations map[string]Operation
}

// Error is an error answer of AWS.
type Error struct {
	// Type is the error's short name, such as "ResourceNotFoundException".
	Type string
	// Message is the text that AWS gives with it.
	Message string
	// Status is the HTTP status; 0 means 400.
	Status int
	// Members are further members of the body, such as CancellationReasons.
	Members map[string]any
	// QueryCode is the older name that SQS sends beside the type, such as
	// "AWS.SimpleQueueService.NonExistentQueue"; empty for none.
	QueryCode string
}

// Error returns the type and the message.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Errorf makes an *Error with status 400.
func Errorf(kind, format string, args ...any) *Error {
	return &Error{Type: kind, Message: fmt.Sprintf(format, args...)}
}

// UUID returns a random version 4 UUID in lower case, the form of most ids that
// AWS makes.
func UUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
