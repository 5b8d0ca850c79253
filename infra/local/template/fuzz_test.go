package template

import (
	"errors"
	"testing"
)

// FuzzParse looks for templates that do not end in values or in an error with a
// line, such as endless loops and panics.
func FuzzParse(f *testing.F) {
	f.Add([]byte(output("Parameters: {P: {Type: Number, Default: 1, MinValue: 0}}", `!Sub ["${P}${Q.Arn}", {P: !Ref Q}]`)))
	f.Add([]byte(output("Conditions: {A: !Equals [a, b]}", "!If [A, !Select [0, !Split [b, abc]], !Join [a, [b]]]")))
	f.Add([]byte(functionHead + "{Type: Schedule, Properties: {Schedule: rate(5 minutes)}}"))
	f.Fuzz(func(t *testing.T, document []byte) {
		parsed, err := Parse("t", document, options())
		if err == nil && parsed == nil {
			t.Fatal("neither a template nor an error")
		}
		var wrong *Error
		if errors.As(err, &wrong) && wrong.Line < 1 {
			t.Fatalf("no line: %v", err)
		}
	})
}
