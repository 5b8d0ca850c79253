// Package iam decides, as AWS does, whether a caller may do what it asks.
//
// It holds policy documents, the access keys that the local AWS has issued, and
// the evaluation of one request against the policies of the caller. It knows no
// service: each service names its action, its resource and its condition keys.
// What it cannot evaluate (an unknown operator, a malformed document) is an
// error when the policy is read, never a silent allow.
package iam

import "fmt"

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
// role that was assumed with session tags.
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
}

// Denied says that no policy of the principal allows a request.
type Denied struct {
	Principal string
	Request   Request
}

// Error is worded as AWS words it.
func (d *Denied) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		d.Principal, d.Request.Action, d.Request.Resource, d.Request.Action)
}

// Authorize returns nil when the principal's policies allow the request, and a
// *Denied when they do not.
func (p Principal) Authorize(r Request) error {
	if p.Root || p.allows(r) {
		return nil
	}
	return &Denied{Principal: p.ARN, Request: r}
}
