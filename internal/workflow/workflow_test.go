package workflow_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/tag"
	"clientflow/internal/workflow"
)

const prefix = "ib-x7k2m4p9-"

func mustIB(tb testing.TB) account.IB {
	tb.Helper()
	p, err := tag.ParsePrefix(prefix)
	if err != nil {
		tb.Fatal(err)
	}
	return account.IB{Name: "John Carter", Email: "john@example.com", Prefix: p}
}

func mustWorkflows(tb testing.TB) []workflow.Workflow {
	tb.Helper()
	workflows, err := workflow.For(mustIB(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return workflows
}

// all returns steps with those of their branches.
func all(steps []workflow.Step) []workflow.Step {
	var found []workflow.Step
	for _, s := range steps {
		found = append(found, s)
		found = append(found, all(s.Yes)...)
		found = append(found, all(s.No)...)
	}
	return found
}

func TestEachWorkflowHasItsTrigger(t *testing.T) {
	t.Parallel()
	var got []string
	for _, w := range mustWorkflows(t) {
		got = append(got, w.Name+" <- "+w.Trigger.Tag)
	}
	want := []string{
		"John Carter's Welcome Sequence <- ib-x7k2m4p9-demo-request",
		"John Carter's VIP Lead Alert <- ib-x7k2m4p9-high-volume",
		"John Carter's Re-engagement Campaign <- ib-x7k2m4p9-inactive",
		"John Carter's Onboarding <- ib-x7k2m4p9-demo-request",
		"John Carter's High-Value Program <- ib-x7k2m4p9-vip",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAWorkflowInItsJSON(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(mustWorkflows(t)[2], "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "name": "John Carter's Re-engagement Campaign",
  "trigger": {
    "tag": "ib-x7k2m4p9-inactive"
  },
  "steps": [
    {
      "kind": "wait",
      "amount": 7,
      "unit": "days"
    },
    {
      "kind": "email",
      "to": "lead",
      "subject": "We miss you!",
      "body": "Hi {{first_name}},\n\nit has been quiet between us. Is there anything that I can help with?\n\nJohn Carter"
    },
    {
      "kind": "condition",
      "question": "Has the contact opened the last email?",
      "yes": [
        {
          "kind": "add-tag",
          "tag": "ib-x7k2m4p9-re-engaged"
        }
      ],
      "no": [
        {
          "kind": "add-tag",
          "tag": "ib-x7k2m4p9-churned"
        }
      ]
    }
  ]
}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A tag that the admin cannot find in Systeme.io, or that the webhook does not know,
// would be a workflow that never starts, or whose work nobody sees.
func TestTagsAreTheIBsOwnAndKnown(t *testing.T) {
	t.Parallel()
	for _, w := range mustWorkflows(t) {
		if _, name, err := tag.Parse(w.Trigger.Tag); err != nil || !slices.Contains(tag.Set(), name) {
			t.Errorf("%s: its trigger %s is not made at sign-up, %v", w.Name, w.Trigger.Tag, err)
		}
		for _, s := range all(w.Steps) {
			if s.Kind != workflow.AddTag {
				continue
			}
			p, name, err := tag.Parse(s.Tag)
			if err != nil || p.String() != prefix || !slices.Contains(tag.Set(), name) {
				t.Errorf("%s adds %s, which is not made at sign-up, %v", w.Name, s.Tag, err)
			}
			if status := lead.Status(name); status == lead.New || !slices.Contains(lead.Statuses(), status) {
				t.Errorf("%s adds %s, which is no status that a workflow sets", w.Name, s.Tag)
			}
		}
	}
}

func TestStepsHaveWhatTheirKindHas(t *testing.T) {
	t.Parallel()
	for _, w := range mustWorkflows(t) {
		if len(w.Steps) == 0 {
			t.Errorf("%s does nothing", w.Name)
		}
		for _, s := range all(w.Steps) {
			waits := s.Amount > 0 && (s.Unit == "minutes" || s.Unit == "days")
			mails := s.Subject != "" && s.Body != "" && (s.To == workflow.Lead || s.To == "john@example.com")
			asks := s.Question != "" && len(s.Yes) > 0 && len(s.No) > 0
			has := map[workflow.Kind]bool{workflow.Wait: waits, workflow.Email: mails, workflow.Condition: asks, workflow.AddTag: s.Tag != ""}
			for kind, whole := range has {
				if whole != (kind == s.Kind) {
					t.Errorf("%s: %+v as a step of the kind %s: %v", w.Name, s, kind, whole)
				}
			}
			if s.To == workflow.Lead && !strings.Contains(s.Body, "{{first_name}}") {
				t.Errorf("%s: %q does not greet by name", w.Name, s.Subject)
			}
		}
	}
}

// A lead gets either of two workflows with one trigger, never both.
func TestAnAlternativeNamesWhatItTakesThePlaceOf(t *testing.T) {
	t.Parallel()
	triggers := map[string]string{} // names by trigger
	for _, w := range mustWorkflows(t) {
		if first, taken := triggers[w.Trigger.Tag]; w.InsteadOf != first {
			t.Errorf("%s is instead of %q, but %q (%v) has its trigger", w.Name, w.InsteadOf, first, taken)
		}
		triggers[w.Trigger.Tag] = w.Name
	}
}

func TestNothingIsLeftToFillIn(t *testing.T) {
	t.Parallel()
	document, err := json.Marshal(mustWorkflows(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, blank := range []string{"{ib}", "{owner}"} {
		if strings.Contains(string(document), blank) {
			t.Errorf("%s is left", blank)
		}
	}
}

// Names come from IBs: one that looks like a blank stays what it is.
func TestANameIsNotFilledIn(t *testing.T) {
	t.Parallel()
	ib := mustIB(t)
	ib.Name = "{owner} {ib}"
	workflows, err := workflow.For(ib)
	if err != nil || workflows[0].Name != "{owner} {ib}'s Welcome Sequence" {
		t.Errorf("got %q, %v", workflows[0].Name, err)
	}
}

func TestWithoutAPrefixThereIsNone(t *testing.T) {
	t.Parallel()
	if workflows, err := workflow.For(account.IB{Name: "John"}); !errors.Is(err, tag.ErrShape) || workflows != nil {
		t.Errorf("got %v, %v", workflows, err)
	}
}

func TestIBsDoNotShareSteps(t *testing.T) {
	t.Parallel()
	before := mustWorkflows(t)
	sarah := mustIB(t)
	var err error
	if sarah.Prefix, err = tag.ParsePrefix("ib-aaaaaaaa-"); err != nil {
		t.Fatal(err)
	}
	if _, err := workflow.For(sarah); err != nil {
		t.Fatal(err)
	}
	for _, w := range before {
		for _, s := range all(w.Steps) {
			if strings.Contains(s.Tag, "aaaaaaaa") {
				t.Errorf("%s of John adds %s", w.Name, s.Tag)
			}
		}
	}
}
