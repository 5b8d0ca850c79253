package identity

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"clientflow/internal/account"
	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
)

const (
	johnID       = "0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
	johnMail     = "john@acme.com"
	johnName     = "John Secretname"
	password     = "Passw0rd-of-John"
	newPassword  = "New-Passw0rd-of-John"
	mailedCode   = "271828"
	refreshToken = "eyJjdHkiOiJKV1Qi.refresh.of.john.x"
	accessToken  = "eyJhbGciOiJSUzI1.access.john"
)

// johnsIDToken is an ID token as Cognito answers with, but for the signature.
var johnsIDToken = "eyJhbGciOiJSUzI1." + base64.RawURLEncoding.EncodeToString(
	[]byte(`{"sub":"`+johnID+`","email":"`+johnMail+`","name":"`+johnName+`","token_use":"id"}`)) + ".signature"

// pool stands for Cognito: each operation succeeds after a while, or fails as it
// is told.
type pool struct {
	errs      map[string]error         // by operation
	takes     map[string]time.Duration // by operation
	challenge bool                     // sign-in asks for a second factor
	public    bool                     // the client has no secret
	idToken   string                   // instead of John's

	mu     sync.Mutex // for sign-ups, which make decoys beside
	called []string
	decoys []string // those that are there
	made   int      // how many there have been
	auth   *cognitoidentityprovider.InitiateAuthInput
	signUp *cognitoidentityprovider.SignUpInput
	change *cognitoidentityprovider.ChangePasswordInput
	token  string // the last access or refresh token
}

func (p *pool) call(operation string) error {
	p.mu.Lock()
	p.called = append(p.called, operation)
	p.mu.Unlock()
	time.Sleep(p.takes[operation])
	if err := p.errs[operation]; err != nil {
		return &smithy.OperationError{ServiceID: "Cognito Identity Provider", OperationName: operation, Err: err}
	}
	return nil
}

func (p *pool) SignUp(_ context.Context, in *cognitoidentityprovider.SignUpInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.SignUpOutput, error) {
	p.signUp = in
	return &cognitoidentityprovider.SignUpOutput{UserSub: aws.String(johnID)}, p.proven("SignUp", in.Username, in.SecretHash)
}

func (p *pool) AdminCreateUser(_ context.Context, in *cognitoidentityprovider.AdminCreateUserInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminCreateUserOutput, error) {
	if *in.UserPoolId != "pool" || in.MessageAction != types.MessageActionTypeSuppress || in.TemporaryPassword != nil || !strings.HasSuffix(*in.Username, ".invalid") {
		return nil, errors.New("that is no decoy")
	}
	if err := p.call("AdminCreateUser"); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	p.decoys = append(p.decoys, *in.Username)
	return &cognitoidentityprovider.AdminCreateUserOutput{User: &types.UserType{Attributes: []types.AttributeType{
		{Name: aws.String("email"), Value: in.Username}, {Name: aws.String("sub"), Value: aws.String(nth(p.made))},
	}}}, nil
}

func (p *pool) AdminDeleteUser(_ context.Context, in *cognitoidentityprovider.AdminDeleteUserInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminDeleteUserOutput, error) {
	if err := p.call("AdminDeleteUser"); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decoys = slices.DeleteFunc(p.decoys, func(username string) bool { return username == *in.Username })
	return &cognitoidentityprovider.AdminDeleteUserOutput{}, nil
}

// nth is the userId that the pool gave the nth decoy, of the form that newer pools
// give.
func nth(n int) string { return fmt.Sprintf("14f8b4e8-6011-70f0-8d3a-%012x", n) }

func (p *pool) ConfirmSignUp(_ context.Context, in *cognitoidentityprovider.ConfirmSignUpInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ConfirmSignUpOutput, error) {
	return &cognitoidentityprovider.ConfirmSignUpOutput{}, p.proven("ConfirmSignUp", in.Username, in.SecretHash)
}

