package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/internal/account"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
)

func backfillFlags(set *flag.FlagSet) action {
	apply := set.Bool("apply", false, "do it, and not only say what would be done")
	return func(ctx context.Context, o *operator) error {
		b := backfill{operator: o, registrar: account.NewRegistrar(o.db, o.usersTable, o.registryTable), apply: *apply, seen: map[string]bool{}}
		return b.run(ctx)
	}
}

// backfill gives every IB what a new one has from its beginning: a prefix and a form
// key of its own, its place in the directory, and its tags in Systeme.io. What is
// there is left as it is.
type backfill struct {
	*operator
	registrar *account.Registrar
	apply     bool

	seen           map[string]bool // the subs of all users
	changed, wrong int
}

func (b *backfill) run(ctx context.Context) error {
	pages := cognitoidentityprovider.NewListUsersPaginator(b.pool, &cognitoidentityprovider.ListUsersInput{UserPoolId: &b.poolID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the users: %w", err)
		}
		for _, u := range page.Users {
			if err := b.user(ctx, u); err != nil {
				return err
			}
		}
	}
	if err := b.withoutLogin(ctx); err != nil {
		return err
	}
	return b.sum()
}

// sum says what was done, or would be.
func (b *backfill) sum() error {
	if b.apply {
		b.say("%d of %d users changed", b.changed, len(b.seen))
	} else {
		b.say("%d of %d users would be changed. Nothing was: do it with APPLY=1, or -apply.", b.changed, len(b.seen))
	}
	if b.wrong > 0 {
		b.say("%d could not be brought up to date", b.wrong)
		return errLeft
	}
	return nil
}

// user brings the record of one user up to date. Only what would stop all others too
// is returned as an error.
func (b *backfill) user(ctx context.Context, u types.UserType) error {
	person := personOf(u)
	b.seen[person.Subject] = true
	lacks, err := b.lacks(ctx, u, person)
	if err == nil && len(lacks) > 0 && b.apply {
		err = b.bring(ctx, u, person)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errNoRecord):
	case err != nil:
		b.wrong++
		b.say("wrong    %s: %v", person.Subject, err)
	case len(lacks) > 0:
		b.changed++
		b.say("%s %s: %s", map[bool]string{true: "changed ", false: "lacking "}[b.apply], person.Subject, strings.Join(lacks, ", "))
	}
	return nil
}

// errNoRecord says that a user has no record and needs none: it has not confirmed its
// address, or is an admin who never signed in as an IB.
var errNoRecord = errors.New("has no record")

// lacks names what a user's record lacks, "all" when there is none.
func (b *backfill) lacks(ctx context.Context, u types.UserType, person account.Person) ([]string, error) {
	lacks, err := b.registrar.Lacks(ctx, person)
	if isMissing(err) {
		if needed, err := b.needsRecord(ctx, u); err != nil || needed {
			return []string{"all"}, err
		}
		return nil, errNoRecord
	}
	if err != nil || !confirmed(u) {
		return lacks, err
	}
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return nil, err
	}
	ib, err := b.users().Get(ctx, id)
	if err != nil || ib.DisabledAt != "" {
		return lacks, err
	}
	if !ib.Listed {
		lacks = append(lacks, "listedAs")
	}
	if ib.TagsRequested == "" {
		lacks = append(lacks, "systemeTagsRequestedAt")
	}
	return lacks, nil
}

// needsRecord tells whether a user without a record is to have one, as its next
// sign-in would make it.
func (b *backfill) needsRecord(ctx context.Context, u types.UserType) (bool, error) {
	if !confirmed(u) {
		return false, nil
	}
	groups, err := b.pool.AdminListGroupsForUser(ctx, &cognitoidentityprovider.AdminListGroupsForUserInput{
		UserPoolId: &b.poolID, Username: u.Username,
	})
	if err != nil {
		return false, fmt.Errorf("list the groups of a user: %w", err)
	}
	return !slices.ContainsFunc(groups.Groups, func(g types.GroupType) bool { return aws.ToString(g.GroupName) == tenant.AdminGroup }), nil
}

// bring completes a record, and does for an IB that has confirmed its address what its
// next sign-in would do.
func (b *backfill) bring(ctx context.Context, u types.UserType, person account.Person) error {
	if _, err := b.registrar.Complete(ctx, person); err != nil && !isMissing(err) {
		return err
	}
	if !confirmed(u) {
		return nil
	}
	_, err := b.registrar.Ensure(ctx, person)
	if errors.Is(err, account.ErrDisabled) {
		return nil
	}
	return err
}

// withoutLogin tells of records whose user is gone. Nobody can say whether the address
// was confirmed, so they are left as they are.
func (b *backfill) withoutLogin(ctx context.Context) error {
	return b.eachRecord(ctx, func(userID string) error {
		if !b.seen[userID] {
			b.say("no login %s: left as it is", userID)
		}
		return nil
	})
}

func personOf(u types.UserType) account.Person {
	attributes := map[string]string{}
	for _, a := range u.Attributes {
		attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	return account.Person{
		Subject: attributes["sub"], Email: attributes["email"], Name: attributes["name"], Since: aws.ToTime(u.UserCreateDate),
	}
}

// confirmed tells whether a user has proven to own the address.
func confirmed(u types.UserType) bool { return u.UserStatus == types.UserStatusTypeConfirmed }

func isMissing(err error) bool { return err != nil && problem.Of(err).Kind == problem.NotFound }
