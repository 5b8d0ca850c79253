package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"clientflow/internal/lead"
)

// ibs looks at the IBs: whether their tags are in Systeme.io, whether their workflows are
// marked configured, and whether their leads come there.
func (p *patient) ibs(ctx context.Context) []finding {
	const what = "IBs"
	all, err := p.brokers()
	if err != nil {
		return []finding{found(what, p.redeploy(), err.Error())}
	}
	var s survey
	now := time.Now()
	if err := all.each(ctx, func(one broker) { s.add(one, now) }); err != nil {
		return []finding{unknown(what, err)}
	}
	if s.count == 0 {
		return []finding{{what: what, note: "none yet: the first signs up at " + p.Outputs["ApiUrl"]}}
	}
	return []finding{p.tagged(s), p.configured(s), p.synced(s)}
}

// survey is what was seen of all IBs.
type survey struct {
	count int
	// unasked lack a request for their tags, late ones had it long ago, and soon counts
	// those that had it just now.
	unasked, late ids
	soon          int
	// unmarked are those whose workflows are not marked configured.
	unmarked ids
	// leads counts the IBs by the state of their newest lead, and stuck are those whose
	// newest lead has waited for long.
	leads map[lead.SyncState]int
	stuck ids
}

func (s *survey) add(one broker, now time.Time) {
	s.count++
	id := one.Tenant.String()
	switch {
	case one.TagsMade != "":
	case one.TagsRequested == "":
		s.unasked.add(id)
	case before(one.TagsRequested, now):
		s.late.add(id)
	default:
		s.soon++
	}
	if !one.WorkflowsConfigured {
		s.unmarked.add(id)
	}
	if one.state == "" {
		return
	}
	if s.leads == nil {
		s.leads = map[lead.SyncState]int{}
	}
	s.leads[one.state]++
	if one.state == lead.Pending && before(one.since, now) {
		s.stuck.add(id)
	}
}

// tagged tells of the tags that each IB's workflows are made from.
func (p *patient) tagged(s survey) finding {
	const what = "IBs' tags in Systeme.io"
	switch {
	case s.late.count > 0:
		return found(what, p.slow(), fmt.Sprintf("%v of %d lack theirs for more than an hour", s.late, s.count))
	case s.unasked.count > 0:
		return found(what, "Ask for them: "+p.command("backfill APPLY=1"), fmt.Sprintf("for %v of %d nobody asked", s.unasked, s.count))
	case s.soon > 0:
		return finding{what: what, note: fmt.Sprintf("%d of %d will have theirs within minutes", s.soon, s.count)}
	}
	return finding{what: what, note: fmt.Sprintf("all %d have theirs", s.count)}
}

// configured tells whose workflows are still to be made. That is work to be done, and
// nothing that is wrong.
func (p *patient) configured(s survey) finding {
	const what = "IBs' workflows"
	if s.unmarked.count == 0 {
		return finding{what: what, note: fmt.Sprintf("all %d are marked configured", s.count)}
	}
	return finding{what: what, note: fmt.Sprintf("%v of %d not marked configured: make them in Systeme.io as %s/admin lists them, and mark them there",
		s.unmarked, s.count, p.Outputs["ApiUrl"])}
}

// synced tells how far the newest lead of each IB is.
func (p *patient) synced(s survey) finding {
	const what = "newest lead of each IB"
	if len(s.leads) == 0 {
		return finding{what: what, note: "there is none yet: send an IB's form"}
	}
	counts := fmt.Sprintf("%d synced, %d waiting, %d failed", s.leads[lead.Synced], s.leads[lead.Pending], s.leads[lead.Failed])
	if s.stuck.count > 0 {
		return found(what, p.slow(), fmt.Sprintf("%s; that of %v waits for more than an hour", counts, s.stuck))
	}
	if s.leads[lead.Failed] > 0 {
		counts += "; why is in the lead's syncError"
	}
	return finding{what: what, note: counts}
}

// slow is what to do about what does not come to Systeme.io.
func (p *patient) slow() string {
	return "Mend what else is wrong here; else see infra/playbooks/lead-sync-put-off.md and lead-sync-age.md, which say what holds it up."
}

// ids counts userIds, and keeps the first few.
type ids struct {
	count int
	first []string
}

func (n *ids) add(id string) {
	const most = 3
	if n.count++; len(n.first) < most {
		n.first = append(n.first, id)
	}
}

// String is such as "2 (id, id)".
func (n ids) String() string {
	more := ""
	if n.count > len(n.first) {
		more = ", …"
	}
	return fmt.Sprintf("%d (%s%s)", n.count, strings.Join(n.first, ", "), more)
}
