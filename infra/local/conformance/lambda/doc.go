// Package lambda holds what a function may expect of Lambda: the Runtime API,
// its environment variables, time-outs, crashes and limits. The functions under
// test are this package's own test binary, started again, some with the runtime
// library that ClientFlow uses and some that speak the Runtime API themselves.
//
// It has no code of its own, and knows the local Lambda by its Go interface only.
package lambda
