package lead

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenantdb"
)

// erasuresPage is how many erasures one answer has at most.
const erasuresPage = 100

// erasures is a part of the list of a tenant's erasures.
type erasures struct {
	// Erasures are in no order that means anything, and never nil.
	Erasures []Erasure `json:"erasures"`
	// NextCursor is where the list goes on; nil when it is at its end.
	NextCursor *string `json:"nextCursor"`
}

// erasures returns a page of the erasures, those that are done among them, from
// behind the one of the lead after; "" for the beginning.
func (l Leads) erasures(ctx context.Context, after string) (erasures, error) {
	query := tenantdb.Query{
		Sort:   "begins_with(" + SortKey + ", :prefix)",
		Values: tenantdb.Item{":prefix": text(erasureKey)},
		Limit:  erasuresPage,
	}
	if after != "" {
		query.After = tenantdb.Item{SortKey: text(erasureKey + after)}
	}
	read, err := l.items.Query(ctx, query)
	if err != nil {
		return erasures{}, fmt.Errorf("list the erasures: %w", err)
	}
	page := erasures{Erasures: []Erasure{}}
	if err := attributevalue.UnmarshalListOfMaps(read.Items, &page.Erasures); err != nil {
		return erasures{}, fmt.Errorf("read the stored erasures: %w", err)
	}
	if read.Next != nil && len(page.Erasures) > 0 {
		page.NextCursor = &page.Erasures[len(page.Erasures)-1].LeadID
	}
	return page, nil
}

func serveErasures(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	query, err := r.Query()
	if err != nil {
		return httpapi.Response{}, err
	}
	var fields problem.Fields
	after := single(query, &fields)("cursor")
	if after != "" && !idShape.MatchString(after) {
		fields.Add("cursor", "is not a nextCursor of this list")
	}
	if err := fields.Err(); err != nil {
		return httpapi.Response{}, err
	}
	found, err := leads.erasures(ctx, after)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, found)
}
