package iam

// Statements returns the elements of each statement as they were read, for whoever
// compares policies. They must not be changed.
func (p Policy) Statements() []map[string]any { return elements(p.statements) }

// Statements returns the elements of each statement as they were read; see
// Policy.Statements.
func (t Trust) Statements() []map[string]any { return elements(t.statements) }

func elements(statements []statement) []map[string]any {
	all := make([]map[string]any, len(statements))
	for i, s := range statements {
		all[i] = s.elements
	}
	return all
}
