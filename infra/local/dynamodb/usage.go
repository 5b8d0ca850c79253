package dynamodb

// Usage is what was consumed of a table and its indexes, in units of capacity.
type Usage struct{ Read, Write float64 }

// Usage returns what was consumed of each table since it was made, by name. What was
// refused counts nothing.
func (db *DB) Usage() map[string]Usage {
	db.mu.Lock()
	defer db.mu.Unlock()
	used := map[string]Usage{}
	for name, t := range db.tables {
		used[name] = t.used
	}
	return used
}

func (t *table) read(c capacity) { t.used.Read += c.total() }

func (t *table) wrote(c capacity) { t.used.Write += c.total() }
