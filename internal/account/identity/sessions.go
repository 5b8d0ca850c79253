package identity

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/tenant"
)

// revokeSessions ends all sessions of the caller, on every device. Cognito refreshes
// none of their tokens any more, and the record tells of the access tokens that were
// made so far, about which the gateway asks nobody.
func (d *Desk) revokeSessions(ctx context.Context, r *httpapi.Request, caller tenant.Caller) (httpapi.Response, error) {
	token := tokenOf(r)
	_, err := d.pool.GlobalSignOut(ctx, &cognitoidentityprovider.GlobalSignOutInput{AccessToken: &token})
	if err != nil {
		return httpapi.Response{}, refusedToken("end all sessions", err)
	}
	if err := d.closeTokens(ctx, caller.Tenant); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// endSessions does the same for whoever has proven to own an address. It is for after
// the password was set: until then the old one makes new sessions.
func (d *Desk) endSessions(ctx context.Context, address string) error {
	person, err := d.find(ctx, address)
	if err != nil {
		return err
	}
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return err
	}
	httpapi.NoteTenant(ctx, id)
	_, err = d.pool.AdminUserGlobalSignOut(ctx, &cognitoidentityprovider.AdminUserGlobalSignOutInput{UserPoolId: &d.poolID, Username: &address})
	if err != nil {
		return err
	}
	return d.closeTokens(ctx, id)
}

// closeTokens notes that the access tokens made so far open nothing any more, when no
// others can be made of the sessions that they are of.
func (d *Desk) closeTokens(ctx context.Context, id tenant.ID) error {
	now := time.Now()
	if err := d.registrar.SignOut(ctx, id, now); err != nil {
		return err
	}
	nextSecond(ctx, now)
	return nil
}

// nextSecond waits until the second of now is over: tokens tell the second in which
// they were made, so that one of a new sign-in is told from those before.
func nextSecond(ctx context.Context, now time.Time) {
	select {
	case <-time.After(time.Until(now.Truncate(time.Second).Add(time.Second))):
	case <-ctx.Done():
	}
}

// find returns who has an address, as Cognito knows them.
func (d *Desk) find(ctx context.Context, address string) (account.Person, error) {
	user, err := d.pool.AdminGetUser(ctx, &cognitoidentityprovider.AdminGetUserInput{UserPoolId: &d.poolID, Username: &address})
	if err != nil {
		return account.Person{}, fmt.Errorf("find who has the address: %w", err)
	}
	attributes := map[string]string{}
	for _, attribute := range user.UserAttributes {
		attributes[aws.ToString(attribute.Name)] = aws.ToString(attribute.Value)
	}
	return account.Person{Subject: attributes["sub"], Email: attributes["email"], Name: attributes["name"]}, nil
}
