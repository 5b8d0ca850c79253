package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"clientflow/internal/problem"
)

func TestOfHidesWhatIsNotAProblem(t *testing.T) {
	t.Parallel()
	secret := errors.New("table clientflow-LeadsTable: connection to 10.0.0.7 refused")
	tests := []struct {
		name string
		err  error
		kind problem.Kind
	}{
		{"a problem", problem.New(problem.NotFound, "No such lead."), problem.NotFound},
		{"a wrapped problem", fmt.Errorf("load: %w", problem.New(problem.Conflict, "Taken.")), problem.Conflict},
		{"a problem with its cause", fmt.Errorf("%w: %w", problem.New(problem.Unavailable, "Not now."), secret), problem.Unavailable},
		{"any other error", secret, problem.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := problem.Of(tt.err)
			if p.Kind != tt.kind {
				t.Errorf("kind %v, want %v", p.Kind, tt.kind)
			}
			if p.Detail == secret.Error() {
				t.Error("an internal error's text is shown")
			}
		})
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var fields problem.Fields
	fields.Add("email", "is required")
	fields.Add("name", "is too long")
	fields.Add("email", "a second word on the same field")

	var got map[string]any
	if err := json.Unmarshal(problem.Of(fields.Err()).Document(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"type": "about:blank", "title": "Unprocessable Entity", "status": 422.0,
		"detail": "Please correct: email, name.",
		"errors": []any{
			map[string]any{"field": "email", "message": "is required"},
			map[string]any{"field": "name", "message": "is too long"},
		},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("document\n%v\nwant\n%v", got, want)
	}
}

func TestNoFieldsIsNoError(t *testing.T) {
	t.Parallel()
	var fields problem.Fields
	if err := fields.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}
