// Package dynamodb is a DynamoDB in memory, for running and testing ClientFlow
// without AWS. It answers the operations that ClientFlow calls, and those that
// a table's owner calls to make tables, as AWS answers them: conditions,
// indexes, transactions, pages, capacities, errors and their words. Every other
// operation, and every member of a request that it does not know, is an error.
//
// There is one writer: each operation runs alone, from its first look at a
// table to its last. What a table did is kept in its Stream.
//
// It must not know what ClientFlow stores, and nothing that is deployed may
// import it.
package dynamodb

import (
	"sync"
	"time"
)

// DB is a DynamoDB: the tables of one account in one region. It is safe for
// concurrent use.
type DB struct {
	clock func() time.Time

	mu     sync.Mutex
	tables map[string]*table
	tokens tokens
	faults injector
	// sequence is the number of the last change that a stream recorded.
	sequence uint64
}

// New makes a DB without tables. The clock tells what is expired, how far an
// index lags behind and when a change was made.
func New(clock func() time.Time) *DB {
	return &DB{clock: clock, tables: map[string]*table{}, tokens: tokens{requests: map[string][]byte{}}}
}
