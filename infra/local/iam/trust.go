package iam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Trust is the trust policy of a role: who may assume it, and with what. The
// zero Trust trusts nobody.
type Trust struct {
	statements []statement
}

// ParseTrust reads a trust policy, in the forms that ParsePolicy takes. A
// principal is "*", an AWS account (its id or its root ARN), a role, or the
// session of a role; services are read too, but no caller of the local AWS is one.
func ParseTrust(document any) (Trust, error) {
	statements, err := parseDocument(document, parseTrustStatement)
	if err != nil {
		return Trust{}, fmt.Errorf("read trust policy: %w", err)
	}
	return Trust{statements: statements}, nil
}

func parseTrustStatement(elements map[string]any) (statement, error) {
	if err := knownElements(elements, "Sid", "Effect", "Principal", "Action", "Condition"); err != nil {
		return statement{}, err
	}
	principals, err := parsePrincipals(elements["Principal"])
	return statement{principals: principals}, err
}

func parsePrincipals(element any) ([]string, error) {
	if element == "*" {
		return []string{"*"}, nil
	}
	kinds, ok := element.(map[string]any)
	if !ok || len(kinds) == 0 {
		return nil, fmt.Errorf("Principal cannot be %v", element)
	}
	if err := knownElements(kinds, "AWS", "Service"); err != nil {
		return nil, fmt.Errorf("Principal: %w", err)
	}
	var principals []string
	for kind, element := range kinds {
		names, err := texts("Principal "+kind, element)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := checkPrincipal(kind, name); err != nil {
				return nil, err
			}
			principals = append(principals, name)
		}
	}
	return principals, nil
}

var (
	servicePrincipal = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com$`)
	awsPrincipal     = regexp.MustCompile(`^(\*|\d{12}|arn:aws:(iam|sts)::\d{12}:(root|role/[^*?]+|assumed-role/[^*?]+))$`)
)

func checkPrincipal(kind, name string) error {
	if kind == "Service" && servicePrincipal.MatchString(name) || kind == "AWS" && awsPrincipal.MatchString(name) {
		return nil
	}
	return fmt.Errorf("unknown %s principal %q", kind, name)
}

// Authorize returns nil when the caller may do this to the role, which takes
// both: an identity policy of the caller that allows the request, and this trust
// policy. Else it returns a *Denied.
func (t Trust) Authorize(caller Principal, r Request) error {
	if err := caller.Authorize(r); err != nil {
		return err
	}
	result, values := undecided, caller.lookup(r)
	for _, s := range t.statements {
		if slices.ContainsFunc(s.principals, caller.is) && s.applies(r, values) {
			result = max(result, s.effect)
		}
	}
	return caller.answer(r, result, "resource-based")
}

// is tells whether a name in a trust policy means the principal.
func (p Principal) is(name string) bool {
	role := RoleARN(p.ARN)
	account, _, _ := strings.Cut(strings.TrimPrefix(role, "arn:aws:iam::"), ":")
	return slices.Contains([]string{"*", account, "arn:aws:iam::" + account + ":root", role, p.ARN}, name)
}
