package template

import "slices"

// Alarm is a CloudWatch alarm. Nobody is woken here: what it watches is read so that it
// can be held against what there is.
type Alarm struct {
	LogicalID, Description string
	// Metrics are those that it looks at, one or several that an expression combines.
	Metrics []Metric
	// Actions are the ARNs of what it tells.
	Actions []string
	// Comparison says on which side of its threshold it goes off, and MissingData what it
	// makes of a time without numbers.
	Comparison, MissingData string
}

// Metric names a metric of CloudWatch.
type Metric struct {
	Namespace, Name string
	// Dimensions are the names of its dimensions in order, each with its value.
	Dimensions []Dimension
}

// Dimension is one dimension of a metric.
type Dimension struct{ Name, Value string }

// Dashboard is a CloudWatch dashboard.
type Dashboard struct {
	LogicalID string
	// Body is the JSON document that it shows.
	Body string
}

// readWatch accepts what has no effect here: what watches a deployment, as logs go to a
// file and nobody is woken, and the API's other name, as it has one on this machine.
func readWatch(kind string, properties value) error {
	known := map[string][]string{
		kindLogs:    {"LogGroupName", "RetentionInDays", "Tags"},
		kindDomain:  {"DomainName", "DomainNameConfigurations", "Tags"},
		kindMapping: {"ApiId", "DomainName", "Stage", "ApiMappingKey"},
		kindTopic:   {"TopicName", "DisplayName", "KmsMasterKeyId", "Subscription", "Tags"},
	}
	accepted := fields{}
	for _, name := range known[kind] {
		accepted[name] = ignored
	}
	return properties.object(accepted)
}

func (t *Template) addAlarm(r *resource, properties value) error {
	a := Alarm{LogicalID: r.id}
	var single Metric
	err := properties.object(fields{
		"AlarmName": ignored, "OKActions": ignored, "Statistic": ignored, "Period": ignored, "EvaluationPeriods": ignored,
		"DatapointsToAlarm": ignored, "Threshold": ignored,
		"AlarmDescription":   text(&a.Description),
		"AlarmActions":       texts(&a.Actions),
		"ComparisonOperator": text(&a.Comparison),
		"TreatMissingData":   text(&a.MissingData),
		"Namespace":          text(&single.Namespace),
		"MetricName":         text(&single.Name),
		"Dimensions":         single.readDimensions,
		"Metrics":            func(v value) error { return v.items(a.readQuery) },
	})
	if single.Name != "" {
		a.Metrics = append(a.Metrics, single)
	}
	t.Alarms = append(t.Alarms, a)
	return err
}

// readQuery reads one of several metrics, or the expression that combines them.
func (a *Alarm) readQuery(v value) error {
	var m Metric
	err := v.object(fields{
		"Id": ignored, "Expression": ignored, "Label": ignored, "ReturnData": ignored, "Period": ignored,
		"MetricStat": func(v value) error {
			return v.object(fields{"Metric": m.read, "Period": ignored, "Stat": ignored})
		},
	}, "Id")
	if m.Name != "" {
		a.Metrics = append(a.Metrics, m)
	}
	return err
}

func (m *Metric) read(v value) error {
	return v.object(fields{"Namespace": text(&m.Namespace), "MetricName": text(&m.Name), "Dimensions": m.readDimensions})
}

func (m *Metric) readDimensions(v value) error {
	return v.items(func(v value) error {
		var d Dimension
		err := v.object(fields{"Name": text(&d.Name), "Value": text(&d.Value)}, "Name", "Value")
		m.Dimensions = append(m.Dimensions, d)
		return err
	})
}

// addFilter reads the metrics that are made of the lines of a log.
func (t *Template) addFilter(properties value) error {
	return properties.object(fields{
		"LogGroupName": ignored, "FilterPattern": ignored,
		"MetricTransformations": func(v value) error {
			return v.items(func(v value) error {
				var m Metric
				err := v.object(fields{"MetricNamespace": text(&m.Namespace), "MetricName": text(&m.Name),
					"MetricValue": ignored, "DefaultValue": ignored, "Unit": ignored}, "MetricNamespace", "MetricName")
				t.Filtered = append(t.Filtered, m)
				return err
			})
		},
	})
}

func (t *Template) addDashboard(r *resource, properties value) error {
	d := Dashboard{LogicalID: r.id}
	err := properties.object(fields{"DashboardName": ignored, "DashboardBody": text(&d.Body)}, "DashboardBody")
	t.Dashboards = append(t.Dashboards, d)
	return err
}

// DimensionNames are the names of a metric's dimensions, sorted.
func (m Metric) DimensionNames() []string {
	var names []string
	for _, d := range m.Dimensions {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	return names
}
