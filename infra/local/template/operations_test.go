package template_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Who restores a table makes its stream's mapping by hand, as the template would.
func TestTheMappingThatIsMadeByHandIsTheTemplates(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../operations/restore.md")
	if err != nil {
		t.Fatal(err)
	}
	streams := 0
	for _, f := range mustLoad(t).Functions {
		for _, s := range f.Streams {
			streams++
			for _, part := range []string{
				"function=$(table " + f.LogicalID + ")\n   filter='" + strings.Join(s.Filters, "") + "'\n",
				fmt.Sprintf(" --batch-size %d ", s.BatchSize),
				fmt.Sprintf(" --maximum-record-age-in-seconds %.0f ", s.MaxAge.Seconds()),
				" --bisect-batch-on-function-error ", " --function-response-types ReportBatchItemFailures ",
				`(table PublishDeadQueue)"`, ` --destination-config "OnFailure={Destination=$dead}" `,
			} {
				if !strings.Contains(string(text), part) {
					t.Errorf("%s: there is no %q", f.LogicalID, part)
				}
			}
			if !s.Bisect || !s.PartialFailures || !strings.HasSuffix(s.OnFailure, "PublishDeadQueue") || len(s.Filters) != 1 {
				t.Errorf("%s is of other settings: %+v", f.LogicalID, s)
			}
		}
	}
	if streams != 2 {
		t.Errorf("there are %d streams", streams)
	}
}
