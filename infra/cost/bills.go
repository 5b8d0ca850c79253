package main

import (
	"clientflow/infra/local/template"
	"clientflow/internal/metric"
)

// bills are what is printed.
func bills(m measured) []bill {
	return []bill{perMillionLeads(m), perThousandIBs(m), perMonth(m.template)}
}

func perMillionLeads(m measured) bill {
	const leads = million
	requests := m.lead.events["capture-lead"] + m.lead.events["systeme-webhook"]
	syncs := m.lead.events["sync-tags"]
	return bill{"A million leads, captured, synced and through their workflows", append(
		consumed(m, m.lead, leads),
		part{"requests of the API: the form and Systeme.io's webhooks", leads * requests, apiRequest, true},
		part{"requests of the queue: sent, received and deleted", leads * 3 * syncs, queueRequest, true},
		part{"GB-seconds of the sync, which waits for its turns", leads * m.lead.calls / callsPerSecond * syncsAtATime *
			gigabytes(m.template, "sync-tags"), gigabyteTime, false},
		part{"GB of access logs", leads * requests * accessLine / bytesOfGB, loggedGB, false},
	)}
}

func perThousandIBs(m measured) bill {
	const ibs = 1000
	const views = ibs * viewsPerIB
	requests := m.view.events["dashboard"] + m.view.events["leads"]
	return bill{"A thousand IBs for a month, beside their leads", append(
		consumed(m, m.view, views),
		part{"requests of the API: the dashboard's three", views * requests, apiRequest, true},
		part{"GB of access logs", views * requests * accessLine / bytesOfGB, loggedGB, false},
		part{"active users of Cognito", ibs, activeUser, false},
	)}
}

// consumed are the parts that every event costs, but for the sync's waiting.
func consumed(m measured, each consumption, n float64) []part {
	var invocations, seconds, traced float64
	for name, count := range each.events {
		invocations += count
		if function(m.template, name).Tracing == "Active" {
			traced += count
		}
		if name != "sync-tags" {
			seconds += count * workSeconds * gigabytes(m.template, name)
		}
	}
	var written []part
	if each.writes > 0 {
		written = []part{{"units written to DynamoDB", n * each.writes, writeUnit, true}}
	}
	parts := append(written, []part{
		{"units read from DynamoDB", n * each.reads, readUnit, true},
		{"invocations of functions", n * invocations, invocation, true},
		{"GB-seconds of functions", n * seconds, gigabyteTime, false},
		{"GB of functions' logs", n * each.logged / bytesOfGB, loggedGB, true},
	}...)
	if traced > 0 {
		parts = append(parts, part{"traces in X-Ray, of every invocation", n * traced, tracedCall, false})
	}
	return parts
}

// perMonth is what there is to pay when nobody comes.
func perMonth(t *template.Template) bill {
	return bill{"A month of a deployment", []part{
		{"metrics that alarms watch", float64(watched(t)), alarm, true},
		{"dashboards", float64(len(t.Dashboards)), dashboard, true},
		{"metrics of our own", float64(len(metric.Names()) + len(t.Filtered)), ownMetric, true},
		{"GB-seconds of the reconciler", reconcileRuns * reconcileSeconds * gigabytes(t, "reconcile"), gigabyteTime, false},
		{"requests of an empty queue", idleRequests, queueRequest, false},
	}}
}

// watched counts what alarms are paid by: each of the metrics that they combine.
func watched(t *template.Template) (count int) {
	for _, a := range t.Alarms {
		count += len(a.Metrics)
	}
	return count
}

// gigabytes is the memory of a function, named by its folder.
func gigabytes(t *template.Template, folder string) float64 {
	return float64(function(t, folder).MemoryMB) / 1024
}

// function is the one of that folder; none when there is no such.
func function(t *template.Template, folder string) template.Function {
	for _, f := range t.Functions {
		if f.Folder == folder {
			return f
		}
	}
	return template.Function{}
}
