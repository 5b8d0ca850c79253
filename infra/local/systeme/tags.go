package systeme

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

type tagInput struct {
	Name string `json:"name"`
}

const maxTagName = 64

func (s *Simulator) listTags(r *http.Request) answer {
	query := r.URL.Query()
	page, violations := parsePage(query)
	if len(violations) > 0 {
		return invalid(violations...)
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	all := make([]int64, len(s.account.tags))
	for i, tag := range s.account.tags {
		all[i] = tag.ID
	}
	wanted := fold(query.Get("query"))
	ids, more := page.cut(all, func(id int64) bool {
		return strings.Contains(fold(s.account.tag(id).Name), wanted)
	})
	list := collection[Tag]{Items: make([]Tag, len(ids)), HasMore: more}
	for i, id := range ids {
		list.Items[i] = *s.account.tag(id)
	}
	return ok(list)
}

func (s *Simulator) createTag(r *http.Request) answer {
	var input tagInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	name, refused := s.checkTag(input, nil)
	if refused.refused() {
		return refused
	}
	return created(*s.account.addTag(name))
}

func (s *Simulator) getTag(r *http.Request) answer {
	return s.withTag(r, func(tag *Tag) answer { return ok(*tag) })
}

func (s *Simulator) replaceTag(r *http.Request) answer {
	var input tagInput
	if refused := read(r, &input); refused.refused() {
		return refused
	}
	return s.withTag(r, func(tag *Tag) answer {
		name, refused := s.checkTag(input, tag)
		if refused.refused() {
			return refused
		}
		tag.Name = name
		return ok(*tag)
	})
}

func (s *Simulator) deleteTag(r *http.Request) answer {
	return s.withTag(r, func(tag *Tag) answer {
		s.account.dropTag(tag)
		return noContent()
	})
}

// checkTag checks a tag's new name; current is the tag that is renamed.
func (s *Simulator) checkTag(input tagInput, current *Tag) (string, answer) {
	name := strings.TrimSpace(input.Name)
	if name == "" {
		return "", invalid(blank("name"))
	}
	if utf8.RuneCountInString(name) > maxTagName {
		return "", invalid(tooLong("name", maxTagName))
	}
	if other := s.account.tagNamed(name); other != nil && other != current {
		return "", s.alreadyUsed("name")
	}
	return name, answer{}
}

// withTag runs f with the tag of the path while the account is locked.
func (s *Simulator) withTag(r *http.Request, f func(*Tag) answer) answer {
	s.account.mu.Lock()
	defer s.account.mu.Unlock()
	tag := s.account.tag(id(r, "id"))
	if tag == nil {
		return notFound()
	}
	return f(tag)
}
