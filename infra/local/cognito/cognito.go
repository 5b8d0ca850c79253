// Package cognito plays Amazon Cognito user pools whose users sign in with their
// email: sign-up with a code by mail, passwords, tokens and their revocation,
// groups, and what an administrator does to users.
//
// It keeps everything in memory and sends no mail: what it would send can be
// read at /_local/mail. It has no aliases, attributes of its own, MFA, triggers
// or hosted pages; asking for one of them is an error. Passwords are hashed
// cheaply, because they never leave the process: it is no place for real ones.
package cognito

import (
	"net/http"
	"sync"
	"time"

	"clientflow/infra/local/wire"
)

// Service holds user pools. It may be used from many goroutines at once.
type Service struct {
	clock func() time.Time
	mail  *mailbox

	mu       sync.Mutex // guards everything below it, and all that hangs on it
	pools    map[string]*pool
	clients  map[string]*client
	sessions map[string]*session // by refresh token
}

// New returns a service without pools.
func New(clock func() time.Time) *Service {
	go signingKey() // which takes a while, and is not needed before the first sign-in
	return &Service{clock: clock, mail: newMailbox(), pools: map[string]*pool{}, clients: map[string]*client{}, sessions: map[string]*session{}}
}

// Service returns the operations for the endpoint.
func (s *Service) Service() wire.Service {
	return wire.Service{
		Target: "AWSCognitoIdentityProviderService", JSONVersion: "1.1",
		Operations: map[string]wire.Operation{
			"CreateUserPool":            s.createUserPool,
			"DescribeUserPool":          admin(s, "DescribeUserPool", s.describeUserPool),
			"DeleteUserPool":            admin(s, "DeleteUserPool", s.deleteUserPool),
			"CreateUserPoolClient":      admin(s, "CreateUserPoolClient", s.createUserPoolClient),
			"DescribeUserPoolClient":    admin(s, "DescribeUserPoolClient", s.describeUserPoolClient),
			"CreateGroup":               admin(s, "CreateGroup", s.createGroup),
			"ListUsers":                 admin(s, "ListUsers", s.listUsers),
			"ListUsersInGroup":          admin(s, "ListUsersInGroup", s.listUsersInGroup),
			"AdminGetUser":              admin(s, "AdminGetUser", onUser(s.adminGetUser)),
			"AdminCreateUser":           admin(s, "AdminCreateUser", s.adminCreateUser),
			"AdminSetUserPassword":      admin(s, "AdminSetUserPassword", s.adminSetUserPassword),
			"AdminConfirmSignUp":        admin(s, "AdminConfirmSignUp", onUser(s.adminConfirmSignUp)),
			"AdminDeleteUser":           admin(s, "AdminDeleteUser", onUser(s.adminDeleteUser)),
			"AdminDisableUser":          admin(s, "AdminDisableUser", onUser(s.adminDisableUser)),
			"AdminEnableUser":           admin(s, "AdminEnableUser", onUser(s.adminEnableUser)),
			"AdminUserGlobalSignOut":    admin(s, "AdminUserGlobalSignOut", onUser(s.adminUserGlobalSignOut)),
			"AdminListGroupsForUser":    admin(s, "AdminListGroupsForUser", onUser(s.adminListGroupsForUser)),
			"AdminAddUserToGroup":       admin(s, "AdminAddUserToGroup", s.adminAddUserToGroup),
			"AdminRemoveUserFromGroup":  admin(s, "AdminRemoveUserFromGroup", s.adminRemoveUserFromGroup),
			"SignUp":                    proven(s, s.signUp),
			"ConfirmSignUp":             proven(s, s.confirmSignUp),
			"ResendConfirmationCode":    proven(s, s.resendConfirmationCode),
			"ForgotPassword":            proven(s, s.forgotPassword),
			"ConfirmForgotPassword":     proven(s, s.confirmForgotPassword),
			"InitiateAuth":              public(s, s.initiateAuth),
			"GetTokensFromRefreshToken": public(s, s.getTokensFromRefreshToken),
			"RevokeToken":               public(s, s.revokeToken),
			"GetUser":                   withToken(s, s.getUser),
			"GlobalSignOut":             withToken(s, s.globalSignOut),
			"ChangePassword":            withToken(s, s.changePassword),
		},
	}
}

// Register adds the paths beside the operations: each pool's public keys, and
// the mail that was not sent.
func (s *Service) Register(mux *wire.Mux) {
	mux.Handle("GET /{pool}/.well-known/jwks.json", http.HandlerFunc(s.serveKeys))
	mux.Handle("GET /_local/mail", http.HandlerFunc(s.mail.serve))
}
