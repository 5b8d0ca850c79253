package iam

import "strings"

// Grant is one action that a policy's statements allow on one resource, both as
// the policy words them. Conditions are left aside.
type Grant struct {
	action   pattern
	resource arnPattern
}

// Grants returns what the policy allows, so that it can be held against what was
// used of it.
func (p Policy) Grants() []Grant {
	var grants []Grant
	for _, s := range p.statements {
		if s.effect != allowed {
			continue
		}
		for _, action := range s.actions {
			for _, resource := range s.resources {
				grants = append(grants, Grant{action, resource})
			}
		}
	}
	return grants
}

// Covers tells whether a decision is about this action on this resource.
func (g Grant) Covers(d Decision) bool {
	none := func(string) []string { return nil }
	return g.action.match(strings.ToLower(d.Action), none) && g.resource.match(d.Resource, none)
}

// String returns the action, in lower case, and the resource.
func (g Grant) String() string { return g.action.String() + " on " + g.resource.String() }

// String returns the pattern as a policy words it.
func (p pattern) String() string {
	var text strings.Builder
	for _, t := range p {
		switch t.kind {
		case anyText:
			text.WriteByte('*')
		case anyChar:
			text.WriteByte('?')
		case variable:
			text.WriteString("${" + t.key + "}")
		default:
			text.WriteRune(t.char)
		}
	}
	return text.String()
}

// String returns the ARN as a policy words it.
func (a arnPattern) String() string {
	if a.segments == nil {
		return "*"
	}
	parts := make([]string, len(a.segments))
	for i, p := range a.segments {
		parts[i] = p.String()
	}
	return strings.Join(parts, ":")
}
