package expression

import "clientflow/infra/local/dynamodb/attribute"

// Update is a parsed update expression.
type Update struct {
	sets     []assignment
	removals []Path
	adds     []change
	deletes  []change
	// paths are those that the update writes to.
	paths      []Path
	attributes []string
}

// assignment is one action of SET.
type assignment struct {
	path  Path
	value expression
}

// change is one action of ADD or DELETE.
type change struct {
	path  Path
	value attribute.Value
}

// ParseUpdate reads an UpdateExpression. A mistake in it is an *attribute.Error.
func ParseUpdate(text string, placeholders *Placeholders) (*Update, error) {
	p, err := newParser("UpdateExpression", text, placeholders)
	if err != nil {
		return nil, err
	}
	u := &Update{}
	for sections := map[string]bool{}; ; {
		if err := p.section(u, sections); err != nil {
			return nil, err
		}
		if p.peek().kind == tokenEnd {
			break
		}
	}
	u.attributes = p.attributes
	p.distinct(u.paths)
	return u, p.finish()
}

// Attributes are the top-level attributes that the update reads or writes.
func (u *Update) Attributes() []string { return u.attributes }

// Targets are the top-level attributes that the update writes to.
func (u *Update) Targets() []string {
	names := make([]string, len(u.paths))
	for i, path := range u.paths {
		names[i] = path.Attribute()
	}
	return names
}

// Touched returns the parts of an item that the update writes to.
func (u *Update) Touched(item attribute.Item) attribute.Item { return pick(item, u.paths) }

// section reads SET, REMOVE, ADD or DELETE and its actions.
func (p *parser) section(u *Update, seen map[string]bool) error {
	name := p.peek().text
	action := p.action()
	if action == nil {
		return p.syntaxError()
	}
	p.next()
	if seen[name] {
		p.note(faultSection, `The "%s" section can only be used once in an update expression;`, name)
	}
	seen[name] = true
	for {
		if err := action(u); err != nil {
			return err
		}
		if !p.take(",") {
			return nil
		}
	}
}

// action is what reads one action of the section that the next token opens.
func (p *parser) action() func(*Update) error {
	t := p.peek()
	if t.kind != tokenKeyword {
		return nil
	}
	switch t.text {
	case "SET":
		return p.set
	case "REMOVE":
		return p.remove
	case "ADD":
		return p.add
	case "DELETE":
		return p.delete
	}
	return nil
}

func (p *parser) target(u *Update) (Path, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	p.operators++
	u.paths = append(u.paths, path)
	return path, nil
}

func (p *parser) set(u *Update) error {
	path, err := p.target(u)
	if err != nil {
		return err
	}
	if err := p.expect("="); err != nil {
		return err
	}
	value, err := p.assigned()
	u.sets = append(u.sets, assignment{path, value})
	return err
}

func (p *parser) remove(u *Update) error {
	path, err := p.target(u)
	u.removals = append(u.removals, path)
	return err
}

func (p *parser) add(u *Update) error {
	c, err := p.change(u, "ADD")
	u.adds = append(u.adds, c)
	return err
}

func (p *parser) delete(u *Update) error {
	c, err := p.change(u, "DELETE")
	u.deletes = append(u.deletes, c)
	return err
}

func (p *parser) change(u *Update, operator string) (change, error) {
	path, err := p.target(u)
	if err != nil {
		return change{}, err
	}
	value, err := p.value()
	p.checkChange(operator, value)
	return change{path, value.Value}, err
}

// checkChange notes a value that can be neither added nor, for DELETE, taken out.
func (p *parser) checkChange(operator string, value literal) {
	var word string
	switch value.kind() {
	case attribute.KindString:
		word = "STRING"
	case attribute.KindNumber:
		if operator == "ADD" {
			return
		}
		word = "NUMBER"
	case attribute.KindBinary:
		word = "BINARY"
	case attribute.KindBool:
		word = "BOOLEAN"
	case attribute.KindNull:
		word = "NULL"
	case attribute.KindList:
		word = "LIST"
	case attribute.KindMap:
		word = "MAP"
	default:
		return
	}
	p.note(faultType, "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND", operator, word, operator)
}
