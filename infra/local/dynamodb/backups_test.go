package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/localtest"
)

func TestPointInTimeRecoveryIsRemembered(t *testing.T) {
	t.Parallel()
	site := localtest.Start(t)
	for _, want := range []types.PointInTimeRecoveryStatus{types.PointInTimeRecoveryStatusEnabled, types.PointInTimeRecoveryStatusDisabled} {
		_, err := site.Client.UpdateContinuousBackups(t.Context(), &ddb.UpdateContinuousBackupsInput{
			TableName: &site.LeadsTable, PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{
				PointInTimeRecoveryEnabled: aws.Bool(want == types.PointInTimeRecoveryStatusEnabled),
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := site.Client.DescribeContinuousBackups(t.Context(), &ddb.DescribeContinuousBackupsInput{TableName: &site.LeadsTable})
		if err != nil {
			t.Fatal(err)
		}
		if got := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus; got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}
