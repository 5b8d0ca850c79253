package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"clientflow/internal/metric"
)

// unmeasured are the metrics that a run of these tests need not write, each with the
// test that does.
func unmeasured() map[metric.Name]string {
	return map[metric.Name]string{
		metric.MailFaults:        "TestMailThatIsUsedUpTellsNothing has it written, on a stack of its own",
		metric.RateLimited:       "internal/tagsync and internal/contact test it",
		metric.PutOffAge:         "internal/tagsync tests it",
		metric.PermanentFailures: "internal/tagsync tests it",
		metric.TemporaryFailures: "internal/tagsync tests it",
	}
}

// metricLine is a line in the embedded metric format.
type metricLine struct {
	AWS *struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// inspectMetrics returns what CloudWatch would not take of the numbers in the log of a
// whole run, and the metrics of which there were none.
func inspectMetrics(logs []byte, namespace string) []string {
	var complaints []string
	missing := slices.DeleteFunc(metric.Names(), func(name metric.Name) bool { return unmeasured()[name] != "" })
	for line := range bytes.Lines(logs) {
		var entry metricLine
		var members map[string]any
		if json.Unmarshal(line, &entry) != nil || json.Unmarshal(line, &members) != nil || entry.AWS == nil {
			continue
		}
		sets := entry.AWS.CloudWatchMetrics
		if entry.AWS.Timestamp == 0 || len(sets) != 1 || sets[0].Namespace != namespace || len(sets[0].Dimensions) != 1 ||
			len(sets[0].Dimensions[0]) != 0 || len(sets[0].Metrics) == 0 {
			complaints = append(complaints, fmt.Sprintf("not the embedded metric format: %s", line))
			continue
		}
		for _, m := range sets[0].Metrics {
			name := metric.Name(m.Name)
			if _, isNumber := members[m.Name].(float64); !isNumber || !slices.Contains(metric.Names(), name) {
				complaints = append(complaints, fmt.Sprintf("no such number as %s: %s", m.Name, line))
			}
			missing = slices.DeleteFunc(missing, func(other metric.Name) bool { return other == name })
		}
	}
	for _, name := range missing {
		complaints = append(complaints, fmt.Sprintf("no line has %s", name))
	}
	return complaints
}

func TestInspectMetricsFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	line := func(name metric.Name, value, namespace string) string {
		return fmt.Sprintf(`{"%[1]s":%[2]s,"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":%[3]q,"Dimensions":[[]],`+
			`"Metrics":[{"Name":"%[1]s","Unit":"Count"}]}]}}`+"\n", name, value, namespace)
	}
	var good bytes.Buffer
	for _, name := range metric.Names() {
		good.WriteString(line(name, "1", "ClientFlow/dev"))
	}
	if complaints := inspectMetrics(good.Bytes(), "ClientFlow/dev"); len(complaints) > 0 {
		t.Errorf("good lines: %v", complaints)
	}
	for _, bad := range []string{
		line(metric.Captures, `"1"`, "ClientFlow/dev"),
		line(metric.Captures, "1", "ClientFlow/prod"),
		line("Visitors", "1", "ClientFlow/dev"),
		`{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}`,
	} {
		if complaints := inspectMetrics(append(bytes.Clone(good.Bytes()), bad...), "ClientFlow/dev"); len(complaints) != 1 {
			t.Errorf("%s: %v", bad, complaints)
		}
	}
	if complaints := inspectMetrics(nil, "ClientFlow/dev"); len(complaints) != len(metric.Names())-len(unmeasured()) {
		t.Errorf("an empty log: %v", complaints)
	}
}
