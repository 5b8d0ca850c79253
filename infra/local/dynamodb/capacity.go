package dynamodb

import "clientflow/infra/local/dynamodb/attribute"

// The sizes that one unit of capacity pays for, in bytes.
const (
	readUnit  = 4 * 1024
	writeUnit = 1024
)

// writeUnits is what writing an item of a size costs.
func writeUnits(size int) float64 { return float64(max(1, (size+writeUnit-1)/writeUnit)) }

// readUnits is what reading so many bytes costs. An eventually consistent read
// costs half.
func readUnits(size int, consistent bool) float64 {
	units := float64(max(1, (size+readUnit-1)/readUnit))
	if !consistent {
		units /= 2
	}
	return units
}

// readCapacity is what a strongly consistent read of an item costs.
func readCapacity(item attribute.Item) capacity {
	return capacity{table: readUnits(attribute.ItemSize(item), true)}
}

// capacity is what an operation consumed of a table and of its indexes.
type capacity struct {
	table         float64
	global, local map[string]float64
}

func (c *capacity) addIndex(ix *index, units float64) {
	if units == 0 {
		return
	}
	of := &c.local
	if ix.global {
		of = &c.global
	}
	if *of == nil {
		*of = map[string]float64{}
	}
	(*of)[ix.name] += units
}

// add adds what another operation consumed of the same table, times a factor.
func (c *capacity) add(other capacity, factor float64) {
	c.table += other.table * factor
	c.global = addUnits(c.global, other.global, factor)
	c.local = addUnits(c.local, other.local, factor)
}

func addUnits(to, from map[string]float64, factor float64) map[string]float64 {
	if to == nil && len(from) > 0 {
		to = map[string]float64{}
	}
	for name, units := range from {
		to[name] += units * factor
	}
	return to
}

func (c capacity) total() float64 {
	total := c.table
	for _, units := range c.global {
		total += units
	}
	for _, units := range c.local {
		total += units
	}
	return total
}

// consumedCapacity is the ConsumedCapacity of an answer.
type consumedCapacity struct {
	TableName              string
	CapacityUnits          float64
	Table                  *units           `json:",omitempty"`
	LocalSecondaryIndexes  map[string]units `json:",omitempty"`
	GlobalSecondaryIndexes map[string]units `json:",omitempty"`
}

type units struct{ CapacityUnits float64 }

// report answers ReturnConsumedCapacity; it is nil for NONE.
func (c capacity) report(table, mode string) *consumedCapacity {
	switch mode {
	case "TOTAL":
		return &consumedCapacity{TableName: table, CapacityUnits: c.total()}
	case "INDEXES":
		return &consumedCapacity{
			TableName: table, CapacityUnits: c.total(), Table: &units{c.table},
			LocalSecondaryIndexes: eachUnits(c.local), GlobalSecondaryIndexes: eachUnits(c.global),
		}
	}
	return nil
}

func eachUnits(of map[string]float64) map[string]units {
	each := make(map[string]units, len(of))
	for name, consumed := range of {
		each[name] = units{consumed}
	}
	return each
}

// capacities is what an operation consumed of several tables, by name.
type capacities map[string]*capacity

func (c capacities) of(table string) *capacity {
	if c[table] == nil {
		c[table] = &capacity{}
	}
	return c[table]
}

// report answers ReturnConsumedCapacity, a table at a time in the order of names.
func (c capacities) report(mode string) []*consumedCapacity {
	var reports []*consumedCapacity
	for _, name := range sortedKeys(c) {
		if report := c[name].report(name, mode); report != nil {
			reports = append(reports, report)
		}
	}
	return reports
}
