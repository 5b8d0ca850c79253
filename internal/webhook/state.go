package webhook

import (
	"maps"
	"slices"

	"clientflow/internal/lead"
)

// steps are the statuses that a lead climbs, the lowest first.
func steps() []lead.Status { return []lead.Status{lead.New, lead.Engaged, lead.VIPProspect} }

// outcomes are the statuses that take the place of steps, and of one another.
func outcomes() []lead.Status {
	return []lead.Status{lead.Converted, lead.Inactive, lead.ReEngaged, lead.Churned}
}

// setByWorkflows tells whether a tag of that name reports what a workflow did. Each
// such name is that of the status it stands for.
func setByWorkflows(name string) bool {
	status := lead.Status(name)
	return slices.Contains(steps()[1:], status) || slices.Contains(outcomes(), status)
}

// occurrence is what an event says: a tag was put on, or taken off.
type occurrence struct {
	tag    string // with its prefix
	status lead.Status
	added  bool
	at     lead.Timestamp
}

// sighting is what a lead remembers of one tag.
type sighting struct {
	// Added is when the tag was put on, as it was first told; "" when only that it
	// was taken off.
	Added lead.Timestamp `dynamodbav:"added,omitempty"`
	// Changed is when it was last put on or taken off.
	Changed lead.Timestamp `dynamodbav:"changed"`
}

// history is what a lead remembers of the tags that workflows set.
type history map[lead.Status]sighting

// state is a lead as far as events change it.
type state struct {
	Status  lead.Status `dynamodbav:"status"`
	Applied []string    `dynamodbav:"systemeTagsApplied,stringset,omitempty"`
	History history     `dynamodbav:"workflowTags"`
}

// after returns what becomes of the lead when it is told of o.
func (s state) after(o occurrence) state {
	seen := s.History[o.status]
	if o.added && seen.Added == "" {
		if s.moves(o) {
			s.Status = o.status
		}
		seen.Added = o.at
	}
	if o.at >= seen.Changed {
		seen.Changed = o.at
		s.Applied = slices.DeleteFunc(slices.Clone(s.Applied), func(tag string) bool { return tag == o.tag })
		if o.added {
			s.Applied = append(s.Applied, o.tag)
		}
	}
	known := history{}
	maps.Copy(known, s.History)
	known[o.status] = seen
	s.History = known
	return s
}

// moves tells whether a tag that was put on for the first time changes the status.
func (s state) moves(o occurrence) bool {
	if step := slices.Index(steps(), o.status); step >= 0 {
		return slices.Contains(steps()[:step], s.Status)
	}
	for _, outcome := range outcomes() {
		if s.History[outcome].Added > o.at {
			return false
		}
	}
	return true
}

// shows tells whether the tag is on the lead's list.
func (s state) shows(tag string) bool { return slices.Contains(s.Applied, tag) }

// differs tells whether o made another state of the one before.
func (s state) differs(before state, o occurrence) bool {
	return s.Status != before.Status || s.shows(o.tag) != before.shows(o.tag) || !maps.Equal(s.History, before.History)
}
