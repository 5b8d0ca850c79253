package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clientflow/infra/local/lambda"
)

func TestNext(t *testing.T) {
	t.Parallel()
	// A Wednesday.
	after := time.Date(2026, 7, 15, 10, 30, 20, 0, time.UTC)
	tests := []struct {
		expression string
		want       []string
	}{
		{"rate(1 minute)", []string{"2026-07-15 10:31:20", "2026-07-15 10:32:20"}},
		{"rate(5 minutes)", []string{"2026-07-15 10:35:20"}},
		{"rate(1 hour)", []string{"2026-07-15 11:30:20"}},
		{"rate(7 days)", []string{"2026-07-22 10:30:20"}},
		{"cron(* * * * ? *)", []string{"2026-07-15 10:31:00", "2026-07-15 10:32:00"}},
		{"cron(0 8 * * ? *)", []string{"2026-07-16 08:00:00", "2026-07-17 08:00:00"}},
		{"cron(0/20 10-11 * * ? *)", []string{"2026-07-15 10:40:00", "2026-07-15 11:00:00", "2026-07-15 11:20:00", "2026-07-15 11:40:00", "2026-07-16 10:00:00"}},
		{"cron(45,15 12 * * ? *)", []string{"2026-07-15 12:15:00", "2026-07-15 12:45:00"}},
		{"cron(0 9 ? * MON-FRI *)", []string{"2026-07-16 09:00:00", "2026-07-17 09:00:00", "2026-07-20 09:00:00"}},
		{"cron(0 9 ? * 1 *)", []string{"2026-07-19 09:00:00"}},
		{"cron(0 0 1 jan,JUL ? *)", []string{"2027-01-01 00:00:00", "2027-07-01 00:00:00"}},
		{"cron(0 0 29 2 ? *)", []string{"2028-02-29 00:00:00"}},
		{"cron(30 10 15 7 ? 2026)", []string{""}},
		{"cron(31 10 15 7 ? 2026)", []string{"2026-07-15 10:31:00", ""}},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSchedule(test.expression)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			at := after
			for range test.want {
				if at = s.Next(at); at.IsZero() {
					got = append(got, "")
					break
				}
				got = append(got, at.Format(time.DateTime))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSchedulesThatCannotBe(t *testing.T) {
	t.Parallel()
	tests := []struct{ expression, problem string }{
		{"", "neither rate(…) nor cron(…)"},
		{"5 minutes", "neither rate(…) nor cron(…)"},
		{"rate(5 minutes", "neither rate(…) nor cron(…)"},
		{"at(2026-07-15T10:30:00)", "neither rate(…) nor cron(…)"},
		{"rate(5 seconds)", "minutes, hours or days"},
		{"rate(0 minutes)", "minutes, hours or days"},
		{"rate(5 minute)", "a unit without s"},
		{"rate(1 minutes)", "a unit without s"},
		{"cron(* * * * *)", "six fields, not 5"},
		{"cron(0 8 * * * *)", "must be ?"},
		{"cron(0 8 ? * ? *)", "must be ?"},
		{"cron(60 8 * * ? *)", `minute "60"`},
		{"cron(0 24 * * ? *)", `hour "24"`},
		{"cron(0 8 0 * ? *)", `day of the month "0"`},
		{"cron(0 8 L * ? *)", `day of the month "L"`},
		{"cron(0 8 * 13 ? *)", `month "13"`},
		{"cron(0 8 ? * 2#1 *)", `day of the week "2#1"`},
		{"cron(0 8 * * ? 1969)", `year "1969"`},
		{"cron(5-4 8 * * ? *)", `minute "5-4"`},
		{"cron(0/0 8 * * ? *)", "a step is a number above 0"},
		{"cron(, 8 * * ? *)", `minute ","`},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseSchedule(test.expression); err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %v, want …%s…", err, test.problem)
			}
		})
	}
}

// clerk answers a schedule's events.
type clerk struct {
	at     []time.Duration
	events []string
	answer func(attempt int) (lambda.Result, error)
	start  time.Time
}

func (c *clerk) Invoke(_ context.Context, event []byte) (lambda.Result, error) {
	c.at = append(c.at, time.Since(c.start))
	c.events = append(c.events, string(event))
	if c.answer == nil {
		return lambda.Result{}, nil
	}
	return c.answer(len(c.at))
}

func TestScheduleSource(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(int) (lambda.Result, error)
		want   []time.Duration
	}{
		{"every ten minutes", nil, []time.Duration{10 * time.Minute, 20 * time.Minute}},
		{"again when it fails", func(attempt int) (lambda.Result, error) {
			if attempt <= 3 {
				return lambda.Result{FunctionError: "Unhandled"}, nil
			}
			return lambda.Result{}, nil
		}, []time.Duration{10 * time.Minute, 11 * time.Minute, 13 * time.Minute, 20 * time.Minute}},
		{"again when there is no function", func(attempt int) (lambda.Result, error) {
			if attempt == 1 {
				return lambda.Result{}, errors.New("none")
			}
			return lambda.Result{}, nil
		}, []time.Duration{10 * time.Minute, 11 * time.Minute, 20 * time.Minute}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				schedule, err := ParseSchedule("rate(10 minutes)")
				if err != nil {
					t.Fatal(err)
				}
				c := &clerk{answer: test.answer, start: time.Now()}
				stop := run(t, &ScheduleSource{Schedule: schedule, Function: c, Rule: "arn:aws:events:us-east-1:000000000000:rule/r", Log: quiet()})
				time.Sleep(25 * time.Minute)
				stop()
				if !slices.Equal(c.at, test.want) {
					t.Errorf("started at %v, want %v", c.at, test.want)
				}
				var event map[string]any
				if err := json.Unmarshal([]byte(c.events[0]), &event); err != nil {
					t.Fatal(err)
				}
				if event["detail-type"] != "Scheduled Event" || event["account"] != "000000000000" || event["region"] != "us-east-1" || event["time"] != "2000-01-01T00:10:00Z" {
					t.Errorf("the event is %v", event)
				}
			})
		})
	}
}

func TestScheduleWithAnInput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{start: time.Now()}
		stop := run(t, &ScheduleSource{Schedule: every(time.Minute), Function: c, Input: `{"a":1}`, Log: quiet()})
		time.Sleep(61 * time.Second)
		stop()
		if !slices.Equal(c.events, []string{`{"a":1}`}) {
			t.Errorf("events are %q", c.events)
		}
	})
}

func TestScheduleThatIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		schedule, err := ParseSchedule("cron(0 0 1 1 ? 1999)")
		if err != nil {
			t.Fatal(err)
		}
		(&ScheduleSource{Schedule: schedule, Function: &clerk{}, Log: quiet()}).Run(t.Context())
	})
}

// FuzzSchedule looks for expressions whose next time is not after the last.
func FuzzSchedule(f *testing.F) {
	for _, expression := range []string{"rate(5 minutes)", "cron(0/20 10-11 ? JAN-MAR MON,6 2026)", "cron(* * 31 2 ? *)"} {
		f.Add(expression)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		s, err := ParseSchedule(expression)
		if err != nil {
			return
		}
		after := time.Date(2026, 7, 15, 10, 30, 20, 0, time.UTC)
		if next := s.Next(after); !next.IsZero() && !next.After(after) {
			t.Errorf("%v comes after %v", next, after)
		}
	})
}
