package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"clientflow/infra/local/localtest"
	"clientflow/infra/local/template"
	"clientflow/internal/audit"
	"clientflow/internal/lead"
	"clientflow/internal/publish"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func TestTheDocumentQuotesTheCommand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../limits.md")
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	Print(&printed)
	for table := range strings.SplitSeq(printed.String(), "\n\n") {
		if !strings.Contains(string(text), strings.TrimSpace(table)) {
			t.Errorf("infra/limits.md lacks\n%s", table)
		}
	}
}

func TestTheTemplateHasTheseNumbers(t *testing.T) {
	t.Parallel()
	parsed, err := template.Load("../../template.yaml", template.Options{Stack: "t", AWSURL: "http://a.test", APIURL: "http://b.test"})
	if err != nil {
		t.Fatal(err)
	}
	rate, err := strconv.ParseFloat(parsed.Parameters["SystemeRequestsPerSecond"], 64)
	if err != nil || rate != accountRate || parsed.API.Throttle.Rate != 500 {
		t.Errorf("%v calls a second, %+v requests", rate, parsed.API.Throttle)
	}
}

func TestABurstWaitsForWhatIsBeforeIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		burst   burst
		rate    float64
		longest time.Duration
	}{
		"slower than the rate": {burst{0.25, time.Minute}, 1, 3 * time.Second},
		"as fast as the rate":  {burst{1, time.Minute}, 3, time.Second},
		"three times too fast": {burst{1, time.Minute}, 1, 121 * time.Second},
	} {
		if _, longest := tt.burst.wait(tt.rate, 2); longest != tt.longest {
			t.Errorf("%s: %v, want %v", name, longest, tt.longest)
		}
	}
}

// meter counts the units that are written to a table, its indexes apart.
type meter struct {
	tenantdb.API
	mu    sync.Mutex
	units float64
}

func (m *meter) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	measured := *in
	measured.ReturnConsumedCapacity = types.ReturnConsumedCapacityIndexes
	out, err := m.API.UpdateItem(ctx, &measured, options...)
	if err == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.units += *out.ConsumedCapacity.Table.CapacityUnits
	}
	return out, err
}

// taking takes all messages.
type taking struct{}

func (taking) SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	return &sqs.SendMessageBatchOutput{}, nil
}

// What a capture writes to its IB's partition is measured: the lead, its entry of the
// trail, and a counter for the whole batch.
func TestUnitsPerCapture(t *testing.T) {
	t.Parallel()
	aws := localtest.Start(t)
	db := &meter{API: aws.Client}
	owner, err := tenant.Stored("0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0")
	if err != nil {
		t.Fatal(err)
	}
	items := tenantdb.Owned(db, aws.LeadsTable, lead.SortKey)
	leads, err := lead.NewStore(items, time.Now).Of(owner)
	if err != nil {
		t.Fatal(err)
	}
	const batch = 50
	for i := range batch {
		visitor := lead.Submission{Email: "jane" + strconv.Itoa(i) + "@acme.com", Name: "Jane Doe", IBType: "forex-ib"}
		if _, _, err := leads.Capture(t.Context(), visitor, lead.FromForm); err != nil {
			t.Fatal(err)
		}
	}
	publisher := publish.New(publish.NewQueue(taking{}, "http://queue"), tally.New(items), audit.NewStore(items),
		slog.New(slog.NewJSONHandler(io.Discard, nil)))
	response, err := publisher.Handle(t.Context(), publish.Event{Records: aws.LeadChanges(t, batch)})
	if err != nil || len(response.Failures) > 0 {
		t.Fatalf("%+v, %v", response, err)
	}
	if counters := db.units - unitsPerCapture*batch; counters < 1 || counters > 5 {
		t.Errorf("%v units for %d captures, want %d for each and a few for the counters", db.units, batch, unitsPerCapture)
	}
}
