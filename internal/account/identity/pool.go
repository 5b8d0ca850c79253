package identity

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// NewUserPool returns a client of Cognito that does not repeat a call which met a
// limit. The SDK would, for seconds, and only for an address that there is something
// to be mailed to: the time would tell.
func NewUserPool(config aws.Config) *cognitoidentityprovider.Client {
	return cognitoidentityprovider.NewFromConfig(config, func(o *cognitoidentityprovider.Options) {
		o.Retryer = limitHeeder{o.Retryer}
	})
}

// limitHeeder is a Retryer that takes a limit for an answer.
type limitHeeder struct{ aws.Retryer }

func (h limitHeeder) IsErrorRetryable(err error) bool {
	return errorCode(err) != "LimitExceededException" && h.Retryer.IsErrorRetryable(err)
}
