package deployment

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/pace"
)

// Pace returns the rate of calls of Systeme.io that the deployment's functions keep
// together, for a command to keep it with them.
func (d Deployment) Pace() (*pace.Shared, error) {
	const parameter = "SystemeRequestsPerSecond"
	rate, err := strconv.ParseFloat(d.Parameters[parameter], 64)
	if err != nil {
		return nil, fmt.Errorf("the stack %s has no rate %s: %w", d.Stack, parameter, err)
	}
	table, err := d.Resource("RegistryTable")
	if err != nil {
		return nil, err
	}
	return pace.New(dynamodb.NewFromConfig(d.AWS), table, rate), nil
}
