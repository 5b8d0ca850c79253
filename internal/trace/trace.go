// Package trace knows the traces of AWS X-Ray: in which one Lambda runs an invocation, and
// how it is handed on where AWS would lose it.
//
// It records nothing. Lambda tells X-Ray of an invocation itself; without a trace's id in
// what follows from it, though, the two could not be joined. Callers may send a trace's
// header of their own, and what becomes of it is up to AWS: what is not of a trace's shape
// is none here, and is repeated nowhere.
package trace

import (
	"context"
	"strings"
)

// Trace is a trace, and where in it something began. The zero value is none.
type Trace struct{ id, parent, sampled string }

// longest is more than any header of AWS's.
const longest = 512

// Parse reads a header such as
//
//	Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
//
// and passes over members that it does not know, as AWS adds some. It returns no trace
// for a header in which one that it knows is malformed, or twice.
func Parse(header string) Trace {
	if len(header) > longest {
		return Trace{}
	}
	var t Trace
	for member := range strings.SplitSeq(header, ";") {
		name, content, _ := strings.Cut(strings.TrimLeft(member, " "), "=")
		ok := true
		switch name {
		case "Root":
			ok = t.id == "" && isID(content)
			t.id = content
		case "Parent":
			ok = t.parent == "" && isHex(content, 16)
			t.parent = content
		case "Sampled":
			ok = t.sampled == "" && (content == "0" || content == "1")
			t.sampled = content
		}
		if !ok {
			return Trace{}
		}
	}
	if t.id == "" {
		return Trace{}
	}
	return t
}

// Of returns the trace that Lambda runs an invocation in.
func Of(ctx context.Context) Trace {
	header, _ := ctx.Value("x-amzn-trace-id").(string) // as aws-lambda-go calls it
	return Parse(header)
}

// ID names the trace to X-Ray; "" for none.
func (t Trace) ID() string { return t.id }

// String is the trace's header, as Parse reads it; "" for none.
func (t Trace) String() string {
	if t.id == "" {
		return ""
	}
	header := "Root=" + t.id
	if t.parent != "" {
		header += ";Parent=" + t.parent
	}
	if t.sampled != "" {
		header += ";Sampled=" + t.sampled
	}
	return header
}

// isID tells of a text whether it is a trace's id: the version, the time in seconds, and
// what makes it unlike any other.
func isID(text string) bool {
	const version, seconds, random = len("1-"), 8, 24
	return len(text) == version+seconds+1+random && strings.HasPrefix(text, "1-") &&
		isHex(text[version:version+seconds], seconds) && text[version+seconds] == '-' && isHex(text[version+seconds+1:], random)
}

func isHex(text string, digits int) bool {
	return len(text) == digits && strings.Trim(text, "0123456789abcdef") == ""
}
