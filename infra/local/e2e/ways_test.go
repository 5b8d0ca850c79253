package e2e_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// ways are what these tests do where HTTP to the API alone does not reach, as the
// owner of the AWS account does it.
type ways interface {
	// join makes an account whose password is that of all these tests, ready to sign
	// in, and returns its userId.
	join(tb testing.TB, email, name string) (userID string)
	// confirm confirms the address of a sign-up.
	confirm(tb testing.TB, email string)
	// promote makes an account a member of the group admins.
	promote(tb testing.TB, email string)
	// anyone is a client of Cognito without an AWS account, and the id of the user
	// pool's client.
	anyone() (pool *cip.Client, clientID string)
}

// ways returns those of the local stack, or of the deployed one, whose AWS is none
// of ours.
func (s site) ways() ways {
	if s.aws == "" {
		return deployed
	}
	return localWays{s}
}

// simulated tells whether Systeme.io is the simulator, for whose syncs one may wait.
func (s site) simulated() bool { return s.systeme != "" }

// localWays are those of a local stack, which shows the mail that it does not send.
type localWays struct{ site site }

func (w localWays) join(tb testing.TB, email, name string) string {
	tb.Helper()
	userID := w.site.mustRegister(tb, email, name)
	w.confirm(tb, email)
	return userID
}

func (w localWays) confirm(tb testing.TB, email string) {
	tb.Helper()
	w.site.public(tb, "POST", "/signup/confirm", object{"email": email, "code": w.site.code(tb, email)}).want(tb, 204)
}

func (w localWays) promote(tb testing.TB, email string) {
	tb.Helper()
	w.site.asOwner(tb, "AWSCognitoIdentityProviderService.AdminAddUserToGroup",
		object{"UserPoolId": shared.Template.Pools[0].ID, "Username": email, "GroupName": "admins"})
}

func (w localWays) anyone() (pool *cip.Client, clientID string) {
	return cip.New(cip.Options{Region: "us-east-1", BaseEndpoint: &w.site.aws, Retryer: aws.NopRetryer{}}), shared.Template.Clients[0].ID
}

// mustRegister signs an account up and returns its userId. A code is mailed.
func (s site) mustRegister(tb testing.TB, email, name string) string {
	tb.Helper()
	var made struct {
		Success bool
		UserID  string
	}
	s.public(tb, "POST", "/signup", object{"email": email, "name": name, "password": password}).want(tb, 201).decode(tb, &made)
	if !made.Success || made.UserID == "" {
		tb.Fatalf("sign-up answered %+v", made)
	}
	return made.UserID
}

func TestASignUpMakesAnIB(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	b := &ib{site: s, email: mailbox()}
	b.userID = s.mustRegister(t, b.email, "Canary")
	s.public(t, "POST", "/login", object{"email": b.email, "password": password}).want(t, 403)
	s.ways().confirm(t, b.email)
	b.signIn(t)
	var me struct{ UserID, Email string }
	if b.get(t, "/me").want(t, 200).decode(t, &me); me.UserID != b.userID || me.Email != b.email {
		t.Errorf("signed up as %s, signed in as %+v", b.userID, me)
	}
}
