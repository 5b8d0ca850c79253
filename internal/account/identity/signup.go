package identity

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/internal/account"
	"clientflow/internal/email"
	"clientflow/internal/httpapi"
)

// signUp makes the Cognito user and the IB's record. Whatever step it stops at,
// doing it again, confirming or signing in completes it: a user without a record gets
// one when it confirms or signs in, and a user without a code is sent another.
func (d *Desk) signUp(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	person, password := account.Person{Email: in.email(), Name: in.name()}, in.newPassword("password")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	proof, err := d.proof(ctx, person.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	defer d.even(ctx, time.Now())
	making := d.makeDecoy(ctx)
	userID, err := d.register(ctx, person, password, proof)
	nobody := <-making
	if nobody.left != nil {
		httpapi.NoteFailure(ctx, nobody.left)
	}
	switch {
	case err != nil:
		return httpapi.Response{}, err
	case nobody.err != nil:
		return httpapi.Response{}, failed("sign up", nobody.err)
	case userID == "":
		userID = nobody.userID
	}
	return httpapi.JSON(http.StatusCreated, struct {
		Success bool   `json:"success"`
		UserID  string `json:"userId"`
	}{true, userID})
}

// register returns the new IB's userId; "" for an address that has a user already,
// and when none can be mailed. A user who is not confirmed yet is mailed another code.
func (d *Desk) register(ctx context.Context, person account.Person, password string, proof *string) (userID string, err error) {
	made, err := d.pool.SignUp(ctx, &cognitoidentityprovider.SignUpInput{
		ClientId:   &d.clientID,
		SecretHash: proof,
		Username:   &person.Email,
		Password:   &password,
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &person.Email},
			{Name: aws.String("name"), Value: &person.Name},
		},
	})
	switch errorCode(err) {
	case "UsernameExistsException", "CodeDeliveryFailureException": // the latter has made the user
		d.registerAgain(ctx, person.Email, proof)
		return "", nil
	case "LimitExceededException", "InvalidEmailRoleAccessPolicyException": // which may have made it or not
		d.heed(ctx, err)
		return "", nil
	case "InvalidPasswordException":
		return "", refusedPassword("password", err)
	case "InvalidParameterException": // all else was checked before
		return "", invalid("email", "is "+email.ErrAddress.Error())
	}
	if err != nil {
		return "", failed("sign up", err)
	}
	d.record(ctx, person, aws.ToString(made.UserSub))
	return aws.ToString(made.UserSub), nil
}

// record makes the new IB's record. That it fails is not shown: only who is new would
// be told.
func (d *Desk) record(ctx context.Context, person account.Person, userID string) {
	person.Subject = userID
	id, err := d.registrar.Create(ctx, person)
	if err != nil {
		httpapi.NoteFailure(ctx, fmt.Errorf("left to the confirmation: %w", err))
		return
	}
	httpapi.NoteTenant(ctx, id)
}

// registerAgain mails another code to a user that waits for one. What comes of it is
// not shown: a user who is confirmed already cannot be told from a new one.
func (d *Desk) registerAgain(ctx context.Context, address string, proof *string) {
	if err := d.resend(ctx, address, proof); err != nil {
		httpapi.NoteFailure(ctx, fmt.Errorf("left to the next try: %w", err))
	}
}
