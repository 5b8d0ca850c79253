package dynamodb

import (
	"time"

	"clientflow/infra/local/dynamodb/attribute"
	"clientflow/infra/local/iam"
)

type timeToLiveSpecification struct {
	AttributeName string
	Enabled       bool
}

type updateTimeToLiveRequest struct {
	TableName               string
	TimeToLiveSpecification *timeToLiveSpecification
}

type updateTimeToLiveAnswer struct{ TimeToLiveSpecification timeToLiveSpecification }

type timeToLiveDescription struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

type describeTimeToLiveAnswer struct{ TimeToLiveDescription timeToLiveDescription }

// updateTimeToLive makes items expire, or no longer.
func (db *DB) updateTimeToLive(caller iam.Principal, in updateTimeToLiveRequest) (updateTimeToLiveAnswer, error) {
	wanted := in.TimeToLiveSpecification
	if err := checkPresent("timeToLiveSpecification", wanted != nil); err != nil {
		return updateTimeToLiveAnswer{}, err
	}
	if wanted.AttributeName == "" {
		return updateTimeToLiveAnswer{}, invalid("TimeToLiveSpecification.AttributeName must be non empty")
	}
	t, err := db.managed(caller, "UpdateTimeToLive", in.TableName)
	if err != nil {
		return updateTimeToLiveAnswer{}, err
	}
	switch {
	case wanted.Enabled && t.expiry == wanted.AttributeName:
		return updateTimeToLiveAnswer{}, invalid("TimeToLive is already enabled")
	case wanted.Enabled && t.expiry != "", !wanted.Enabled && t.expiry != "" && t.expiry != wanted.AttributeName:
		return updateTimeToLiveAnswer{}, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.expiry)
	case !wanted.Enabled && t.expiry == "":
		return updateTimeToLiveAnswer{}, invalid("TimeToLive is already disabled")
	}
	t.expiry = ""
	if wanted.Enabled {
		t.expiry = wanted.AttributeName
	}
	return updateTimeToLiveAnswer{*wanted}, nil
}

// describeTimeToLive tells by which attribute items expire.
func (db *DB) describeTimeToLive(caller iam.Principal, in tableNameRequest) (describeTimeToLiveAnswer, error) {
	t, err := db.managed(caller, "DescribeTimeToLive", in.TableName)
	if err != nil {
		return describeTimeToLiveAnswer{}, err
	}
	if t.expiry == "" {
		return describeTimeToLiveAnswer{timeToLiveDescription{TimeToLiveStatus: "DISABLED"}}, nil
	}
	return describeTimeToLiveAnswer{timeToLiveDescription{TimeToLiveStatus: "ENABLED", AttributeName: t.expiry}}, nil
}

// tooOldToExpire is how far in the past a time of expiry is taken for a mistake.
const tooOldToExpire = 5 * 365 * 24 * time.Hour

// SweepExpired deletes the items that have expired by the DB's clock, as AWS
// does within some days, and returns how many there were.
func (db *DB) SweepExpired() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	swept := 0
	for _, name := range sortedKeys(db.tables) {
		for _, expired := range db.tables[name].expired(db.clock()) {
			db.apply(expired, timeToLive())
			swept++
		}
	}
	return swept
}

// expired returns the deletions that are due.
func (t *table) expired(now time.Time) []mutation {
	if t.expiry == "" {
		return nil
	}
	var due []mutation
	for key, item := range t.items.Ascend("", endOfKeys) {
		expiry, ok := item[t.expiry].(attribute.Number)
		if !ok {
			continue
		}
		seconds, ok := expiry.Int64()
		if ok && seconds < now.Unix() && seconds > now.Add(-tooOldToExpire).Unix() {
			due = append(due, mutation{table: t, key: key, old: item})
		}
	}
	return due
}
