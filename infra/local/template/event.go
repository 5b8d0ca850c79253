package template

import (
	"strings"
	"time"
)

// Route is a route of the HTTP API that starts a function.
type Route struct {
	// Event is its name in the template.
	Event string
	// Method is one of HTTP's, or "ANY".
	Method string
	// Path is one such as /leads/{leadId}; "$default" for what no other takes.
	Path string
	// Authorizer is the name of its authorizer; empty for a public route.
	Authorizer string
	// Scopes are those of which a token needs one; none when any token will do.
	Scopes []string
	// Timeout is how long the API waits for the function.
	Timeout time.Duration
}

// Key is what AWS calls the route's key: "GET /leads/{leadId}".
func (r Route) Key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// QueueEvent starts a function with batches of a queue's messages.
type QueueEvent struct {
	Event string
	// Queue is the queue's ARN.
	Queue string
	// BatchSize is the most messages of a batch, Window how long one may fill.
	BatchSize int
	Window    time.Duration
	// MaxConcurrency is the most batches at a time; 0 for no limit.
	MaxConcurrency int
	// PartialFailures tells that the function names the messages that failed.
	PartialFailures bool
}

// StreamEvent starts a function with batches of a table's changes.
type StreamEvent struct {
	Event string
	// Stream is the stream's ARN, with a * for its label.
	Stream string
	// FromStart begins with the oldest record there is, else with the next.
	FromStart bool
	BatchSize int
	Window    time.Duration
	// Bisect halves a batch that fails.
	Bisect bool
	// MaxRetries is how often a batch is retried; negative for ever.
	MaxRetries int
	// MaxAge ends the retries of a record; 0 for never.
	MaxAge time.Duration
	// PartialFailures tells that the function names the first record that failed.
	PartialFailures bool
	// Filters are the patterns of which a record must match one; none match all.
	Filters []string
	// OnFailure is the ARN of the queue that is told of batches given up.
	OnFailure string
}

// ScheduleEvent starts a function at certain times.
type ScheduleEvent struct {
	Event string
	// Expression is "rate(5 minutes)" or "cron(…)".
	Expression string
	// Input is the event that is given; empty for AWS's own.
	Input string
}

func (r *functionReader) readEvents() error {
	return r.events.each(func(name string, v value) error {
		var kind string
		var properties value
		if err := v.object(fields{"Type": text(&kind), "Properties": keep(&properties)}, "Type", "Properties"); err != nil {
			return err
		}
		switch kind {
		case "HttpApi":
			return r.readRoute(name, properties)
		case "SQS":
			return r.readQueueEvent(name, properties)
		case "DynamoDB":
			return r.readStreamEvent(name, properties)
		case "Schedule":
			return r.readSchedule(name, properties)
		default:
			return v.errorf("the local AWS does not know events of type %s", kind)
		}
	})
}

