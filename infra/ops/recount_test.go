package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenantdb"
)

// spoil makes nonsense of an IB's counters.
func (b *ib) spoil(t *testing.T) {
	t.Helper()
	o := mustOperator(t)
	rows, err := o.db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &o.leadsTable, KeyConditionExpression: ptr("userId = :own AND begins_with(sk, :stats)"),
		ExpressionAttributeValues: tenantdb.Item{":own": text(b.userID), ":stats": text("STATS#")},
	})
	if err != nil {
		t.Fatal(err)
	}
	nonsense := &types.AttributeValueMemberM{Value: tenantdb.Item{"00:00": &types.AttributeValueMemberN{Value: "9"}}}
	for _, row := range rows.Items {
		_, err := o.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &o.leadsTable, Key: tenantdb.Item{"userId": text(b.userID), "sk": row["sk"]},
			UpdateExpression:          ptr("SET byStatus = :x, byType = :x, quarters = :x"),
			ExpressionAttributeValues: tenantdb.Item{":x": nonsense},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func ptr(value string) *string { return &value }

// wantCounted waits until the IB's counters are those of its leads.
func (b *ib) wantCounted(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		byStatus, byType, all := map[string]int{}, map[string]int{}, b.leads(t)
		for _, l := range all {
			byStatus[l.Status]++
			if l.IBType != "" {
				byType[l.IBType]++
			}
		}
		got := want[struct {
			TotalLeads       int
			ByStatus, ByType map[string]int
			ByDay            []struct{ Leads int }
		}](t, 200, "GET", shared.API+"/stats", b.token, nil)
		for status, n := range got.ByStatus {
			if n != byStatus[status] {
				return fmt.Errorf("%d are counted as %s, want %d", n, status, byStatus[status])
			}
		}
		if today := got.ByDay[len(got.ByDay)-1].Leads; got.TotalLeads != len(all) || today != len(all) || fmt.Sprint(got.ByType) != fmt.Sprint(byType) {
			return fmt.Errorf("%d leads are counted, %d of today, by type %v; want %d and %v", got.TotalLeads, today, got.ByType, len(all), byType)
		}
		return nil
	})
}

func TestRecount(t *testing.T) {
	t.Parallel()
	john, sarah := mustSignUp(t), mustSignUp(t)
	for range 3 {
		john.capture(t, newAddress("visitor"), "forex-ib")
		sarah.capture(t, newAddress("visitor"), "cfd")
	}
	john.wantCounted(t)
	sarah.wantCounted(t)
	before := john.stats(t)
	john.spoil(t)
	sarah.spoil(t)
	spoiled := sarah.stats(t)
	if john.stats(t) == before {
		t.Fatal("the counters are not spoiled")
	}
	_, told := mustRun(t, "recount", "-user", john.email)
	if got := john.stats(t); got != before {
		t.Errorf("counted %s\nwant %s", got, before)
	}
	if got := line(told, john.userID); got != john.userID+": 3 leads, counted before as 9" {
		t.Errorf("it tells %q", got)
	}
	wantNothingPersonal(t, told)
	if got := sarah.stats(t); got != spoiled {
		t.Errorf("another's became %s", got)
	}
	mustRun(t, "recount")
	sarah.wantCounted(t)
	if got := john.stats(t); got != before {
		t.Errorf("counted again %s\nwant %s", got, before)
	}
}

func TestRecountOfNobody(t *testing.T) {
	t.Parallel()
	_, _, err := run(t.Context(), "recount", "-user", "nobody@acme.com")
	if err == nil || !strings.Contains(err.Error(), errNobody.Error()) {
		t.Errorf("got %v", err)
	}
}

// Leads are captured, changed and erased from several sides, and published by the very
// function, while the counters are spoiled and made anew again and again.
func TestRecountWhileCapturesGoOn(t *testing.T) {
	t.Parallel()
	const sides, each, recounts = 6, 18, 5 // a page of the list has 100
	john := mustSignUp(t)
	var busy sync.WaitGroup
	for side := range sides {
		busy.Go(func() {
			for n := range each {
				if err := john.work(t.Context(), side+n, n%5 == 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range recounts {
		john.spoil(t)
		mustRun(t, "recount", "-user", john.userID)
	}
	busy.Wait()
	john.wantCounted(t)
}

// work captures a lead, and then may change one and erase another, whichever they are.
func (b *ib) work(ctx context.Context, n int, more bool) error {
	status, body, err := try(ctx, "POST", shared.API+"/forms/"+b.me.FormKey+"/leads", "",
		object{"email": newAddress("visitor"), "name": "Canary Jane", "ib_type": []string{"forex-ib", "cfd", "crypto"}[n%3]})
	if err == nil && status != 201 {
		err = fmt.Errorf("capturing answers %d %s", status, body)
	}
	if err != nil || !more {
		return err
	}
	_, body, err = try(ctx, "GET", shared.API+"/leads?limit=100", b.token, nil)
	var page struct{ Leads []shown }
	if err == nil {
		err = json.Unmarshal([]byte(body), &page)
	}
	if err != nil || len(page.Leads) == 0 {
		return err
	}
	one, other := page.Leads[rand.IntN(len(page.Leads))], page.Leads[rand.IntN(len(page.Leads))]
	// Someone else may have erased it.
	_, _, changed := try(ctx, "PATCH", shared.API+"/leads/"+one.LeadID, b.token, object{"status": "engaged"})
	_, _, erased := try(ctx, "DELETE", shared.API+"/leads/"+other.LeadID, b.token, nil)
	return errors.Join(changed, erased)
}
