package dynamodb

import (
	"slices"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/dynamodb/expression"
	"clientflow/infra/local/iam"
)

// maxPage is how many bytes of items one Query or Scan looks at.
const maxPage = 1024 * 1024

// pageRequest is what Query and Scan have in common.
type pageRequest struct {
	TableName                 string
	IndexName                 string
	ConsistentRead            bool
	ExclusiveStartKey         attribute.Item
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attribute.Values
	FilterExpression          *string
	ProjectionExpression      *string
	Limit                     *int
	Select                    string
	ReturnConsumedCapacity    string
}

// pageAnswer is the answer of Query and Scan.
type pageAnswer struct {
	Items            []attribute.Item `json:",omitzero"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attribute.Item    `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// pageReader is a pageRequest with its expressions parsed.
type pageReader struct {
	pageRequest
	filter     *expression.Condition
	projection *expression.Projection
	// filtered and projected are the attributes that they name.
	filtered, projected []string
}

// newPageReader checks and parses the request. Texts are the expressions
// besides the filter and the projection; their user parses them with the
// placeholders that are returned.
func newPageReader(in pageRequest, texts ...text) (*pageReader, *expression.Placeholders, error) {
	if err := in.check(); err != nil {
		return nil, nil, err
	}
	filter := text{kind: "FilterExpression", value: in.FilterExpression}
	projection := text{kind: "ProjectionExpression", value: in.ProjectionExpression, plain: true}
	shared, err := placeholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues, append([]text{filter, projection}, texts...)...)
	if err != nil {
		return nil, nil, err
	}
	r := &pageReader{pageRequest: in}
	if r.filter, err = parseCondition(filter, shared); err != nil {
		return nil, nil, err
	}
	if r.projection, err = parseProjection(in.ProjectionExpression, shared); err != nil {
		return nil, nil, err
	}
	if r.filter != nil {
		r.filtered = r.filter.Attributes()
	}
	if r.projection != nil {
		r.projected = r.projection.Attributes()
	}
	return r, shared, nil
}

func (in pageRequest) check() error {
	if err := checkName("tableName", in.TableName); err != nil {
		return err
	}
	if in.Limit != nil && *in.Limit < 1 {
		return invalid("Limit must be greater than or equal to 1")
	}
	if err := checkReturnConsumedCapacity(in.ReturnConsumedCapacity); err != nil {
		return err
	}
	return in.checkSelect()
}

func (in pageRequest) checkSelect() error {
	if err := checkOneOf("select", in.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"); err != nil {
		return err
	}
	projects := in.ProjectionExpression != nil
	switch {
	case in.Select == "SPECIFIC_ATTRIBUTES" && !projects:
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case in.Select == "COUNT" && projects:
		return invalid("Cannot specify the ProjectionExpression when choosing to get only the Count")
	case (in.Select == "ALL_ATTRIBUTES" || in.Select == "ALL_PROJECTED_ATTRIBUTES") && projects:
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", in.Select)
	case in.Select == "ALL_PROJECTED_ATTRIBUTES" && in.IndexName == "":
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return nil
}

// selects is the Select that holds when the request has none.
func (in pageRequest) selects() string {
	switch {
	case in.Select != "":
		return in.Select
	case in.ProjectionExpression != nil:
		return "SPECIFIC_ATTRIBUTES"
	case in.IndexName != "":
		return "ALL_PROJECTED_ATTRIBUTES"
	}
	return "ALL_ATTRIBUTES"
}

// open finds what is to be read, if the caller may read it. key holds the
// partition key that the request names, if any.
func (db *DB) open(caller iam.Principal, operation string, r *pageReader, key attribute.Item) (*source, error) {
	a := access{attributes: slices.Concat(r.filtered, r.projected), selects: r.selects()}
	if key != nil {
		a.keys = []attribute.Item{key}
	}
	if err := db.authorizeItems(caller, operation, r.TableName, r.IndexName, a); err != nil {
		return nil, err
	}
	t := db.tables[r.TableName]
	if t == nil {
		return nil, noTable()
	}
	s := &source{table: t, schema: t.schema, entries: &t.items}
	if r.IndexName == "" {
		return s, nil
	}
	ix, err := t.index(r.IndexName)
	if err != nil {
		return nil, err
	}
	ix.settle(ix.visible(db.faults.Faults, db.clock()))
	s.index, s.schema, s.entries = ix, ix.schema, &ix.entries
	return s, r.checkIndex(ix)
}

// checkIndex checks that the index can answer the request.
func (r *pageReader) checkIndex(ix *index) error {
	if ix.global && r.ConsistentRead {
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	if ix.global && r.Select == "ALL_ATTRIBUTES" && ix.projection.kind != "ALL" {
		return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", ix.name)
	}
	if missing := ix.missing(r.projected); ix.global && len(missing) > 0 {
		return invalid("One or more parameter values were invalid: Global secondary index %s does not project %v", ix.name, missing)
	}
	if missing := ix.missing(r.filtered); len(missing) > 0 {
		return invalid("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: %v", ix.name, missing)
	}
	return nil
}
