package template

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// parameter is the declaration of one parameter.
type parameter struct {
	kind       string
	noEcho     bool
	value      string
	hasDefault bool
	allowed    []string
	pattern    *regexp.Regexp
	wanted     string // the pattern as written
	min, max   *float64
}

// readParameters takes the values of all parameters and checks them.
func (s *scope) readParameters(section value) error {
	err := section.each(func(name string, v value) error {
		p, err := readParameter(v)
		if err != nil {
			return err
		}
		if value, ok := s.givenParameter(name); ok {
			p.value = value
		} else if !p.hasDefault {
			return v.errorf("has no default and was not given")
		}
		if problem := p.problem(); problem != "" {
			return v.errorf("%q %s", p.value, problem)
		}
		s.parameters[name] = p.value
		if p.noEcho {
			s.hidden[name] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.checkKnown(section)
}

func (s *scope) givenParameter(name string) (string, bool) {
	if value, ok := s.options.Parameters[name]; ok {
		return value, true
	}
	value, ok := s.options.Defaults[name]
	return value, ok
}

// checkKnown refuses values for parameters that the template does not have.
func (s *scope) checkKnown(section value) error {
	for _, name := range slices.Sorted(maps.Keys(s.options.Parameters)) {
		if _, ok := s.parameters[name]; ok {
			continue
		}
		known := slices.Sorted(maps.Keys(s.parameters))
		problem := name + " is not a parameter of this template; it has " + strings.Join(known, ", ")
		return &Error{File: s.file, Line: max(1, section.line()), Place: "Parameters", Problem: problem}
	}
	return nil
}

func (v value) line() int {
	if !v.present() {
		return 0
	}
	return v.node.Line
}

func readParameter(v value) (parameter, error) {
	var p parameter
	err := v.object(fields{
		"Type":                  oneOf(&p.kind, "String", "Number"),
		"Description":           ignored,
		"ConstraintDescription": ignored,
		"NoEcho":                flag(&p.noEcho),
		"AllowedValues":         texts(&p.allowed),
		"AllowedPattern":        p.readPattern,
		"MinValue":              bound(&p.min),
		"MaxValue":              bound(&p.max),
		"Default": func(v value) error {
			p.hasDefault = true
			return text(&p.value)(v)
		},
	}, "Type")
	return p, err
}

func (p *parameter) readPattern(v value) error {
	var err error
	if p.wanted, err = v.text(); err != nil {
		return err
	}
	// AWS wants the whole value to match.
	if p.pattern, err = regexp.Compile(`\A(?:` + p.wanted + `)\z`); err != nil {
		return v.errorf("is no regular expression that is known here: %v", err)
	}
	return nil
}

func bound(target **float64) reader {
	return func(v value) error {
		word, err := v.text()
		if err != nil {
			return err
		}
		limit, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return v.errorf("must be a number, not %q", word)
		}
		*target = &limit
		return nil
	}
}

// problem says what is wrong with the value, or nothing.
func (p parameter) problem() string {
	if len(p.allowed) > 0 && !slices.Contains(p.allowed, p.value) {
		return "is not one of " + strings.Join(p.allowed, ", ")
	}
	if p.pattern != nil && !p.pattern.MatchString(p.value) {
		return "does not match " + p.wanted
	}
	if p.kind != "Number" {
		return ""
	}
	n, err := strconv.ParseFloat(p.value, 64)
	switch {
	case err != nil:
		return "is not a number"
	case p.min != nil && n < *p.min:
		return "is less than " + strconv.FormatFloat(*p.min, 'g', -1, 64)
	case p.max != nil && n > *p.max:
		return "is more than " + strconv.FormatFloat(*p.max, 'g', -1, 64)
	}
	return ""
}
