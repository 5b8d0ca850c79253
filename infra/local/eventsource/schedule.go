package eventsource

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Schedule says when something happens.
type Schedule interface {
	// Next is the first time after another; zero when there is none.
	Next(after time.Time) time.Time
}

// ParseSchedule reads "rate(5 minutes)" or "cron(0 8 * * ? *)", in UTC.
func ParseSchedule(expression string) (Schedule, error) {
	kind, rest, _ := strings.Cut(expression, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	var s Schedule
	var err error
	switch {
	case closed && kind == "rate":
		s, err = parseRate(inner)
	case closed && kind == "cron":
		s, err = parseCron(inner)
	default:
		err = fmt.Errorf("is neither rate(…) nor cron(…)")
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expression, err)
	}
	return s, nil
}

type every time.Duration

// Next implements Schedule.
func (e every) Next(after time.Time) time.Time { return after.Add(time.Duration(e)) }

var ratePattern = regexp.MustCompile(`^([1-9][0-9]{0,4}) (minute|hour|day)(s?)$`)

func parseRate(text string) (Schedule, error) {
	parts := ratePattern.FindStringSubmatch(text)
	if parts == nil {
		return nil, fmt.Errorf("a rate is a number and minutes, hours or days")
	}
	count, err := strconv.Atoi(parts[1])
	if err != nil {
		return nil, err
	}
	if (count == 1) != (parts[3] == "") {
		return nil, fmt.Errorf("a rate of one has a unit without s, any other with one")
	}
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[parts[2]]
	return every(time.Duration(count) * unit), nil
}

// ScheduleSource starts a function at the times of a schedule.
type ScheduleSource struct {
	Schedule Schedule
	Function Function
	// Rule is the ARN of the rule, which events name.
	Rule string
	// Input is the event; empty for EventBridge's own.
	Input string
	// Log is told of failures.
	Log *slog.Logger
}

// Run implements Source.
func (s *ScheduleSource) Run(ctx context.Context) {
	at := time.Now()
	for {
		at = s.Schedule.Next(at)
		if at.IsZero() || !pause(ctx, time.Until(at)) {
			return
		}
		s.start(ctx, at)
	}
}

// start tries three times in all, as Lambda does with events that nobody waits
// for.
func (s *ScheduleSource) start(ctx context.Context, at time.Time) {
	event, err := s.event(at)
	if err != nil {
		s.Log.Error("schedule", "rule", s.Rule, "error", err.Error())
		return
	}
	for attempt := range 3 {
		if attempt > 0 && !pause(ctx, time.Duration(attempt)*time.Minute) {
			return
		}
		result, err := s.Function.Invoke(ctx, event)
		switch {
		case err == nil && result.FunctionError == "":
			return
		case ctx.Err() != nil:
			return
		case err != nil:
			s.Log.Error("schedule", "rule", s.Rule, "error", err.Error())
		default:
			s.Log.Warn("schedule", "rule", s.Rule, "requestId", result.RequestID, "functionError", result.FunctionError)
		}
	}
}

func (s *ScheduleSource) event(at time.Time) ([]byte, error) {
	if s.Input != "" {
		return []byte(s.Input), nil
	}
	parts := strings.Split(s.Rule, ":")
	return json.Marshal(object{
		"version":     "0",
		"id":          strconv.FormatInt(at.UnixNano(), 36),
		"detail-type": "Scheduled Event",
		"source":      "aws.events",
		"account":     parts[4],
		"time":        at.UTC().Format(time.RFC3339),
		"region":      parts[3],
		"resources":   []string{s.Rule},
		"detail":      object{},
	})
}
