package dynamodb

import (
	"slices"
	"time"

	"clientflow/infra/local/wire"
)

// Faults are what a DynamoDB does now and then and a test wants done. Shares
// lie between 0 and 1 and are met exactly: of 0.5 it is every second one.
type Faults struct {
	// ThrottledWrites is the share of the writes (each item of a batch and
	// each transaction is one) that are throttled.
	ThrottledWrites float64
	// TransactionConflicts is the share of the TransactWriteItems calls that
	// are cancelled because another transaction is under way on their items.
	TransactionConflicts float64
	// IndexDelay is how long a change takes, by the DB's clock, until queries
	// and scans of the global secondary indexes see it.
	IndexDelay time.Duration
	// IndexBacklog is how many of the latest changes queries and scans of a
	// global secondary index do not see.
	IndexBacklog int
	// RepeatedRecords is the share of the stream's records that a Read
	// returns twice.
	RepeatedRecords float64
}

// SetFaults makes faults happen from now on; the zero Faults ends them.
func (db *DB) SetFaults(faults Faults) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.faults = injector{Faults: faults}
	for _, t := range db.tables {
		if t.stream != nil {
			t.stream.repeat(faults.RepeatedRecords)
		}
	}
}

// injector decides when a fault happens.
type injector struct {
	Faults
	throttling, conflict quota
}

// quota adds up a share until it makes a whole.
type quota float64

func (q *quota) due(share float64) bool {
	*q += quota(share)
	if *q < 1 {
		return false
	}
	*q--
	return true
}

func (i *injector) lags() bool { return i.IndexDelay > 0 || i.IndexBacklog > 0 }

// throttle fails a write to the table when one is due to be throttled.
func (i *injector) throttle(t *table) error {
	if !i.throttling.due(i.ThrottledWrites) {
		return nil
	}
	if t.onDemand {
		return wire.Errorf("ThrottlingException", "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html")
	}
	return wire.Errorf("ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.")
}

// visible is how many of the changes that lag behind reads see by now.
func (ix *index) visible(faults Faults, now time.Time) int {
	visible := max(0, len(ix.lagging)-faults.IndexBacklog)
	for i, lag := range ix.lagging[:visible] {
		if now.Before(lag.at.Add(faults.IndexDelay)) {
			return i
		}
	}
	return visible
}

// settle applies the first so many of the changes that lag behind.
func (ix *index) settle(count int) {
	for _, lag := range ix.lagging[:count] {
		ix.apply(lag.change)
	}
	ix.lagging = slices.Delete(ix.lagging, 0, count)
}
