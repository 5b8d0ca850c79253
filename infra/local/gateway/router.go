package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/time/rate"
)

// defaultPath is the path of the route that takes what no other takes.
const defaultPath = "$default"

// target is a route with what the API keeps for it.
type target struct {
	Route
	bucket     *rate.Limiter
	parameters []string // names, in the order of the path
}

// match is the route of a request.
type match struct {
	target     *target
	parameters map[string]string
}

// router finds routes. The most specific wins: a route that fits whole before a
// greedy one, fixed text before a parameter, a method of its own before ANY.
type router struct {
	root     *node
	fallback *target
}

// node is what routes have in common up to some segment of their paths.
type node struct {
	fixed     map[string]*node
	parameter *node
	ends      map[string]*target // by method, routes that end here
	greedy    map[string]*target // by method, routes that take all the rest
}

func newRouter() router { return router{root: newNode()} }

func newNode() *node {
	return &node{fixed: map[string]*node{}, ends: map[string]*target{}, greedy: map[string]*target{}}
}

func (r *router) add(t *target) error {
	if t.Path == defaultPath {
		if r.fallback != nil {
			return fmt.Errorf("the route %s is there twice", t.key())
		}
		r.fallback = t
		return nil
	}
	parts, err := segments(t.Path)
	if err != nil {
		return err
	}
	at := r.root
	ends := at.ends
	for i, part := range parts {
		name, isParameter := parameterName(part)
		greedy := isParameter && strings.HasSuffix(name, "+")
		switch {
		case greedy && i == len(parts)-1:
			t.parameters = append(t.parameters, strings.TrimSuffix(name, "+"))
			ends = at.greedy
			continue
		case isParameter && !greedy && name != "" && !slices.Contains(t.parameters, name):
			t.parameters = append(t.parameters, name)
			at = at.parameterNode()
		case !strings.ContainsAny(part, "{}") && part != "":
			at = at.fixedNode(part)
		default:
			return fmt.Errorf("the route %s has a malformed path", t.key())
		}
		ends = at.ends
	}
	if ends[t.Method] != nil {
		return fmt.Errorf("the route %s is there twice", t.key())
	}
	ends[t.Method] = t
	return nil
}

// parameterName returns what stands between the braces of a segment.
func parameterName(part string) (string, bool) {
	if !strings.HasPrefix(part, "{") || !strings.HasSuffix(part, "}") {
		return "", false
	}
	return part[1 : len(part)-1], true
}

func (n *node) fixedNode(part string) *node {
	if n.fixed[part] == nil {
		n.fixed[part] = newNode()
	}
	return n.fixed[part]
}

func (n *node) parameterNode() *node {
	if n.parameter == nil {
		n.parameter = newNode()
	}
	return n.parameter
}

// segments are the parts of a path between its slashes; / has none.
func segments(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, fmt.Errorf("the path %q does not begin with /", path)
	}
	if rest == "" {
		return nil, nil
	}
	return strings.Split(rest, "/"), nil
}

// match finds the route of a request. The path is as the request has it; what
// stands for parameters is decoded.
func (r *router) match(method, path string) (match, bool) {
	parts, err := segments(path)
	if err != nil { // such as the * of OPTIONS
		return match{}, false
	}
	var decoded []string
	for _, part := range parts {
		text, err := url.PathUnescape(part)
		if err != nil {
			return match{}, false
		}
		decoded = append(decoded, text)
	}
	for _, find := range []func(*node, string, []string) (*target, []string){(*node).whole, (*node).greedyEnd} {
		if t, values := find(r.root, method, decoded); t != nil {
			return match{t, named(t.parameters, values)}, true
		}
	}
	return match{target: r.fallback}, r.fallback != nil
}

func named(names, values []string) map[string]string {
	if len(names) == 0 {
		return nil
	}
	all := map[string]string{}
	for i, name := range names {
		all[name] = values[i]
	}
	return all
}

func forMethod(targets map[string]*target, method string) *target {
	if t := targets[method]; t != nil {
		return t
	}
	return targets["ANY"]
}

// whole finds the route that fits all parts, with the values of its parameters.
func (n *node) whole(method string, parts []string) (*target, []string) {
	if len(parts) == 0 {
		return forMethod(n.ends, method), nil
	}
	return n.descend(method, parts, (*node).whole)
}

// greedyEnd finds the route whose last parameter takes the most specific rest.
func (n *node) greedyEnd(method string, parts []string) (*target, []string) {
	if len(parts) == 0 {
		return nil, nil
	}
	if t, values := n.descend(method, parts, (*node).greedyEnd); t != nil {
		return t, values
	}
	return forMethod(n.greedy, method), []string{strings.Join(parts, "/")}
}

// descend looks behind the first part, as fixed text and then as a parameter.
func (n *node) descend(method string, parts []string, find func(*node, string, []string) (*target, []string)) (*target, []string) {
	if next := n.fixed[parts[0]]; next != nil {
		if t, values := find(next, method, parts[1:]); t != nil {
			return t, values
		}
	}
	if n.parameter == nil || parts[0] == "" {
		return nil, nil
	}
	t, values := find(n.parameter, method, parts[1:])
	return t, append([]string{parts[0]}, values...)
}
