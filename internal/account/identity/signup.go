package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/internal/account"
	"clientflow/internal/email"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

// signUp makes the Cognito user and the IB's record. Whatever step it stops at,
// doing it again or signing in completes it: a user without a record gets one when
// it signs in, and a user without a code is sent another.
func (d *Desk) signUp(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	person, password := account.Person{Email: in.email(), Name: in.name()}, in.newPassword("password")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	defer d.even(ctx, time.Now())
	userID, err := d.register(ctx, person, password)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusCreated, struct {
		Success bool   `json:"success"`
		UserID  string `json:"userId"`
	}{true, userID})
}

// register returns the new IB's userId. For an address that has a user already it
// mails another code if that user is not confirmed yet, and returns a userId that
// is nobody's.
func (d *Desk) register(ctx context.Context, person account.Person, password string) (string, error) {
	made, err := d.pool.SignUp(ctx, &cognitoidentityprovider.SignUpInput{
		ClientId: &d.clientID,
		Username: &person.Email,
		Password: &password,
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &person.Email},
			{Name: aws.String("name"), Value: &person.Name},
		},
	})
	switch errorCode(err) {
	case "UsernameExistsException", "CodeDeliveryFailureException": // the latter has made the user
		return d.registerAgain(ctx, person.Email)
	case "InvalidPasswordException":
		return "", refusedPassword("password", err)
	case "InvalidParameterException": // all else was checked before
		return "", invalid("email", "is "+email.ErrAddress.Error())
	case "LimitExceededException":
		return "", problem.New(problem.TooMany, "No more mail can be sent just now. Please try again later.")
	}
	if err != nil {
		return "", failed("sign up", err)
	}
	person.Subject = aws.ToString(made.UserSub)
	id, err := d.registrar.Create(ctx, person)
	if err != nil {
		return "", err
	}
	httpapi.NoteTenant(ctx, id)
	return id.String(), nil
}

// registerAgain mails another code to a user that waits for one. What comes of it
// is not shown: a user who is confirmed already cannot be told from a new one.
func (d *Desk) registerAgain(ctx context.Context, address string) (string, error) {
	err := d.resend(ctx, address)
	if err != nil && errorCode(err) != "TooManyRequestsException" {
		return "", failed("sign up again", err)
	}
	return nobody(), nil
}

// nobody returns a random UUID, of version 4. Cognito promises of a sub no more
// than that it is a UUID.
func nobody() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
