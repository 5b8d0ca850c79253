package lead

import (
	"context"
	"maps"
	"strings"

	"clientflow/internal/origin"
	"clientflow/internal/tenantdb"
)

// Signed adds to a change of a lead, or of its erasure, who makes it and by which
// request, from which the table's stream makes the audit trail. Every change of
// them must be signed: one that is not would be laid at the last signer's door.
func Signed(ctx context.Context, change tenantdb.Change) tenantdb.Change {
	by := origin.Of(ctx)
	change.Values = maps.Clone(change.Values)
	if change.Values == nil {
		change.Values = tenantdb.Item{}
	}
	change.Values[":changedBy"], change.Values[":changedIn"] = text(by.Actor), text(by.RequestID)
	const signature = "SET changedBy = :changedBy, changedIn = :changedIn"
	if rest, sets := strings.CutPrefix(change.Expression, "SET "); sets {
		change.Expression = signature + ", " + rest
	} else {
		change.Expression = signature + " " + change.Expression
	}
	return change
}
