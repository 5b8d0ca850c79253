package dynamodb

import (
	"slices"

	"clientflow/infra/local/iam"
)

type listTablesRequest struct {
	ExclusiveStartTableName string
	Limit                   *int
}

type listTablesAnswer struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

// maxTableNames is how many names one answer of ListTables holds.
const maxTableNames = 100

// listTables lists the names of the tables in their order.
func (db *DB) listTables(caller iam.Principal, in listTablesRequest) (listTablesAnswer, error) {
	limit := maxTableNames
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > maxTableNames {
		return listTablesAnswer{}, invalid("Limit must be greater than or equal to 1 and less than or equal to %d", maxTableNames)
	}
	if err := authorize(caller, "ListTables", "*"); err != nil {
		return listTablesAnswer{}, err
	}
	names := sortedKeys(db.tables)
	names = slices.DeleteFunc(names, func(name string) bool { return name <= in.ExclusiveStartTableName })
	if len(names) <= limit {
		return listTablesAnswer{TableNames: append([]string{}, names...)}, nil
	}
	return listTablesAnswer{TableNames: names[:limit], LastEvaluatedTableName: names[limit-1]}, nil
}
