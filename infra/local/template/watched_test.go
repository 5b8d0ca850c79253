package template_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clientflow/infra/local/template"
	"clientflow/internal/metric"
)

const playbooks = "../../playbooks"

func mustLoad(tb testing.TB) *template.Template {
	tb.Helper()
	parsed, err := template.Load("../../../template.yaml", template.Options{
		Stack: "clientflow", AWSURL: "http://127.0.0.1:4566", APIURL: "http://127.0.0.1:8080",
	})
	if err != nil {
		tb.Fatal(err)
	}
	return parsed
}

// ofAWS are the metrics of AWS that are used here, with the sets of dimensions under
// which AWS publishes them, from each service's documentation.
func ofAWS() map[string][]string {
	queue, function := []string{"QueueName"}, []string{"", "FunctionName"}
	table := []string{"TableName", "GlobalSecondaryIndexName,TableName"}
	return map[string][]string{
		"AWS/SQS ApproximateNumberOfMessagesVisible":    queue,
		"AWS/SQS ApproximateNumberOfMessagesNotVisible": queue,
		"AWS/SQS ApproximateNumberOfMessagesDelayed":    queue,
		"AWS/SQS ApproximateAgeOfOldestMessage":         queue,
		"AWS/Lambda IteratorAge":                        function,
		"AWS/Lambda Throttles":                          function,
		"AWS/Lambda Invocations":                        function,
		"AWS/Lambda Errors":                             function,
		"AWS/Lambda ConcurrentExecutions":               function,
		"AWS/ApiGateway Count":                          {"ApiId"},
		"AWS/ApiGateway 4xx":                            {"ApiId"},
		"AWS/ApiGateway 5xx":                            {"ApiId"},
		"AWS/ApiGateway Latency":                        {"ApiId"},
		"AWS/DynamoDB WriteThrottleEvents":              table,
		"AWS/DynamoDB ReadThrottleEvents":               table,
		"AWS/DynamoDB ConsumedWriteCapacityUnits":       table,
		"AWS/DynamoDB ConsumedReadCapacityUnits":        table,
	}
}

// complaint says why there is no such metric; "" when there is.
func complaint(parsed *template.Template, m template.Metric) string {
	dimensions := strings.Join(m.DimensionNames(), ",")
	if strings.HasPrefix(m.Namespace, "ClientFlow/") {
		made := slices.ContainsFunc(parsed.Filtered, func(f template.Metric) bool { return f.Namespace == m.Namespace && f.Name == m.Name })
		switch {
		case m.Namespace != "ClientFlow/dev" || dimensions != "":
			return "functions write into " + m.Namespace + " without dimensions"
		case !made && !slices.Contains(metric.Names(), metric.Name(m.Name)):
			return "no function writes it, and no filter makes it"
		}
		return ""
	}
	if !slices.Contains(ofAWS()[m.Namespace+" "+m.Name], dimensions) {
		return "AWS publishes none with the dimensions " + dimensions
	}
	return ""
}

// mostMetrics are as many as CloudWatch lets one alarm combine.
const mostMetrics = 10

func TestEachAlarmWatchesWhatThereIs(t *testing.T) {
	t.Parallel()
	parsed := mustLoad(t)
	for _, a := range parsed.Alarms {
		// Silence is what an alarm for too little is there for, and nothing to any other.
		missing := "notBreaching"
		if strings.HasPrefix(a.Comparison, "LessThan") {
			missing = "breaching"
		}
		if len(a.Metrics) == 0 || len(a.Metrics) > mostMetrics || a.MissingData != missing || len(a.Actions) != 1 || !strings.HasSuffix(a.Actions[0], "AlarmTopic") {
			t.Errorf("%s tells nobody, or of nothing: %+v", a.LogicalID, a)
		}
		for _, m := range a.Metrics {
			if wrong := complaint(parsed, m); wrong != "" {
				t.Errorf("%s: %+v: %s", a.LogicalID, m, wrong)
			}
		}
	}
	if len(parsed.Alarms) < 10 {
		t.Errorf("only %d alarms", len(parsed.Alarms))
	}
}

