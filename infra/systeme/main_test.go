package main

import (
	"os"
	"testing"

	awslambda "github.com/aws/aws-lambda-go/lambda"
)

// roleVariable makes this binary a function when it is set.
const roleVariable = "SYSTEME_TEST_ROLE"

// TestMain plays a function that tells which process it is.
func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) != "" {
		awslambda.Start(func() (int, error) { return os.Getpid(), nil })
		return
	}
	os.Exit(m.Run())
}
