// Package identity signs IBs up and in, by way of Cognito.
//
// It holds no password, code or token longer than the request that carries it, and
// writes none of them anywhere. No answer tells whether an address has an account:
// where Cognito's answers differ, those given here are the same in status, headers
// and shape, and leave at the same moments (see even).
package identity

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/account"
	"clientflow/internal/env"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
)

// UserPool is the part of Cognito that is used here. None of its operations but those
// of an administrator is signed; the client's secret stands in for that.
type UserPool interface {
	SignUp(context.Context, *cognitoidentityprovider.SignUpInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.SignUpOutput, error)
	ConfirmSignUp(context.Context, *cognitoidentityprovider.ConfirmSignUpInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ConfirmSignUpOutput, error)
	AdminCreateUser(context.Context, *cognitoidentityprovider.AdminCreateUserInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminCreateUserOutput, error)
	AdminDeleteUser(context.Context, *cognitoidentityprovider.AdminDeleteUserInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminDeleteUserOutput, error)
	AdminUserGlobalSignOut(context.Context, *cognitoidentityprovider.AdminUserGlobalSignOutInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminUserGlobalSignOutOutput, error)
	AdminGetUser(context.Context, *cognitoidentityprovider.AdminGetUserInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminGetUserOutput, error)
	ResendConfirmationCode(context.Context, *cognitoidentityprovider.ResendConfirmationCodeInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ResendConfirmationCodeOutput, error)
	DescribeUserPoolClient(context.Context, *cognitoidentityprovider.DescribeUserPoolClientInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.DescribeUserPoolClientOutput, error)
	InitiateAuth(context.Context, *cognitoidentityprovider.InitiateAuthInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.InitiateAuthOutput, error)
	GetTokensFromRefreshToken(context.Context, *cognitoidentityprovider.GetTokensFromRefreshTokenInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GetTokensFromRefreshTokenOutput, error)
	RevokeToken(context.Context, *cognitoidentityprovider.RevokeTokenInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.RevokeTokenOutput, error)
	ForgotPassword(context.Context, *cognitoidentityprovider.ForgotPasswordInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ForgotPasswordOutput, error)
	ConfirmForgotPassword(context.Context, *cognitoidentityprovider.ConfirmForgotPasswordInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ConfirmForgotPasswordOutput, error)
	ChangePassword(context.Context, *cognitoidentityprovider.ChangePasswordInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ChangePasswordOutput, error)
	GlobalSignOut(context.Context, *cognitoidentityprovider.GlobalSignOutInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GlobalSignOutOutput, error)
	GetUser(context.Context, *cognitoidentityprovider.GetUserInput, ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GetUserOutput, error)
}

// Registrar makes the records of IBs; account.Registrar is one.
type Registrar interface {
	Create(context.Context, account.Person) (tenant.ID, error)
	Ensure(context.Context, account.Person) (tenant.ID, error)
	Admit(context.Context, account.Person) (tenant.ID, error)
	SignOut(context.Context, tenant.ID, time.Time) error
}

// Client names a user pool and the client of it through which IBs sign in.
type Client struct {
	PoolID, ID string
}

// ReadClient reads their names from the function's environment; what is missing is the
// reader's error.
func ReadClient(r *env.Reader) Client {
	return Client{
		PoolID: r.Text("USER_POOL_ID", "the user pool of IBs"),
		ID:     r.Text("USER_POOL_CLIENT_ID", "the user pool client through which IBs sign in"),
	}
}

// Desk is where IBs sign up and in.
type Desk struct {
	pool      UserPool
	poolID    string
	clientID  string
	registrar Registrar
	step      time.Duration
	log       *slog.Logger
	learned   atomic.Pointer[learned]
}

// NewDesk returns the desk of one user pool client. Answers that could tell by
// their time whether an address is known leave on a grid of step, or at once when
// that is 0.
func NewDesk(pool UserPool, client Client, registrar Registrar, step time.Duration, log *slog.Logger) *Desk {
	return &Desk{pool: pool, poolID: client.PoolID, clientID: client.ID, registrar: registrar, step: step, log: log}
}

// Routes returns the desk's public routes.
func (d *Desk) Routes() httpapi.Routes {
	return httpapi.Routes{
		"POST /signup":          d.signUp,
		"POST /signup/confirm":  d.confirmSignUp,
		"POST /signup/resend":   d.resendCode,
		"POST /login":           d.logIn,
		"POST /login/refresh":   d.refresh,
		"POST /logout":          d.logOut,
		"POST /password/forgot": d.forgotPassword,
		"POST /password/reset":  d.resetPassword,
	}
}
