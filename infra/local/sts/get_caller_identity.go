package sts

import (
	"context"
	"strings"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

type identity struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// getCallerIdentity needs no permission, only credentials.
func (s *Service) getCallerIdentity(_ context.Context, call wire.Call) (any, error) {
	if _, err := parameters(call); err != nil {
		return nil, err
	}
	if call.Caller.Anonymous() {
		return nil, wire.Errorf("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	return identity{Arn: call.Caller.ARN, UserID: userID(call.Caller.ARN), Account: iam.AccountID}, nil
}

// userID is the role's id and the session for an assumed role, the account for
// its root.
func userID(arn string) string {
	_, name, assumed := strings.Cut(arn, ":assumed-role/")
	if !assumed {
		return iam.AccountID
	}
	role, session, _ := strings.Cut(name, "/")
	return roleID(role) + ":" + session
}
