package expression

import "clientflow/infra/local/dynamodb/attribute"

// Projection picks parts of an item.
type Projection struct{ paths []Path }

// ParseProjection reads a ProjectionExpression. A mistake in it is an
// *attribute.Error.
func ParseProjection(text string, placeholders *Placeholders) (*Projection, error) {
	p, err := newParser("ProjectionExpression", text, placeholders)
	if err != nil {
		return nil, err
	}
	paths, err := p.paths()
	if err != nil {
		return nil, err
	}
	p.distinct(paths)
	return &Projection{paths: paths}, p.finish()
}

// paths reads paths with commas between.
func (p *parser) paths() ([]Path, error) {
	var paths []Path
	for {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
		if !p.take(",") {
			return paths, nil
		}
	}
}

// Attributes are the top-level attributes that the projection picks from.
func (p *Projection) Attributes() []string {
	names := make([]string, len(p.paths))
	for i, path := range p.paths {
		names[i] = path.Attribute()
	}
	return names
}

// Of returns the parts of an item that the projection picks, in the places
// where they stand; of a list only the elements picked remain.
func (p *Projection) Of(item attribute.Item) attribute.Item { return pick(item, p.paths) }

func pick(item attribute.Item, paths []Path) attribute.Item {
	whole := &tree{}
	for _, path := range paths {
		whole.add(path)
	}
	picked, ok := whole.of(item).(attribute.Map)
	if !ok {
		return attribute.Item{}
	}
	return picked
}

// tree holds paths by their first step; a tree without branches takes all.
type tree struct{ branches map[step]*tree }

func (t *tree) add(path Path) {
	if len(path) == 0 {
		return
	}
	if t.branches == nil {
		t.branches = map[step]*tree{}
	}
	branch := t.branches[path[0]]
	if branch == nil {
		branch = &tree{}
		t.branches[path[0]] = branch
	}
	branch.add(path[1:])
}

// of returns the part of a value that the tree takes; nil when there is none.
func (t *tree) of(value attribute.Value) attribute.Value {
	if t.branches == nil {
		return value
	}
	switch value := value.(type) {
	case attribute.Map:
		return t.ofMap(value)
	case attribute.List:
		return t.ofList(value)
	}
	return nil
}

func (t *tree) ofMap(value attribute.Map) attribute.Value {
	picked := attribute.Map{}
	for s, branch := range t.branches {
		if part := branch.of(s.in(value)); part != nil {
			picked[s.name] = part
		}
	}
	if len(picked) == 0 {
		return nil
	}
	return picked
}

func (t *tree) ofList(value attribute.List) attribute.Value {
	var picked attribute.List
	for i := range value {
		branch := t.branches[step{index: i}]
		if branch == nil {
			continue
		}
		if part := branch.of(value[i]); part != nil {
			picked = append(picked, part)
		}
	}
	if len(picked) == 0 {
		return nil
	}
	return picked
}
