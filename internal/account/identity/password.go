package identity

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"clientflow/internal/httpapi"
)

const (
	minPassword = 8
	maxPassword = 256 // bytes; Cognito takes as many characters

	// symbols are the characters that Cognito counts as symbols.
	symbols = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"

	weakPassword = "must have 8 to 256 characters, among them a lower-case letter, an upper-case letter, " +
		"a number and a symbol, no control characters, and no space at either end"
)

// strong tells whether a password meets the policy of the user pool in the
// template. It is nowhere laxer than Cognito, so that Cognito has nothing to add
// unless the pool's policy was made stricter.
func strong(password string) bool {
	return utf8.RuneCountInString(password) >= minPassword && len(password) <= maxPassword &&
		password == strings.TrimSpace(password) &&
		!strings.ContainsFunc(password, unicode.IsControl) &&
		strings.ContainsFunc(password, func(r rune) bool { return 'a' <= r && r <= 'z' }) &&
		strings.ContainsFunc(password, func(r rune) bool { return 'A' <= r && r <= 'Z' }) &&
		strings.ContainsFunc(password, func(r rune) bool { return '0' <= r && r <= '9' }) &&
		strings.ContainsAny(password, symbols)
}

// forgotPassword mails a code, and answers 202 whether or not there is anyone to
// mail it to.
func (d *Desk) forgotPassword(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
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
	_, err = d.pool.ForgotPassword(ctx, &cognitoidentityprovider.ForgotPasswordInput{
		ClientId:   &d.clientID,
		SecretHash: proof,
		Username:   &address,
	})
	d.heed(ctx, err)
	if err := unsaid(err); err != nil {
		return httpapi.Response{}, failed("ask for a new password", err)
	}
	return httpapi.Empty(http.StatusAccepted), nil
}

// resetPassword sets a new password with the code that was mailed, and ends all
// sessions: whoever knew the old password may have one.
func (d *Desk) resetPassword(ctx context.Context, r *httpapi.Request) (httpapi.Response, error) {
	in, err := readInput(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	address, code, password := in.email(), in.code(), in.newPassword("password")
	if err := in.err(); err != nil {
		return httpapi.Response{}, err
	}
	proof, err := d.proof(ctx, address)
	if err != nil {
		return httpapi.Response{}, err
	}
	defer d.even(ctx, time.Now())
	_, err = d.pool.ConfirmForgotPassword(ctx, &cognitoidentityprovider.ConfirmForgotPasswordInput{
		ClientId:         &d.clientID,
		SecretHash:       proof,
		Username:         &address,
		ConfirmationCode: &code,
		Password:         &password,
	})
	if err != nil {
		return httpapi.Response{}, refusedCode("reset a password", err)
	}
	// The code is used up. Whoever is told that this failed asks for another, and has it
	// all done again.
	if err := d.endSessions(ctx, address); err != nil {
		return httpapi.Response{}, failed("end all sessions", err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
