package reconcile

import (
	"context"
	"slices"

	"clientflow/internal/systeme"
	"clientflow/internal/tag"
)

func carries(contact systeme.Contact, tagID int64) bool {
	return slices.ContainsFunc(contact.Tags, func(t systeme.Tag) bool { return t.ID == tagID })
}

// takenOff returns the removals of those of an IB's workflows' tags that a lead shows and
// its contact does not carry. A tag is looked for by its id, since it may have another
// name in Systeme.io by now; one whose id is not known is left.
func (r *Reconciler) takenOff(ctx context.Context, contact systeme.Contact, prefix tag.Prefix, shown []string) ([]systeme.TagEvent, error) {
	var removals []systeme.TagEvent
	for _, name := range workflowTags() {
		text, err := prefix.Tag(string(name))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(shown, text) || slices.ContainsFunc(contact.Tags, func(t systeme.Tag) bool { return t.Name == text }) {
			continue
		}
		sought, err := r.sought(ctx, prefix, string(name))
		if err != nil {
			return nil, err
		}
		if sought.ID != 0 && !carries(contact, sought.ID) {
			removals = append(removals, systeme.TagEvent{Tag: sought})
		}
	}
	return removals, nil
}