func (r *functionReader) readRoute(name string, v value) error {
	route := Route{Event: name, Authorizer: r.template.API.DefaultAuthorizer, Timeout: 30 * time.Second}
	var milliseconds int
	err := v.object(fields{
		"ApiId":                ignored, // there is one
		"Method":               oneOf(&route.Method, "ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
		"Path":                 text(&route.Path),
		"PayloadFormatVersion": exactly("2.0"),
		"TimeoutInMillis":      number(&milliseconds, 50, 30000),
		"Auth": func(v value) error {
			return v.object(fields{"Authorizer": text(&route.Authorizer), "AuthorizationScopes": texts(&route.Scopes)})
		},
	}, "ApiId", "Method", "Path")
	if err != nil {
		return err
	}
	if route.Path != "$default" && !strings.HasPrefix(route.Path, "/") {
		return v.errorf("Path %q does not begin with /", route.Path)
	}
	if milliseconds > 0 {
		route.Timeout = time.Duration(milliseconds) * time.Millisecond
	}
	return r.addRoute(route, v)
}

// addRoute adds a route that no function has yet, once its authorizer is settled.
func (r *functionReader) addRoute(route Route, v value) error {
	api := r.template.API
	if api.LogicalID == "" {
		return v.errorf("there is no HTTP API")
	}
	if r.routes[route.Key()] {
		return v.errorf("the route %s is there twice", route.Key())
	}
	r.routes[route.Key()] = true
	authorizer, ok := api.Authorizers[route.Authorizer]
	switch {
	case route.Authorizer == "NONE":
		route.Authorizer = ""
	case route.Authorizer != "" && !ok:
		return v.errorf("there is no authorizer %q", route.Authorizer)
	case len(route.Scopes) == 0:
		route.Scopes = authorizer.Scopes
	}
	r.function.Routes = append(r.function.Routes, route)
	return nil
}

func (r *functionReader) readQueueEvent(name string, v value) error {
	event := QueueEvent{Event: name, BatchSize: 10}
	err := v.object(fields{
		"Queue":                          text(&event.Queue),
		"BatchSize":                      number(&event.BatchSize, 1, 10000),
		"MaximumBatchingWindowInSeconds": seconds(&event.Window, 0, 300),
		"FunctionResponseTypes":          responseTypes(&event.PartialFailures),
		"Enabled":                        exactly("true"),
		"ScalingConfig": func(v value) error {
			return v.object(fields{"MaximumConcurrency": number(&event.MaxConcurrency, 2, 1000)})
		},
	}, "Queue")
	if err != nil {
		return err
	}
	if event.BatchSize > 10 && event.Window == 0 {
		return v.errorf("a BatchSize above 10 needs a MaximumBatchingWindowInSeconds")
	}
	r.function.Queues = append(r.function.Queues, event)
	return nil
}

func (r *functionReader) readStreamEvent(name string, v value) error {
	event := StreamEvent{Event: name, BatchSize: 100, MaxRetries: -1}
	var position string
	var age int
	err := v.object(fields{
		"Stream":                         text(&event.Stream),
		"StartingPosition":               oneOf(&position, "TRIM_HORIZON", "LATEST"),
		"BatchSize":                      number(&event.BatchSize, 1, 10000),
		"MaximumBatchingWindowInSeconds": seconds(&event.Window, 0, 300),
		"BisectBatchOnFunctionError":     flag(&event.Bisect),
		"MaximumRetryAttempts":           number(&event.MaxRetries, -1, 10000),
		"MaximumRecordAgeInSeconds":      number(&age, -1, 604800),
		"FunctionResponseTypes":          responseTypes(&event.PartialFailures),
		"FilterCriteria":                 readFilters(&event.Filters),
		"DestinationConfig":              readDestination(&event.OnFailure),
		"Enabled":                        exactly("true"),
	}, "Stream", "StartingPosition")
	event.FromStart = position == "TRIM_HORIZON"
	event.MaxAge = time.Duration(max(age, 0)) * time.Second
	r.function.Streams = append(r.function.Streams, event)
	return err
}

func (r *functionReader) readSchedule(name string, v value) error {
	event := ScheduleEvent{Event: name}
	err := v.object(fields{
		"Schedule":    text(&event.Expression),
		"Input":       text(&event.Input),
		"Name":        ignored,
		"Description": ignored,
		"Enabled":     exactly("true"),
	}, "Schedule")
	r.function.Schedules = append(r.function.Schedules, event)
	return err
}

func responseTypes(target *bool) reader {
	return func(v value) error {
		return v.items(func(v value) error {
			*target = true
			return exactly("ReportBatchItemFailures")(v)
		})
	}
}

func readFilters(target *[]string) reader {
	return func(v value) error {
		return v.object(fields{"Filters": listOf(target, func(pattern *string) reader {
			return func(v value) error {
				return v.object(fields{"Pattern": text(pattern)}, "Pattern")
			}
		})}, "Filters")
	}
}

func readDestination(target *string) reader {
	return func(v value) error {
		return v.object(fields{"OnFailure": func(v value) error {
			return v.object(fields{"Type": exactly("SQS"), "Destination": text(target)}, "Type", "Destination")
		}}, "OnFailure")
	}
}
