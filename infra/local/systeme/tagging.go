package systeme

import (
	"fmt"
	"net/http"
	"slices"
)

// origin is who adds or removes a contact's tag; what follows depends on it.
type origin int

const (
	byAPI origin = iota
	byWorkflow
	byHand
)

type assignment struct {
	TagID *int64 `json:"tagId"`
}

func (s *Simulator) assignTag(r *http.Request) answer {
	var input assignment
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	return s.withContact(r, func(c *contact) answer {
		if input.TagID == nil {
			return invalid(blank("tagId"))
		}
		tag := s.account.tag(*input.TagID)
		if tag == nil {
			return s.unknownTag(*input.TagID)
		}
		if s.options.Quirks.RefuseReassigned && slices.Contains(c.tagIDs, tag.ID) {
			return invalid(violation{"tagId", "This tag is already assigned to the contact.", codeUnique})
		}
		s.tagContact(c, tag, byAPI)
		return noContent()
	})
}

func (s *Simulator) unknownTag(id int64) answer {
	if s.options.Quirks.UnknownTagStatus == http.StatusNotFound {
		return notFound()
	}
	return invalid(violation{"tagId", fmt.Sprintf("Tag with ID %d not found.", id), codeOther})
}

func (s *Simulator) removeTag(r *http.Request) answer {
	return s.withContact(r, func(c *contact) answer {
		tag := s.account.tag(id(r, "tagId"))
		if tag == nil || !s.untagContact(c, tag, byAPI) {
			return notFound()
		}
		return noContent()
	})
}

// tagContact adds the tag, tells the webhooks and starts the tag's workflows. The
// account is locked.
func (s *Simulator) tagContact(c *contact, tag *Tag, by origin) {
	if !slices.Contains(c.tagIDs, tag.ID) {
		c.tagIDs = append(c.tagIDs, tag.ID)
	} else if !s.options.Quirks.RefireReassigned {
		return
	}
	if s.tells(by) {
		s.emit(eventTagAdded, c, tag)
	}
	s.startWorkflows(c, tag)
}

// untagContact removes the tag; false when the contact does not have it. The
// account is locked.
func (s *Simulator) untagContact(c *contact, tag *Tag, by origin) bool {
	i := slices.Index(c.tagIDs, tag.ID)
	if i < 0 {
		return false
	}
	c.tagIDs = slices.Delete(c.tagIDs, i, i+1)
	if s.tells(by) {
		s.emit(eventTagRemoved, c, tag)
	}
	return true
}

// tells whether a change of a contact's tags emits an event.
func (s *Simulator) tells(by origin) bool {
	switch by {
	case byAPI:
		return !s.options.Quirks.NoEcho
	case byWorkflow:
		return !s.options.Quirks.SilentWorkflows
	default:
		return true
	}
}

// dropTag deletes the tag from the account and from every contact, without events.
func (a *account) dropTag(tag *Tag) {
	for _, c := range a.contacts {
		c.tagIDs = slices.DeleteFunc(c.tagIDs, func(id int64) bool { return id == tag.ID })
	}
	a.tags = slices.DeleteFunc(a.tags, func(t *Tag) bool { return t == tag })
}
