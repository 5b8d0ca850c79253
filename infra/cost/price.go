package main

// AWS's list prices for us-east-1 in US dollars, without free tiers, as they stood on
// AWS's price pages in 2026.
const (
	million = 1e6

	writeUnit    = 0.625 / million // DynamoDB on demand
	readUnit     = 0.125 / million
	storedGB     = 0.25 + 0.20    // a month, with point-in-time recovery
	apiRequest   = 1.00 / million // HTTP API
	queueRequest = 0.40 / million // SQS, standard
	invocation   = 0.20 / million // Lambda
	gigabyteTime = 0.0000133334   // Lambda on arm64, a second of a GB
	loggedGB     = 0.50           // CloudWatch Logs, taken in
	tracedCall   = 5.00 / million // X-Ray, a trace recorded
	ownMetric    = 0.30           // CloudWatch, a month
	alarm        = 0.10           // a month
	dashboard    = 3.00           // a month
	activeUser   = 0.015          // Cognito Essentials, a month
	bytesOfGB    = 1e9
	monthSeconds = 30 * 24 * 3600
)

// What cannot be counted on this machine.
const (
	// workSeconds is what an invocation takes on AWS that waits for nothing but
	// DynamoDB, at some milliseconds a call.
	workSeconds = 0.030
	// callsPerSecond is the parameter SystemeRequestsPerSecond as it is by default. A
	// sync is billed while it waits for its turns, and two of them wait at a time.
	callsPerSecond = 1.0
	syncsAtATime   = 2
	// accessLine is a line of the API's access log, in bytes.
	accessLine = 250
	// viewsPerIB are the looks that an IB takes at its dashboard in a month: ten on each
	// of twenty days.
	viewsPerIB = 200
	// reconcileSeconds is a run of the reconciler, one each quarter of an hour.
	reconcileSeconds = 10
	reconcileRuns    = 4 * 24 * 30
	// idleRequests are those with which Lambda asks the queue while it is empty: five
	// pollers, each three times a minute.
	idleRequests = 5 * 3 * 60 * 24 * 30
)

func assumptions() []string {
	return []string{
		"Prices: AWS's list prices for us-east-1 in 2026, without free tiers. Nothing here is a quote.",
		"Assumed: 30 ms an invocation; a sync waits for its turns at 1 call a second, two at a time (the most, under",
		"load); 250 bytes an access log line; 200 looks at the dashboard an IB and month; 10 s a run of the reconciler;",
		"each IB an active user of Cognito Essentials. Streams are read by Lambda for nothing. X-Ray records every invocation,",
		"as it does of about one a second of a function; of more, one in twenty. With Tracing=PassThrough it records none.",
	}
}
