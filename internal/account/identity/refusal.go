package identity

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"clientflow/internal/problem"
)

// errorCode returns the name of Cognito's error, such as
// "NotAuthorizedException"; "" for any other error and for none.
func errorCode(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return answer.ErrorCode()
	}
	return ""
}

// failed is the answer to an error that no route expects: too many requests to
// the pool as a whole, which tells nothing of an address, or one of ours.
func failed(doing string, err error) error {
	if errorCode(err) == "TooManyRequestsException" {
		return problem.New(problem.TooMany, "There are too many requests just now. Please try again in a minute.")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// unsaid returns nil for the errors that a request to mail a code may end with
// according to who has the address: nobody, someone already confirmed or
// disabled, someone who has asked too often, a mailbox that takes no mail, or nobody
// that can be mailed to.
func unsaid(err error) error {
	switch errorCode(err) {
	case "UserNotFoundException", "InvalidParameterException", "NotAuthorizedException",
		"LimitExceededException", "CodeDeliveryFailureException", "InvalidEmailRoleAccessPolicyException":
		return nil
	}
	return err
}

// refusedCode is the answer to a code that was not taken. That the code is wrong,
// the address unknown, confirmed already, or tried too often is one answer, for
// all but the first would tell that there is such an address or that there is not.
func refusedCode(doing string, err error) error {
	switch errorCode(err) {
	case "CodeMismatchException", "ExpiredCodeException", "UserNotFoundException", "UserNotConfirmedException",
		"NotAuthorizedException", "AliasExistsException", "InvalidParameterException",
		"LimitExceededException", "TooManyFailedAttemptsException":
		return invalid("code", wrongCode)
	case "InvalidPasswordException":
		return refusedPassword("password", err)
	}
	return failed(doing, err)
}

// refusedPassword repeats Cognito's words: they name the rule of the policy that
// the password breaks, and not the password.
func refusedPassword(field string, err error) error {
	message := "is refused"
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		message += ": " + answer.ErrorMessage()
	}
	return invalid(field, message)
}

func invalid(field, message string) error {
	var fields problem.Fields
	fields.Add(field, message)
	return fields.Err()
}
