package webhook_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
	"clientflow/internal/systeme"
)

// epoch is when the events of these tests begin; event n is n seconds later.
var epoch = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// at is the time of event n, far enough in the past; 0 leaves it out.
func at(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return epoch.Add(time.Duration(n) * time.Second)
}

// TestHistories plays what happens to one lead: +tag@n and -tag@n deliver that a
// tag was put on or taken off at the time n, =status sets the status as the IB does.
func TestHistories(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i, test := range []struct {
		name, history string
		status        lead.Status
		shown         string
	}{
		{"delivered twice", "+engaged@1 +engaged@1", lead.Engaged, "engaged"},
		{"up the steps", "+engaged@1 +vip-prospect@2", lead.VIPProspect, "engaged vip-prospect"},
		{"a step lower later", "+vip-prospect@1 +engaged@2", lead.VIPProspect, "engaged vip-prospect"},
		{"a step overtaken by an outcome", "+converted@2 +engaged@1", lead.Converted, "engaged converted"},
		{"a step after an outcome", "+inactive@1 +vip-prospect@2", lead.Inactive, "inactive vip-prospect"},
		{"a customer goes quiet", "+converted@1 +inactive@2 +churned@3", lead.Churned, "converted inactive churned"},
		{"a quiet lead buys", "+inactive@1 +re-engaged@2 +converted@3", lead.Converted, "inactive re-engaged converted"},
		{"an outcome overtaken", "+converted@2 +inactive@1", lead.Converted, "converted inactive"},
		{"an answer overtakes", "+re-engaged@2 +inactive@1", lead.ReEngaged, "inactive re-engaged"},
		{"every status in turn", "+engaged +vip-prospect +converted +inactive +re-engaged +churned", lead.Churned,
			"engaged vip-prospect converted inactive re-engaged churned"},

		{"taken off", "+engaged@1 -engaged@2", lead.Engaged, ""},
		{"on again", "+engaged@1 -engaged@2 +engaged@3", lead.Engaged, "engaged"},
		{"on again without times", "+engaged -engaged +engaged", lead.Engaged, "engaged"},
		{"taken off before it came", "-engaged@2 +engaged@1", lead.Engaged, ""},
		{"only taken off", "-engaged@1", lead.New, ""},
		{"an old addition after a removal", "+engaged@1 -engaged@2 +engaged@1", lead.Engaged, ""},
		{"an old removal after an addition", "+engaged@1 -engaged@2 +engaged@3 -engaged@2", lead.Engaged, "engaged"},
		{"an outcome a second time", "+inactive@1 +re-engaged@2 -inactive@3 +inactive@4", lead.ReEngaged, "inactive re-engaged"},

		{"a replay after the IB", "+converted@1 =new +converted@1", lead.New, "converted"},
		{"a replay with a new time", "+converted@1 =churned +converted@9", lead.Churned, "converted"},
		{"a replay without a time", "+inactive@1 =converted +inactive", lead.Converted, "inactive"},
		{"a replay as a removal", "+inactive@1 =converted -inactive@9 +inactive@10", lead.Converted, "inactive"},
		{"a replay of a step", "+engaged@1 =new +engaged@9", lead.New, "engaged"},
		{"a removal after the IB", "+inactive@1 =converted -inactive@2", lead.Converted, ""},
		{"news after the IB", "=engaged +converted@1", lead.Converted, "converted"},
		{"an outcome of the IB's stays", "=converted +engaged@1 +vip-prospect@2", lead.Converted, "engaged vip-prospect"},
	} {
		address := fmt.Sprintf("visitor%d@acme.test", i)
		id := s.capture(t, john, johnsPrefix, address)
		for step := range strings.FieldsSeq(test.history) {
			name, time, _ := strings.Cut(step[1:], "@")
			n, _ := strconv.Atoi(time) // 0 for none
			switch step[0] {
			case '=':
				s.patch(t, john, id, lead.Status(name))
			case '+':
				s.take(t, delivery(systeme.TagAdded, bodyOf(address, johnsPrefix+name), at(n)))
			case '-':
				s.take(t, delivery(systeme.TagRemoved, bodyOf(address, johnsPrefix+name), at(n)))
			}
		}
		if complaint := s.complaint(t, john, id, johnsPrefix, test.status, strings.Fields(test.shown)...); complaint != "" {
			t.Errorf("%s: %s: %s", test.name, test.history, complaint)
		}
	}
}

// happening is a change of one tag, as it truly was.
type happening struct {
	name  string
	added bool
	at    int
}

func (h happening) delivery(address string) *httpapi.Request {
	event := systeme.TagRemoved
	if h.added {
		event = systeme.TagAdded
	}
	return delivery(event, bodyOf(address, johnsPrefix+h.name), at(h.at))
}

