package template_test

import (
	"strings"
	"testing"

	"clientflow/infra/local/template"
)

func TestWhatWatchesIsAcceptedByName(t *testing.T) {
	t.Parallel()
	const document = `Resources:
  Topic: {Type: AWS::SNS::Topic}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: Faults, AlarmActions: [!Ref Topic], %: 1}
`
	if _, err := template.Parse("t", []byte(strings.Replace(document, "%", "Threshold", 1)), template.Options{}); err != nil {
		t.Errorf("a good alarm: %v", err)
	}
	_, err := template.Parse("t", []byte(strings.Replace(document, "%", "Treshold", 1)), template.Options{})
	if err == nil || !strings.Contains(err.Error(), "Treshold") {
		t.Errorf("a property that AWS does not know: %v", err)
	}
}