func (p *pool) AdminGetUser(_ context.Context, in *cognitoidentityprovider.AdminGetUserInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminGetUserOutput, error) {
	if *in.UserPoolId != "pool" || *in.Username != johnMail {
		return nil, errors.New("another user was asked for")
	}
	var attributes []types.AttributeType
	for name, value := range map[string]string{"sub": johnID, "email": johnMail, "name": johnName, "email_verified": "true"} {
		attributes = append(attributes, types.AttributeType{Name: &name, Value: &value})
	}
	return &cognitoidentityprovider.AdminGetUserOutput{UserAttributes: attributes}, p.call("AdminGetUser")
}

func (p *pool) AdminUserGlobalSignOut(_ context.Context, in *cognitoidentityprovider.AdminUserGlobalSignOutInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminUserGlobalSignOutOutput, error) {
	if *in.UserPoolId != "pool" || *in.Username != johnMail {
		return nil, errors.New("another user is to be signed out")
	}
	return &cognitoidentityprovider.AdminUserGlobalSignOutOutput{}, p.call("AdminUserGlobalSignOut")
}

func (p *pool) ResendConfirmationCode(_ context.Context, in *cognitoidentityprovider.ResendConfirmationCodeInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ResendConfirmationCodeOutput, error) {
	return &cognitoidentityprovider.ResendConfirmationCodeOutput{}, p.proven("ResendConfirmationCode", in.Username, in.SecretHash)
}

func (p *pool) InitiateAuth(_ context.Context, in *cognitoidentityprovider.InitiateAuthInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.InitiateAuthOutput, error) {
	p.auth = in
	if err := p.proven("InitiateAuth", aws.String(in.AuthParameters["USERNAME"]), aws.String(in.AuthParameters["SECRET_HASH"])); err != nil {
		return nil, err
	}
	if p.challenge {
		return &cognitoidentityprovider.InitiateAuthOutput{ChallengeName: types.ChallengeNameTypeSmsMfa}, nil
	}
	result := p.tokens()
	result.RefreshToken = aws.String(refreshToken)
	return &cognitoidentityprovider.InitiateAuthOutput{AuthenticationResult: result}, nil
}

func (p *pool) tokens() *types.AuthenticationResultType {
	return &types.AuthenticationResultType{
		AccessToken: aws.String(accessToken), IdToken: aws.String(cmp.Or(p.idToken, johnsIDToken)), ExpiresIn: 3600, TokenType: aws.String("Bearer"),
	}
}

func (p *pool) RevokeToken(_ context.Context, in *cognitoidentityprovider.RevokeTokenInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.RevokeTokenOutput, error) {
	return &cognitoidentityprovider.RevokeTokenOutput{}, p.secretly("RevokeToken", in.ClientSecret)
}

func (p *pool) ForgotPassword(_ context.Context, in *cognitoidentityprovider.ForgotPasswordInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ForgotPasswordOutput, error) {
	return &cognitoidentityprovider.ForgotPasswordOutput{}, p.proven("ForgotPassword", in.Username, in.SecretHash)
}

func (p *pool) ConfirmForgotPassword(_ context.Context, in *cognitoidentityprovider.ConfirmForgotPasswordInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ConfirmForgotPasswordOutput, error) {
	return &cognitoidentityprovider.ConfirmForgotPasswordOutput{}, p.proven("ConfirmForgotPassword", in.Username, in.SecretHash)
}

func (p *pool) ChangePassword(_ context.Context, in *cognitoidentityprovider.ChangePasswordInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.ChangePasswordOutput, error) {
	p.change, p.token = in, *in.AccessToken
	return &cognitoidentityprovider.ChangePasswordOutput{}, p.call("ChangePassword")
}

func (p *pool) GlobalSignOut(_ context.Context, in *cognitoidentityprovider.GlobalSignOutInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GlobalSignOutOutput, error) {
	p.token = *in.AccessToken
	return &cognitoidentityprovider.GlobalSignOutOutput{}, p.call("GlobalSignOut")
}

