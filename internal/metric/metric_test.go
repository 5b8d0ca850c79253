package metric_test

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"
	"time"

	"clientflow/internal/eventlog"
	"clientflow/internal/metric"
)

func TestALineWithNumbersIsInTheEmbeddedMetricFormat(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	before := time.Now()
	log := metric.Logger(eventlog.New(&out, "sync-tags"), "ClientFlow/dev").With("requestId", "r1")
	log.Info("event", "outcome", "synced", metric.Count(metric.Captures, 2), metric.Duration(metric.SyncLatency, 1500*time.Millisecond))

	var line struct {
		Function, RequestID, Outcome string
		Captures, SyncLatency        float64
		AWS                          json.RawMessage `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Function != "sync-tags" || line.RequestID != "r1" || line.Outcome != "synced" || line.Captures != 2 || line.SyncLatency != 1500 {
		t.Errorf("the line is %s", out.Bytes())
	}
	var aws struct{ Timestamp int64 }
	if err := json.Unmarshal(line.AWS, &aws); err != nil || aws.Timestamp < before.UnixMilli() || aws.Timestamp > time.Now().UnixMilli() {
		t.Errorf("timestamp %d, %v", aws.Timestamp, err)
	}
	_, rest, _ := bytes.Cut(line.AWS, []byte(`,"`))
	const want = `CloudWatchMetrics":[{"Namespace":"ClientFlow/dev","Dimensions":[[]],"Metrics":[` +
		`{"Name":"Captures","Unit":"Count"},{"Name":"SyncLatency","Unit":"Milliseconds"}]}]}`
	if string(rest) != want {
		t.Errorf("got %s, want %s", rest, want)
	}
}

func TestOtherLinesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(io.Writer){
		"no numbers": func(w io.Writer) {
			metric.Logger(eventlog.New(w, "leads"), "ClientFlow/dev").Info("event", "status", 200)
		},
		"no namespace": func(w io.Writer) {
			metric.Logger(eventlog.New(w, "leads"), "").Info("event", metric.Count(metric.Captures, 1))
		},
		"a group": func(w io.Writer) {
			metric.Logger(eventlog.New(w, "leads"), "ClientFlow/dev").WithGroup("g").Info("event", metric.Count(metric.Captures, 1))
		},
	} {
		var out bytes.Buffer
		write(&out)
		if !json.Valid(out.Bytes()) || bytes.Contains(out.Bytes(), []byte("_aws")) {
			t.Errorf("%s: %s", name, out.Bytes())
		}
	}
}

func TestNamesAreDistinct(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(slices.Values(metric.Names()))
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("one twice: %v", names)
	}
}

// The line of a capture, with its number and without.
func BenchmarkLine(b *testing.B) {
	for name, namespace := range map[string]string{"with": "ClientFlow/dev", "without": ""} {
		log := metric.Logger(eventlog.New(io.Discard, "capture-lead"), namespace)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				log.Info("event", "requestId", "r1", "route", "POST /forms/{formKey}/leads", "status", 201, metric.Count(metric.Captures, 1))
			}
		})
	}
}
