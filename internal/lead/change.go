package lead

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenantdb"
)

const maxNotes = 5000

// change is what the IB changes of a lead; nil leaves a part as it is.
type change struct {
	status *Status
	notes  *string
}

// parseChange reads the body of PATCH /leads/{leadId}, or returns an Invalid
// problem that names every bad member.
func parseChange(object httpapi.Object) (change, error) {
	var fields problem.Fields
	var c change
	if object.Has("status") {
		text := object.Text("status", &fields)
		status := checker{nil, &fields}.status(text)
		c.status = &status
	}
	if object.Has("notes") {
		notes, complaint := paragraphs(object.Text("notes", &fields), maxNotes)
		if complaint != "" {
			fields.Add("notes", complaint)
		}
		c.notes = &notes
	}
	return c, fields.Err()
}

// change changes a lead and returns what it is then.
func (l Leads) change(ctx context.Context, leadID string, c change) (Lead, error) {
	update := tenantdb.Change{
		Expression: "SET updatedAt = :now",
		Values:     tenantdb.Item{":now": text(Stamp(l.now()))},
		Return:     types.ReturnValueAllNew,
	}
	if c.status != nil {
		update.Expression += ", #status = :status"
		update.Names = map[string]string{"#status": "status"} // a reserved word
		update.Values[":status"] = text(*c.status)
	}
	if c.notes != nil {
		update.Expression += ", notes = :notes"
		update.Values[":notes"] = text(*c.notes)
	}
	item, err := l.update(ctx, leadID, update)
	if err != nil {
		return Lead{}, err
	}
	return read(item)
}
