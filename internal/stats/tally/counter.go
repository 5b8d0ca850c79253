package tally

// counter is a stored counter item: the totals, or one day.
type counter struct {
	// LastSequence is the last record counted; "" in an item that is not there.
	LastSequence Sequence `dynamodbav:"lastSequence"`

	// ByStatus and ByType are the totals.
	ByStatus map[string]int `dynamodbav:"byStatus,omitempty"`
	ByType   map[string]int `dynamodbav:"byType,omitempty"`

	// Quarters are the arrivals of a day in UTC by the time at which a quarter of
	// an hour began, such as "09:45".
	Quarters map[string]int `dynamodbav:"quarters,omitempty"`
}

const quarterLayout = "15:04"

// adder counts a lead n times more, n being 1 or -1.
type adder func(c *counter, l Lead, n int)

// apply counts what was not counted yet, and tells whether anything was.
func (c *counter) apply(changes []Change, add adder) bool {
	counted := false
	for _, change := range changes {
		if change.Sequence <= c.LastSequence {
			continue
		}
		if change.Before != nil {
			add(c, *change.Before, -1)
		}
		if change.After != nil {
			add(c, *change.After, 1)
		}
		c.LastSequence = change.Sequence
		counted = true
	}
	return counted
}

// addToTotals is the adder of the totals. Each lead has one status, so how many
// there are need not be kept beside.
func addToTotals(c *counter, l Lead, n int) {
	c.ByStatus = bump(c.ByStatus, l.Status, n)
	if l.Type != "" {
		c.ByType = bump(c.ByType, c.slot(l.Type), n)
	}
}

// slot returns the name under which a type is counted. A type keeps its name for
// good, also when no lead has it any more, so that what was added under a name
// is taken away under the same.
func (c *counter) slot(kind string) string {
	if _, known := c.ByType[kind]; known || kind == Other {
		return kind
	}
	known := len(c.ByType)
	if _, others := c.ByType[Other]; others {
		known--
	}
	if known < MaxTypes {
		return kind
	}
	return Other
}

// addToDay returns the adder of the counter of one day, which counts that day's
// leads alone.
func addToDay(key string) adder {
	return func(c *counter, l Lead, n int) {
		if dayKey(l.CreatedAt) == key {
			at := l.CreatedAt.UTC().Truncate(Quarter).Format(quarterLayout)
			c.Quarters = bump(c.Quarters, at, n)
		}
	}
}

func bump(counts map[string]int, name string, n int) map[string]int {
	if counts == nil {
		counts = map[string]int{}
	}
	counts[name] += n
	return counts
}
