package tally_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"clientflow/infra/local/localtest"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// spoil makes nonsense of a counter that is there; place is the last record that it
// says it has counted, "" to leave that.
func spoil(tb failer, aws *localtest.AWS, owner tenant.ID, sort, place string) {
	tb.Helper()
	in := &dynamodb.UpdateItemInput{
		TableName: &aws.LeadsTable, ConditionExpression: ptr("attribute_exists(sk)"),
		Key:              tenantdb.Item{"userId": text(owner.String()), "sk": text(sort)},
		UpdateExpression: ptr("SET byStatus = :nonsense, byType = :nonsense, quarters = :nonsense"),
		ExpressionAttributeValues: tenantdb.Item{":nonsense": &types.AttributeValueMemberM{Value: tenantdb.Item{
			"09:45": &types.AttributeValueMemberN{Value: "7"},
		}}},
	}
	if place != "" {
		*in.UpdateExpression += ", lastSequence = :place"
		in.ExpressionAttributeValues[":place"] = text(place)
	}
	_, err := aws.Client.UpdateItem(context.Background(), in)
	if _, missing := errors.AsType[*types.ConditionalCheckFailedException](err); err != nil && !missing {
		tb.Fatal(err)
	}
}

func ptr(value string) *string { return aws.String(value) }

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

// leadsAt are the leads that there are when that many records have been told.
func leadsAt(stream []recorded, at tally.Sequence) []tally.Lead {
	var all []tally.Lead
	drop := func(l *tally.Lead) {
		if i := slices.Index(all, *l); i >= 0 {
			all = slices.Delete(all, i, i+1)
		}
	}
	for _, r := range stream {
		if r.change.Sequence > at {
			break
		}
		if r.change.Before != nil {
			drop(r.change.Before)
		}
		if r.change.After != nil {
			all = append(all, *r.change.After)
		}
	}
	return all
}

// TestARecountIsExactWhileTheStreamIsCounted spoils counters, makes them anew as of
// some place in the stream, and has it counted before, meanwhile and afterwards.
func TestARecountIsExactWhileTheStreamIsCounted(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	rapid.Check(t, func(t *rapid.T) {
		owner, err := tenant.Stored(fmt.Sprintf("%08x-0000-4000-8000-%012x", rand.Uint32(), rand.Uint32())) // its own in each run
		if err != nil {
			t.Fatal(err)
		}
		stream, want := history(t, 1)
		count := func(from, to int) {
			var own []tally.Change
			for _, r := range stream[from:to] {
				own = append(own, r.change)
			}
			mustCount(t, counters, owner, own...)
		}
		done := rapid.IntRange(0, len(stream)).Draw(t, "counted before")
		count(0, done)
		// A place of another stream, as a table has that was restored.
		foreign := rapid.SampledFrom([]string{"", string(at(1 << 40))}).Draw(t, "foreign place")
		for _, key := range []string{"TOTAL", "DAY#2026-05-02", "DAY#2026-05-03", "DAY#2026-05-04", "DAY#2026-05-05", "DAY#2026-05-06"} {
			if rapid.Bool().Draw(t, "spoil "+key) || foreign != "" {
				spoil(t, aws, owner, "STATS#"+key, foreign)
			}
		}
		marks, err := counters.Marks(context.Background(), owner)
		if err != nil {
			t.Fatal(err)
		}
		place := rapid.IntRange(done, len(stream)).Draw(t, "place")
		meanwhile := rapid.IntRange(done, len(stream)).Draw(t, "counted meanwhile")
		err = counters.Recount(context.Background(), owner, marks, at(place), func(_ context.Context, at tally.Sequence) ([]tally.Lead, error) {
			leads := leadsAt(stream, at)
			if rapid.Bool().Draw(t, "now") { // between the look at the leads and the write
				count(0, meanwhile)
			}
			return leads, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		count(rapid.IntRange(0, done).Draw(t, "again from"), len(stream))
		if got := counted(t, counters, owner); !slices.Equal(got, want[0]) {
			t.Fatalf("%v, want %v", got, want[0])
		}
	})
}

func TestARecountOfManyTypes(t *testing.T) {
	t.Parallel()
	counters, _ := newCounters(t)
	owner := mustTenant(t, john)
	var leads []tally.Lead
	for i := range tally.MaxTypes + 10 {
		leads = append(leads, *fresh(fmt.Sprintf("rare-%02d", i)))
	}
	leads = append(leads, *fresh("z-often"), *fresh("z-often"), *fresh(""))
	all := func(context.Context, tally.Sequence) ([]tally.Lead, error) { return leads, nil }
	if err := counters.Recount(t.Context(), owner, nil, at(5), all); err != nil {
		t.Fatal(err)
	}
	got := counted(t, counters, owner)
	if !slices.Contains(got, "type z-often 2") || !slices.Contains(got, "type other 11") || !slices.Contains(got, "new 63") {
		t.Errorf("got %v", got)
	}
}

func TestARecountThatCannotBeMade(t *testing.T) {
	t.Parallel()
	counters, aws := newCounters(t)
	owner := mustTenant(t, john)
	none := func(context.Context, tally.Sequence) ([]tally.Lead, error) { return nil, nil }
	if err := counters.Recount(t.Context(), tenant.ID{}, nil, at(1), none); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("nobody's: %v", err)
	}
	if _, err := counters.Marks(t.Context(), tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("nobody's marks: %v", err)
	}
	lost := errors.New("the stream is lost")
	failing := func(context.Context, tally.Sequence) ([]tally.Lead, error) { return nil, lost }
	if err := counters.Recount(t.Context(), owner, nil, at(1), failing); !errors.Is(err, lost) {
		t.Errorf("without leads: %v", err)
	}
	next := 10
	busy := &rival{API: aws.Client, left: 1000, act: func() {
		next++
		mustCount(t, counters, owner, tally.Change{Sequence: at(next), After: fresh("")})
	}}
	err := tally.New(tenantdb.Owned(busy, aws.LeadsTable, "sk")).Recount(t.Context(), owner, tally.Marks{"STATS#TOTAL": ""}, at(1), none)
	if err == nil || !strings.Contains(err.Error(), "changed by others") {
		t.Errorf("where others always count: %v", err)
	}
}
