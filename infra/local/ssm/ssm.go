// Package ssm plays the Parameter Store of AWS Systems Manager: named texts, secret
// ones among them, each with the number of its version.
//
// Parameters live in memory. There are no histories, labels, tags, policies or tiers,
// and no key but alias/aws/ssm; asking for one of them is an error.
package ssm

import (
	"strings"
	"sync"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// secure is the type of a parameter that rests encrypted.
const secure = "SecureString"

// Service holds the parameters. It may be used from many goroutines at once.
type Service struct {
	clock func() time.Time

	mu         sync.Mutex
	parameters map[string]parameter
}

type parameter struct {
	kind, value, description string
	version                  int
	modified                 time.Time
}

// New returns a store without parameters.
func New(clock func() time.Time) *Service {
	return &Service{clock: clock, parameters: map[string]parameter{}}
}

// Service returns the operations for the endpoint.
func (s *Service) Service() wire.Service {
	return wire.Service{
		Target: "AmazonSSM", JSONVersion: "1.1",
		Operations: map[string]wire.Operation{
			"GetParameter":    s.getParameter,
			"GetParameters":   s.getParameters,
			"PutParameter":    s.putParameter,
			"DeleteParameter": s.deleteParameter,
		},
	}
}

const arnPrefix = "arn:aws:ssm:us-east-1:" + iam.AccountID + ":parameter"

// arn is the parameter's: a name in a hierarchy begins with the slash that is in it
// anyway.
func arn(name string) string { return arnPrefix + "/" + strings.TrimPrefix(name, "/") }

func authorize(call wire.Call, action, name string) error {
	return call.Caller.Authorize(iam.Request{Action: "ssm:" + action, Resource: arn(name)})
}

// shown is a parameter as AWS shows it. Without decryption a secret one is shown as the
// cipher text that nobody here has.
type shown struct {
	Name             string
	Type             string
	Value            string
	Version          int
	LastModifiedDate float64
	ARN              string
	DataType         string
}

func (p parameter) show(name string, decrypted bool) shown {
	value := p.value
	if p.kind == secure && !decrypted {
		value = "AQICAHencrypted"
	}
	return shown{name, p.kind, value, p.version, float64(p.modified.UnixMilli()) / 1000, arn(name), "text"}
}

func notFound(name string) error {
	return wire.Errorf("ParameterNotFound", "Parameter %s not found.", name)
}

func invalid(format string, args ...any) error {
	return wire.Errorf("ValidationException", format, args...)
}
