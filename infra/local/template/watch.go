package template

// readWatch accepts what has no effect here: what watches a deployment, as logs go to a
// file and nobody is woken, and the API's other name, as it has one on this machine.
func readWatch(kind string, properties value) error {
	known := map[string][]string{
		kindLogs:    {"LogGroupName", "RetentionInDays", "Tags"},
		kindFilter:  {"LogGroupName", "FilterPattern", "MetricTransformations"},
		kindTopic:   {"TopicName", "DisplayName", "KmsMasterKeyId", "Subscription", "Tags"},
		kindDomain:  {"DomainName", "DomainNameConfigurations", "Tags"},
		kindMapping: {"ApiId", "DomainName", "Stage", "ApiMappingKey"},
		kindAlarm: {"AlarmName", "AlarmDescription", "AlarmActions", "OKActions", "Namespace", "MetricName", "Dimensions", "Statistic",
			"Period", "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData"},
	}
	accepted := fields{}
	for _, name := range known[kind] {
		accepted[name] = ignored
	}
	return properties.object(accepted)
}
