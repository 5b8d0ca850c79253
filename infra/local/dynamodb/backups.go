package dynamodb

import "clientflow/infra/local/iam"

type pointInTimeRecovery struct{ PointInTimeRecoveryEnabled bool }

type updateContinuousBackupsRequest struct {
	TableName                        string
	PointInTimeRecoverySpecification *pointInTimeRecovery
}

type continuousBackups struct {
	ContinuousBackupsStatus        string
	PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
}

type continuousBackupsAnswer struct {
	ContinuousBackupsDescription continuousBackups
}

// updateContinuousBackups remembers whether a table can be restored as it was at some
// time; nothing is kept for that here.
func (db *DB) updateContinuousBackups(caller iam.Principal, in updateContinuousBackupsRequest) (continuousBackupsAnswer, error) {
	if err := checkPresent("pointInTimeRecoverySpecification", in.PointInTimeRecoverySpecification != nil); err != nil {
		return continuousBackupsAnswer{}, err
	}
	t, err := db.managed(caller, "UpdateContinuousBackups", in.TableName)
	if err != nil {
		return continuousBackupsAnswer{}, err
	}
	t.restorable = in.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
	return t.backups(), nil
}

// describeContinuousBackups tells whether a table can be restored.
func (db *DB) describeContinuousBackups(caller iam.Principal, in tableNameRequest) (continuousBackupsAnswer, error) {
	t, err := db.managed(caller, "DescribeContinuousBackups", in.TableName)
	if err != nil {
		return continuousBackupsAnswer{}, err
	}
	return t.backups(), nil
}

func (t *table) backups() continuousBackupsAnswer {
	var answer continuousBackupsAnswer
	d := &answer.ContinuousBackupsDescription
	d.ContinuousBackupsStatus, d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = "ENABLED", "DISABLED"
	if t.restorable {
		d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = "ENABLED"
	}
	return answer
}
