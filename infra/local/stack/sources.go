package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"clientflow/infra/local/eventsource"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/template"
)

// startSources starts everything that starts functions but the API.
func (s *Stack) startSources() error {
	var sources []eventsource.Source
	for _, f := range s.Template.Functions {
		of, err := s.sourcesOf(f)
		if err != nil {
			return err
		}
		sources = append(sources, of...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, source := range sources {
		running.Go(func() { source.Run(ctx) })
	}
	s.onClose(func() error {
		cancel()
		running.Wait()
		return nil
	})
	s.tell("Event sources", count(len(sources), "event source", "event sources"))
	return nil
}

func (s *Stack) sourcesOf(f template.Function) ([]eventsource.Source, error) {
	var sources []eventsource.Source
	add := func(event string, source eventsource.Source, err error) error {
		if err != nil {
			return fmt.Errorf("%s, event %s: %w", f.LogicalID, event, err)
		}
		sources = append(sources, source)
		return nil
	}
	for _, event := range f.Queues {
		source, err := s.queueSource(f, event)
		if err := add(event.Event, source, err); err != nil {
			return nil, err
		}
	}
	for _, event := range f.Streams {
		source, err := s.streamSource(f, event)
		if err := add(event.Event, source, err); err != nil {
			return nil, err
		}
	}
	for _, event := range f.Schedules {
		source, err := s.scheduleSource(f, event)
		if err := add(event.Event, source, err); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

func (s *Stack) queueSource(f template.Function, event template.QueueEvent) (eventsource.Source, error) {
	queue, ok := s.SQS.Queue(event.Queue)
	if !ok {
		return nil, fmt.Errorf("there is no queue %s", event.Queue)
	}
	if err := s.mayAll(f, event.Queue, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"); err != nil {
		return nil, err
	}
	return &eventsource.QueueSource{
		Queue:           queue,
		Function:        s.functions[f.LogicalID],
		BatchSize:       event.BatchSize,
		Window:          event.Window,
		Concurrency:     event.MaxConcurrency,
		PartialFailures: event.PartialFailures,
		Log:             s.log.With("function", f.Name),
	}, nil
}

func (s *Stack) streamSource(f template.Function, event template.StreamEvent) (eventsource.Source, error) {
	_, rest, _ := strings.Cut(event.Stream, ":table/")
	table, _, _ := strings.Cut(rest, "/")
	stream, err := s.DynamoDB.Stream(table)
	if err != nil {
		return nil, err
	}
	if err := s.mayAll(f, event.Stream, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"); err != nil {
		return nil, err
	}
	source := &eventsource.StreamSource{
		Stream:          stream,
		Function:        s.functions[f.LogicalID],
		FunctionARN:     f.ARN,
		BatchSize:       event.BatchSize,
		Window:          event.Window,
		PartialFailures: event.PartialFailures,
		Bisect:          event.Bisect,
		MaxRetries:      event.MaxRetries,
		MaxAge:          event.MaxAge,
		Log:             s.log.With("function", f.Name),
	}
	for _, pattern := range event.Filters {
		filter, err := eventsource.ParseFilter(pattern)
		if err != nil {
			return nil, err
		}
		source.Filters = append(source.Filters, filter)
	}
	if event.OnFailure != "" {
		source.OnFailure, err = s.destination(f, event.OnFailure)
	}
	return source, err
}

// destination sends notes of batches that were given up to a queue.
func (s *Stack) destination(f template.Function, arn string) (func(context.Context, []byte) error, error) {
	i := slices.IndexFunc(s.Template.Queues, func(q template.Queue) bool { return q.ARN == arn })
	if i < 0 {
		return nil, fmt.Errorf("there is no queue %s", arn)
	}
	queue := s.Template.Queues[i].URL
	send := func(ctx context.Context, note []byte) error {
		return ask(ctx, s.SQS.Service(), "SendMessage", object{"QueueUrl": queue, "MessageBody": string(note)})
	}
	return send, s.mayAll(f, arn, "sqs:SendMessage")
}

func (s *Stack) scheduleSource(f template.Function, event template.ScheduleEvent) (eventsource.Source, error) {
	schedule, err := eventsource.ParseSchedule(event.Expression)
	if err != nil {
		return nil, err
	}
	return &eventsource.ScheduleSource{
		Schedule: schedule,
		Function: s.functions[f.LogicalID],
		Rule:     "arn:aws:events:" + template.Region + ":" + iam.AccountID + ":rule/" + Name + "-" + f.LogicalID + event.Event,
		Input:    event.Input,
		Log:      s.log.With("function", f.Name),
	}, nil
}

// mayAll checks what AWS checks of an event source: that the function's role may
// do what reading the source takes.
func (s *Stack) mayAll(f template.Function, resource string, actions ...string) error {
	role, err := s.role(f.Role)
	if err != nil {
		return err
	}
	for _, action := range actions {
		if err := role.Authorize(iam.Request{Action: action, Resource: resource}); err != nil {
			return fmt.Errorf("AWS would refuse this event source: %w", err)
		}
	}
	return nil
}
