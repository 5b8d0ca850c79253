// Package demo fills a fresh local stack with three IBs, their leads, and an
// admin, so that a dashboard has something to show.
//
// Everything is made through the HTTP API, as an IB and its visitors would make
// it; only the admin's group is set where an administrator of AWS would set it.
package demo

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Password is the password of all demo accounts.
const Password = "Demo-1234!"

// Account is a demo account.
type Account struct {
	Name, Email string
	// Leads is how many leads the account has captured.
	Leads int
	Admin bool
	// types are what its visitors ask for.
	types []string
}

// Accounts returns the demo accounts, IBs first.
func Accounts() []Account {
	return []Account{
		{Name: "John Carter", Email: "john@demo.clientflow.test", Leads: 47, types: []string{"forex-ib", "forex-ib", "prop-trading"}},
		{Name: "Sarah Lindqvist", Email: "sarah@demo.clientflow.test", Leads: 89, types: []string{"crypto-affiliate", "crypto-affiliate", "forex-ib"}},
		{Name: "Mike Okafor", Email: "mike@demo.clientflow.test", Leads: 23, types: []string{"cfd", "cfd", "indices"}},
		{Name: "Ada Admin", Email: "admin@demo.clientflow.test", Admin: true},
	}
}

// Stack is where the demo is loaded.
type Stack struct {
	// API and AWS are the addresses of the HTTP API and of the local AWS.
	API, AWS string
	// UserPoolID is the pool that the admin's group is in.
	UserPoolID string
}

// Load makes all accounts side by side, each with its leads. It returns the
// first error.
func Load(ctx context.Context, stack Stack) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := loader{stack, &http.Client{Timeout: 30 * time.Second}}
	var accounts sync.WaitGroup
	for _, account := range Accounts() {
		accounts.Go(func() {
			if err := l.account(ctx, account); err != nil {
				cancel(fmt.Errorf("make the demo account %s: %w", account.Email, err))
			}
		})
	}
	accounts.Wait()
	return context.Cause(ctx)
}