// A table and each of its indexes have throttles of their own.
func TestEachTableAndIndexIsWatchedForThrottles(t *testing.T) {
	t.Parallel()
	parsed := mustLoad(t)
	watched := map[string]bool{}
	for _, a := range parsed.Alarms {
		for _, m := range a.Metrics {
			watched[fmt.Sprint(m.Name, m.Dimensions)] = true
		}
	}
	for _, table := range parsed.Tables {
		of := []template.Dimension{{Name: "TableName", Value: table.Name}}
		all := [][]template.Dimension{of}
		for _, i := range table.Indexes {
			all = append(all, append(slices.Clone(of), template.Dimension{Name: "GlobalSecondaryIndexName", Value: i.Name}))
		}
		for _, dimensions := range all {
			for _, name := range []string{"WriteThrottleEvents", "ReadThrottleEvents"} {
				if !watched[fmt.Sprint(name, dimensions)] {
					t.Errorf("no alarm watches %s of %v", name, dimensions)
				}
			}
		}
	}
}

// Every alarm names its playbook, there is one, and none is left over.
func TestEachAlarmHasItsPlaybook(t *testing.T) {
	t.Parallel()
	var wanted []string
	for _, a := range mustLoad(t).Alarms {
		humps := regexp.MustCompile(`[A-Z][a-z0-9]*`).FindAllString(strings.TrimSuffix(a.LogicalID, "Alarm"), -1)
		name := strings.ToLower(strings.Join(humps, "-")) + ".md"
		wanted = append(wanted, name)
		if !strings.HasSuffix(a.Description, "See infra/playbooks/"+name+".") {
			t.Errorf("%s does not name %s: %s", a.LogicalID, name, a.Description)
		}
		text, err := os.ReadFile(filepath.Join(playbooks, name))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range []string{"# " + a.LogicalID + "\n", "## What it means", "## What to look at", "## What to do", "## How to see that it is over"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s lacks %q", name, part)
			}
		}
	}
	files, err := os.ReadDir(playbooks)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(wanted, f.Name()) && f.Name() != "README.md" {
			t.Errorf("no alarm has the playbook %s", f.Name())
		}
	}
}

// shown reads a row of a widget's metrics: namespace, name, dimensions by name and value,
// and possibly how it is shown.
func shown(row []any) (m template.Metric, err error) {
	var words []string
	for _, part := range row {
		if word, is := part.(string); is {
			words = append(words, word)
		}
	}
	if len(words) < 2 || len(words)%2 != 0 {
		return m, fmt.Errorf("%v is not a metric", row)
	}
	m.Namespace, m.Name = words[0], words[1]
	for i := 2; i < len(words); i += 2 {
		m.Dimensions = append(m.Dimensions, template.Dimension{Name: words[i], Value: words[i+1]})
	}
	return m, nil
}

func TestTheDashboardShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	parsed := mustLoad(t)
	seen := map[string]bool{}
	for _, board := range parsed.Dashboards {
		var body struct {
			Widgets []struct {
				Type       string
				Properties struct {
					Title, Region string
					Metrics       [][]any
				}
			}
		}
		if err := json.Unmarshal([]byte(board.Body), &body); err != nil {
			t.Fatal(err)
		}
		for _, w := range body.Widgets {
			if w.Type != "metric" || w.Properties.Title == "" || w.Properties.Region != template.Region || len(w.Properties.Metrics) == 0 {
				t.Errorf("shows nothing: %+v", w)
			}
			for _, row := range w.Properties.Metrics {
				m, err := shown(row)
				if err != nil {
					t.Error(err)
					continue
				}
				seen[m.Name] = true
				if wrong := complaint(parsed, m); wrong != "" {
					t.Errorf("%q: %+v: %s", w.Properties.Title, m, wrong)
				}
			}
		}
	}
	for _, name := range metric.Names() {
		if !seen[string(name)] {
			t.Errorf("%s is written and not shown", name)
		}
	}
}

func TestMetricsThatAreNone(t *testing.T) {
	t.Parallel()
	parsed := mustLoad(t)
	queue := []template.Dimension{{Name: "QueueName", Value: "q"}}
	for _, m := range []template.Metric{
		{Namespace: "AWS/SQS", Name: "AgeOfOldestMessage", Dimensions: queue},
		{Namespace: "AWS/SQS", Name: "ApproximateAgeOfOldestMessage"},
		{Namespace: "ClientFlow/dev", Name: "Visitors"},
		{Namespace: "ClientFlow/dev", Name: "Captures", Dimensions: queue},
		{Namespace: "ClientFlow/prod", Name: "Captures"},
	} {
		if complaint(parsed, m) == "" {
			t.Errorf("%+v is taken for one", m)
		}
	}
}
