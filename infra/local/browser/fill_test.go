//go:build browser

package browser_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/infra/local/stack"
	"clientflow/internal/lead"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
)

// quietly is a lead of the IB that is in Systeme.io already, so that no sync of it
// keeps others waiting.
func (b ib) quietly(tb testing.TB, address, name string, at time.Time) lead.Lead {
	tb.Helper()
	owner, err := tenant.Stored(b.userID)
	if err != nil {
		tb.Fatal(err)
	}
	created := lead.Stamp(at)
	return lead.Lead{
		ID:          lead.ID(owner, address),
		Submission:  lead.Submission{Email: address, Name: name},
		Status:      lead.New,
		Source:      lead.FromForm,
		Submissions: 1,
		CreatedAt:   created, UpdatedAt: created,
		TagsApplied: []string{b.prefix + tag.DemoRequest},
		SyncedAt:    &created,
		SyncState:   lead.Synced,
		Alias:       fmt.Sprintf("ALIAS%08d", people.Add(1)),
	}
}

// fill puts leads where the functions keep them, past the API.
func (b ib) fill(tb testing.TB, leads ...lead.Lead) {
	tb.Helper()
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &site.AWS, Credentials: owner(),
	})
	var writers sync.WaitGroup
	for part := range slices.Chunk(leads, (len(leads)+7)/8) {
		writers.Go(func() {
			for batch := range slices.Chunk(part, 25) {
				if _, err := client.BatchWriteItem(tb.Context(), &dynamodb.BatchWriteItemInput{
					RequestItems: map[string][]types.WriteRequest{stack.Name + "-LeadsTable": b.puts(tb, batch)},
				}); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	writers.Wait()
}

func (b ib) puts(tb testing.TB, leads []lead.Lead) []types.WriteRequest {
	tb.Helper()
	var all []types.WriteRequest
	for _, l := range leads {
		item, err := attributevalue.MarshalMap(l)
		if err != nil {
			tb.Error(err)
		}
		item["userId"] = &types.AttributeValueMemberS{Value: b.userID}
		item[lead.SortKey] = &types.AttributeValueMemberS{Value: "LEAD#" + l.ID}
		all = append(all, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
	}
	return all
}

// fail has the sync of a lead that is there already have used up its tries.
func (b ib) fail(tb testing.TB, l lead.Lead) {
	tb.Helper()
	reason := "Systeme.io could not be reached in many tries. Please sync this lead again."
	l.SyncState, l.SyncError, l.TagsApplied = lead.Failed, &reason, nil
	b.fill(tb, l)
}

// counted waits until the IB's counters tell of so many leads.
func (b ib) counted(tb testing.TB, leads int) {
	tb.Helper()
	eventually(tb, func() error {
		var stats struct{ TotalLeads int }
		mustCall(tb, b.token, "GET", "/stats", nil, &stats)
		if stats.TotalLeads != leads {
			return fmt.Errorf("%d leads are counted, want %d", stats.TotalLeads, leads)
		}
		return nil
	})
}

// inState waits until so many of the IB's newest leads are in a state of their sync.
func (b ib) inState(tb testing.TB, state lead.SyncState, leads int) {
	tb.Helper()
	eventually(tb, func() error {
		var page struct {
			Leads []struct{ SyncState lead.SyncState }
		}
		mustCall(tb, b.token, "GET", "/leads", nil, &page)
		found := 0
		for _, l := range page.Leads {
			if l.SyncState == state {
				found++
			}
		}
		if found != leads {
			return fmt.Errorf("%d leads are %s, want %d", found, state, leads)
		}
		return nil
	})
}

// eventually asks until check is content, and fails with its last complaint when that
// takes too long.
func eventually(tb testing.TB, check func() error) {
	tb.Helper()
	deadline := time.After(2 * patience)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			tb.Fatal(err)
		case <-again.C:
		}
	}
}
