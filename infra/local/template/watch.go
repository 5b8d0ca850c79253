package template

// readWatch accepts what watches a deployment and has no effect here: logs go to
// a file, and nobody is woken.
func readWatch(kind string, properties value) error {
	known := map[string][]string{
		kindLogs:   {"LogGroupName", "RetentionInDays", "Tags"},
		kindFilter: {"LogGroupName", "FilterPattern", "MetricTransformations"},
		kindTopic:  {"TopicName", "DisplayName", "KmsMasterKeyId", "Subscription", "Tags"},
		kindAlarm: {"AlarmName", "AlarmDescription", "AlarmActions", "OKActions", "Namespace", "MetricName", "Dimensions", "Statistic",
			"Period", "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData"},
	}
	accepted := fields{}
	for _, name := range known[kind] {
		accepted[name] = ignored
	}
	return properties.object(accepted)
}
