// Package gateway holds what a function and its callers may expect of an API
// Gateway HTTP API: the event of payload format 2.0, the answers and errors, the
// limits, and the JWT authorizer.
//
// It has no code of its own; the tests speak HTTP to the API and see what the
// function behind it sees.
package gateway
