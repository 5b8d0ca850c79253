package identity

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/httpapi"
)

// confirmSignUp confirms an address with the code that was mailed to it.
func (d *Desk) confirmSignUp(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	address, code := in.email(), in.code()
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	proof, err := d.proof(ctx, address)
	if err != nil {
		return httpapi.Response{}, err
	}
	defer d.even(ctx, time.Now())
	_, err = d.pool.ConfirmSignUp(ctx, &cognitoidentityprovider.ConfirmSignUpInput{
		ClientId:         &d.clientID,
		SecretHash:       proof,
		Username:         &address,
		ConfirmationCode: &code,
	})
	if err != nil {
		return httpapi.Response{}, refusedCode("confirm a sign-up", err)
	}
	if err := d.welcome(ctx, address); err != nil {
		// The code is used up, so asking for it again would help nobody.
		httpapi.NoteFailure(ctx, fmt.Errorf("left to the first sign-in: %w", err))
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// welcome does what an IB who has just confirmed the address is waiting for, and
// what the first sign-in makes up for.
func (d *Desk) welcome(ctx context.Context, address string) error {
	person, err := d.find(ctx, address)
	if err != nil {
		return err
	}
	id, err := d.registrar.Ensure(ctx, person)
	if err != nil {
		return err
	}
	httpapi.NoteTenant(ctx, id)
	return nil
}

// resendCode mails another code, and answers 202 whether or not anyone waits for
// one.
func (d *Desk) resendCode(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	address := in.email()
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	proof, err := d.proof(ctx, address)
	if err != nil {
		return httpapi.Response{}, err
	}
	defer d.even(ctx, time.Now())
	if err := d.resend(ctx, address, proof); err != nil {
		return httpapi.Response{}, failed("send another code", err)
	}
	return httpapi.Empty(http.StatusAccepted), nil
}

// resend asks for another code; that there is nobody to send it to is no error.
func (d *Desk) resend(ctx context.Context, address string, proof *string) error {
	_, err := d.pool.ResendConfirmationCode(ctx, &cognitoidentityprovider.ResendConfirmationCodeInput{
		ClientId:   &d.clientID,
		SecretHash: proof,
		Username:   &address,
	})
	d.heed(ctx, err)
	return unsaid(err)
}
