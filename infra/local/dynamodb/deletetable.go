package dynamodb

import "clientflow/infra/local/iam"

// deleteTable deletes a table with its items at once. Its stream can still be
// read to the end.
func (db *DB) deleteTable(caller iam.Principal, in tableNameRequest) (tableDescriptionAnswer, error) {
	t, err := db.managed(caller, "DeleteTable", in.TableName)
	if err != nil {
		return tableDescriptionAnswer{}, err
	}
	if t.protected {
		return tableDescriptionAnswer{}, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	delete(db.tables, in.TableName)
	if t.stream != nil {
		t.stream.end()
	}
	description := t.describe()
	description.TableStatus = "DELETING"
	return tableDescriptionAnswer{description}, nil
}
