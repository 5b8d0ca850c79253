package template

import "slices"

// readConditions indexes the Conditions section and works every condition out,
// so that one which nobody uses is checked too.
func (s *scope) readConditions(section value) error {
	err := section.each(func(name string, v value) error {
		s.conditions[name] = v
		return nil
	})
	if err != nil {
		return err
	}
	return section.each(func(name string, v value) error {
		_, err := s.holds(name, v)
		return err
	})
}

// holds works a condition out by its name; no name is a condition that holds.
func (s *scope) holds(name string, used value) (bool, error) {
	if name == "" {
		return true, nil
	}
	condition, ok := s.conditions[name]
	if !ok {
		return false, used.errorf("there is no condition %q", name)
	}
	if err := s.enter("condition "+name, used); err != nil {
		return false, err
	}
	defer s.leave()
	return s.truth(condition)
}

// truth works out what stands for true or false: Equals, Not, And, Or, or
// another condition.
func (s *scope) truth(v value) (bool, error) {
	name, argument, ok := v.intrinsic()
	if !ok {
		var other string
		if err := v.object(fields{"Condition": text(&other)}, "Condition"); err != nil {
			return false, err
		}
		return s.holds(other, v)
	}
	switch name {
	case "Condition":
		other, err := argument.text()
		if err != nil {
			return false, err
		}
		return s.holds(other, argument)
	case "Equals":
		return s.equal(argument)
	case "Not":
		all, err := s.truths(argument, 1, 1)
		return err == nil && !all[0], err
	case "And":
		all, err := s.truths(argument, 2, 10)
		return err == nil && !slices.Contains(all, false), err
	case "Or":
		all, err := s.truths(argument, 2, 10)
		return slices.Contains(all, true), err
	default:
		return false, argument.errorf("the local AWS does not know the condition function %s", name)
	}
}

func (s *scope) truths(v value, least, most int) ([]bool, error) {
	var all []bool
	err := v.items(func(item value) error {
		one, err := s.truth(item)
		all = append(all, one)
		return err
	})
	if err == nil && (len(all) < least || len(all) > most) {
		err = v.errorf("takes %d to %d conditions, not %d", least, most, len(all))
	}
	return all, err
}

func (s *scope) equal(v value) (bool, error) {
	args, err := s.arguments(v, 2)
	if err != nil {
		return false, err
	}
	var words [2]string
	for i := range args {
		if words[i], err = args[i].text(); err != nil {
			return false, err
		}
	}
	return words[0] == words[1], nil
}

// ifElse is Fn::If. Only the branch that is taken is worked out, as the other may
// refer to resources that do not exist.
func (s *scope) ifElse(v value) (value, error) {
	var branches []value
	err := v.items(func(item value) error {
		branches = append(branches, item)
		return nil
	})
	if err != nil {
		return value{}, err
	}
	if len(branches) != 3 {
		return value{}, v.errorf("takes a condition and two values, not %d arguments", len(branches))
	}
	name, err := branches[0].text()
	if err != nil {
		return value{}, err
	}
	holds, err := s.holds(name, v)
	if err != nil {
		return value{}, err
	}
	if holds {
		return s.evaluate(branches[1])
	}
	return s.evaluate(branches[2])
}
