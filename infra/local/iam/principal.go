// Package iam decides, as AWS does, whether a caller may do what it asks.
//
// It holds policy documents, the access keys that the local AWS has issued, and
// the evaluation of one request against the policies of the caller. It knows no
// service: each service names its action, its resource and its condition keys.
// What it cannot evaluate (an unknown operator, a malformed document) is an
// error when the policy is read, never a silent allow.
package iam

import (
	"fmt"
	"strings"
)

// Request is one call to be authorised.
type Request struct {
	// Action is the IAM action, such as "dynamodb:PutItem".
	Action string
	// Resource is the ARN acted upon; "*" for actions without one.
	Resource string
	// Context holds the condition keys of the call, such as
	// "dynamodb:LeadingKeys"; an absent key is not in the map at all.
	Context map[string][]string
}

// Principal is who makes a call: the account's root, a function's role, or a
// role that was assumed with session tags. The zero Principal is anonymous and
// may do nothing.
type Principal struct {
	// ARN names the principal in error messages.
	ARN string
	// Root may do everything, as the owner of an account may.
	Root bool
	// Policies are the identity policies; a request is allowed when one of
	// their statements allows it and none denies it.
	Policies []Policy
	// Tags are the session tags, seen by conditions as aws:PrincipalTag/<key>.
	Tags map[string]string
	// Recorder, when set, is told of each decision. Keys sets it.
	Recorder Recorder
}

// Decision is one answer of Authorize.
type Decision struct {
	// Principal is the caller's ARN.
	Principal string
	// Action and Resource are those of the request.
	Action, Resource string
	// Allowed is the answer.
	Allowed bool
}

// Recorder is told of each decision, so that a test can compare what policies
// allow with what is used. It is called from many goroutines at once.
type Recorder func(Decision)

// Denied says that a request is not allowed.
type Denied struct {
	Principal string
	Request   Request
	// Reason ends the message, as in "because no identity-based policy allows
	// the dynamodb:Scan action".
	Reason string
}

// Error is worded as AWS words it.
func (d *Denied) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s",
		d.Principal, d.Request.Action, d.Request.Resource, d.Reason)
}

// Anonymous tells whether the call came without credentials.
func (p Principal) Anonymous() bool { return p.ARN == "" }

// Authorize returns nil when the principal's policies allow the request, and a
// *Denied when they do not.
func (p Principal) Authorize(r Request) error {
	outcome := allowed
	if !p.Root {
		outcome = p.decide(r)
	}
	if p.Recorder != nil {
		p.Recorder(Decision{Principal: p.ARN, Action: r.Action, Resource: r.Resource, Allowed: outcome == allowed})
	}
	return p.answer(r, outcome, "identity-based")
}

// answer turns an outcome into Authorize's error; kind names the sort of policy
// in the message.
func (p Principal) answer(r Request, o outcome, kind string) error {
	switch o {
	case allowed:
		return nil
	case denied:
		return &Denied{Principal: p.ARN, Request: r, Reason: "with an explicit deny in an " + kind + " policy"}
	default:
		return &Denied{Principal: p.ARN, Request: r, Reason: "because no " + kind + " policy allows the " + r.Action + " action"}
	}
}

// decide asks every policy: one deny outweighs all allows.
func (p Principal) decide(r Request) outcome {
	result := undecided
	lookup := p.lookup(r)
	for _, policy := range p.Policies {
		result = max(result, policy.decide(r, lookup))
	}
	return result
}

// lookup finds the values of condition keys: those of the principal, then those
// of the request. Empty values count as absent, as AWS counts them.
func (p Principal) lookup(r Request) lookup {
	values := make(map[string][]string, len(r.Context)+len(p.Tags)+1)
	add := func(key string, all ...string) {
		for _, value := range all {
			if value != "" {
				values[strings.ToLower(key)] = append(values[strings.ToLower(key)], value)
			}
		}
	}
	for key, all := range r.Context {
		add(key, all...)
	}
	for key, value := range p.Tags {
		add("aws:PrincipalTag/"+key, value)
	}
	add("aws:PrincipalArn", RoleARN(p.ARN))
	return func(key string) []string { return values[strings.ToLower(key)] }
}

// RoleARN returns the role behind the ARN of an assumed role's session
// (arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION becomes
// arn:aws:iam::ACCOUNT:role/NAME); any other ARN is returned as it is.
func RoleARN(arn string) string {
	prefix, rest, isSession := strings.Cut(arn, ":assumed-role/")
	if !isSession {
		return arn
	}
	name, _, _ := strings.Cut(rest, "/")
	return strings.Replace(prefix, ":sts:", ":iam:", 1) + ":role/" + name
}