func (p *pool) GetUser(_ context.Context, in *cognitoidentityprovider.GetUserInput, _ ...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.GetUserOutput, error) {
	p.token = *in.AccessToken
	return &cognitoidentityprovider.GetUserOutput{}, p.call("GetUser")
}

// registrar stands for the records of IBs.
type registrar struct {
	err   error
	takes time.Duration
	asked []string // what was asked, and for whom
}

func (r *registrar) Create(_ context.Context, person account.Person) (tenant.ID, error) {
	return r.answer("Create", person)
}

func (r *registrar) Ensure(_ context.Context, person account.Person) (tenant.ID, error) {
	return r.answer("Ensure", person)
}

func (r *registrar) Admit(_ context.Context, person account.Person) (tenant.ID, error) {
	return r.answer("Admit", person)
}

func (r *registrar) SignOut(_ context.Context, id tenant.ID, _ time.Time) error {
	r.asked = append(r.asked, "SignOut "+id.String())
	return r.err
}

func (r *registrar) answer(question string, person account.Person) (tenant.ID, error) {
	r.asked = append(r.asked, question+" "+person.Subject+" "+person.Email+" "+person.Name)
	time.Sleep(r.takes)
	if r.err != nil {
		return tenant.ID{}, r.err
	}
	return tenant.Stored(person.Subject)
}

// desk is a Desk over stand-ins, whose answers leave at once.
type desk struct {
	*Desk
	pool      *pool
	registrar *registrar
	told      *bytes.Buffer // what the operator is told, beside the line of each event
}

func newDesk(errs map[string]error) desk {
	d := desk{pool: &pool{errs: errs}, registrar: &registrar{}, told: &bytes.Buffer{}}
	d.Desk = NewDesk(d.pool, Client{PoolID: "pool", ID: "client"}, d.registrar, 0, eventlog.New(d.told, "account"))
	return d
}

// allRoutes are the public routes and those of an IB that is signed in.
func (d desk) allRoutes() httpapi.Routes {
	routes := d.Routes()
	maps.Copy(routes, d.OwnRoutes(tenant.Verifier{Issuer: "pool", ClientID: "client", Now: func() time.Time { return time.Unix(0, 0) }}))
	return routes
}

// post sends a body to a route as John, and checks what holds of every answer: nothing
// keeps it, and no secret or personal data of the event is in the log.
func (d desk) post(t *testing.T, path, body string) httpapi.Response {
	t.Helper()
	var log bytes.Buffer
	event := &httpapi.Request{
		RouteKey:    "POST " + path,
		Headers:     map[string]string{"content-type": "application/json", "authorization": "Bearer " + accessToken},
		EncodedBody: body,
	}
	event.Context.RequestID = "r1"
	event.Context.Authorizer.JWT.Claims = johnsClaims()
	answer, err := d.allRoutes().Serve(eventlog.New(&log, "account"))(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Headers["cache-control"] != "no-store" {
		t.Errorf("cache-control %q", answer.Headers["cache-control"])
	}
	secrets := []string{johnMail, johnName, password, newPassword, mailedCode, clientSecret, johnsProof, refreshToken, accessToken, johnsIDToken}
	if i := slices.IndexFunc(secrets, func(s string) bool { return strings.Contains(log.String()+d.told.String(), s) }); i >= 0 {
		t.Errorf("%q is in the log: %s%s", secrets[i], log.String(), d.told)
	}
	if strings.Count(log.String(), "\n") != 1 {
		t.Errorf("not one line of log: %s", log.String())
	}
	return answer
}

// johnsClaims are those of John's access token.
func johnsClaims() map[string]string {
	return map[string]string{"iss": "pool", "client_id": "client", "token_use": "access", "exp": "1", "sub": johnID}
}

// cognito is an error of Cognito by its name.
func cognito(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "no such thing as " + johnMail}
}

// failing makes an operation fail with an error of Cognito.
func failing(operation, code string) map[string]error {
	return map[string]error{operation: cognito(code)}
}

var errNetwork = errors.New("connection reset")