// happenings draws what workflows did to a contact: each tag is put on once at
// most, and may be taken off after that.
func happenings(t *rapid.T) []happening {
	var all []happening
	for i, status := range rapid.Permutation(lead.Statuses()[1:]).Draw(t, "tags") {
		time := 1 + 3*i
		switch rapid.IntRange(0, 2).Draw(t, "fate") {
		case 2:
			off := time + rapid.SampledFrom([]int{1, 100}).Draw(t, "later")
			all = append(all, happening{string(status), false, off})
			fallthrough
		case 1:
			all = append(all, happening{string(status), true, time})
		}
	}
	return all
}

// settled is what must have become of a lead in the end.
func settled(all []happening) (status lead.Status, shown []string) {
	status = lead.New
	inOrder := slices.SortedFunc(slices.Values(all), func(a, b happening) int { return cmp.Compare(a.at, b.at) })
	life := lead.Statuses()
	for _, h := range inOrder {
		told, now := slices.Index(life, lead.Status(h.name)), slices.Index(life, status)
		if h.added && (told > slices.Index(life, lead.VIPProspect) || told > now) {
			status = lead.Status(h.name)
		}
		shown = slices.DeleteFunc(shown, func(name string) bool { return name == h.name })
		if h.added {
			shown = append(shown, h.name)
		}
	}
	return status, shown
}

// TestAnyOrderAndRepetition delivers what happened in any order, any number of
// times, and the lead ends in the one state that the happenings make. After that
// the IB sets a status, and no replay of anything caught moves it, whatever its
// headers say. Another IB's lead of the same address is not touched.
func TestAnyOrderAndRepetition(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	visitor := 0
	rapid.Check(t, func(r *rapid.T) {
		visitor++
		address := fmt.Sprintf("visitor%d@acme.test", visitor)
		id, hers := s.capture(t, john, johnsPrefix, address), s.capture(t, sarah, sarahsPrefix, address)
		all := happenings(r)
		if len(all) == 0 {
			return
		}
		again := rapid.SliceOfN(rapid.SampledFrom(all), 0, 4).Draw(r, "again")
		for _, h := range rapid.Permutation(slices.Concat(all, again)).Draw(r, "deliveries") {
			s.take(t, h.delivery(address))
		}
		status, shown := settled(all)
		if complaint := s.complaint(t, john, id, johnsPrefix, status, shown...); complaint != "" {
			r.Error(complaint)
		}

		set := rapid.SampledFrom(lead.Statuses()).Draw(r, "set by the IB")
		s.patch(t, john, id, set)
		for _, h := range rapid.SliceOfN(rapid.SampledFrom(all), 1, 4).Draw(r, "replays") {
			// Every tag here was put on, so the name of the event may be forged.
			h.added, h.at = rapid.Bool().Draw(r, "as an addition"), rapid.IntRange(0, 200).Draw(r, "at")
			s.take(t, h.delivery(address))
		}
		if got := s.lead(t, john, id); got.Status != set {
			r.Errorf("replays made the lead %s, which its IB had set to %s", got.Status, set)
		}
		if complaint := s.complaint(t, sarah, hers, sarahsPrefix, lead.New); complaint != "" {
			r.Error(complaint)
		}
	})
}

// TestSideBySide delivers a contact's events at once, each until it is taken, while
// the sync notes a tag.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, johnsPrefix, jane)
	names := []string{"engaged", "vip-prospect", "inactive", "re-engaged", "converted", "churned"}
	var running sync.WaitGroup
	for i, name := range names {
		running.Go(func() {
			for s.send(t, delivery(systeme.TagAdded, body(johnsPrefix+name), at(i+1))).Status != 204 {
			}
		})
	}
	running.Go(func() {
		if err := s.of(t, john).RecordTag(context.Background(), id, johnsPrefix+"forex-ib"); err != nil {
			t.Error(err)
		}
	})
	running.Wait()
	s.wantLead(t, john, id, johnsPrefix, lead.Churned, append(names, "forex-ib")...)
}

// TestALeadThatNeverHoldsStill changes the lead whenever it has been read.
func TestALeadThatNeverHoldsStill(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.capture(t, john, johnsPrefix, jane)
	turn := 0
	s.calls.fail = func(operation string) bool {
		if operation == "UpdateItem" {
			turn++
			s.patch(t, john, id, []lead.Status{lead.New, lead.Churned}[turn%2])
		}
		return false
	}
	if got := s.send(t, added(johnsPrefix+"converted")); got.Status != 500 {
		t.Errorf("answered %d", got.Status)
	}
	s.calls.fail = nil
	s.take(t, added(johnsPrefix+"converted"))
	s.wantLead(t, john, id, johnsPrefix, lead.Converted, "converted")
}
