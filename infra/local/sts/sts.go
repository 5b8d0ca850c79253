// Package sts plays AWS's Security Token Service: it hands out short-lived keys
// for roles, with session tags, to callers whom both their own policies and the
// role's trust policy allow to have them.
//
// It has AssumeRole and GetCallerIdentity, and of AssumeRole only what a role
// with session tags needs; any other parameter is an error.
package sts

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// apiVersion is the version that clients name in every request.
const apiVersion = "2011-06-15"

// Service holds the roles that can be assumed.
type Service struct {
	keys *iam.Keys

	mu    sync.RWMutex
	roles map[string]role // by ARN
}

type role struct {
	name     string
	trust    iam.Trust
	policies []iam.Policy
}

// New returns a service without roles, whose credentials are issued by keys.
func New(keys *iam.Keys) *Service {
	return &Service{keys: keys, roles: map[string]role{}}
}

// AddRole registers a role, in place of an earlier one of that name, and returns
// its ARN.
func (s *Service) AddRole(name string, trust iam.Trust, policies ...iam.Policy) string {
	arn := "arn:aws:iam::" + iam.AccountID + ":role/" + name
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles[arn] = role{name: name, trust: trust, policies: policies}
	return arn
}

// Register adds the operations to the endpoint.
func (s *Service) Register(mux *wire.Mux) {
	mux.HandleQuery("AssumeRole", apiVersion, s.assumeRole)
	mux.HandleQuery("GetCallerIdentity", apiVersion, s.getCallerIdentity)
}

// parameters reads the form, and refuses a parameter that is neither known nor
// begins with one of the known names that end in a dot.
func parameters(call wire.Call, known ...string) (url.Values, error) {
	form, err := url.ParseQuery(string(call.Body))
	if err != nil {
		return nil, wire.Errorf("MalformedQueryString", "The query string contains a syntax error: %v", err)
	}
	known = append(known, "Action", "Version")
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !slices.ContainsFunc(known, func(k string) bool { return name == k || strings.HasSuffix(k, ".") && strings.HasPrefix(name, k) }) {
			return nil, invalid("The local AWS does not have the parameter %s", name)
		}
	}
	return form, nil
}

func invalid(format string, args ...any) error {
	return wire.Errorf("ValidationError", format, args...)
}
