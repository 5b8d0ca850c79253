package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/account"
	"clientflow/internal/lead"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func eraseFlags(set *flag.FlagSet) action {
	e := erasing{}
	user := set.String("user", "", "`userId` or address of the IB")
	confirm := set.String("confirm", "", "the `userId` again, since nothing of this can be undone")
	set.DurationVar(&e.patience, "patience", 12*time.Hour, "how `long` to wait for Systeme.io; a lead takes some ten calls at the account's rate, and three minutes")
	set.DurationVar(&e.settle, "settle", 30*time.Second, "how `long` what was let in before the IB was disabled may last, and more than a function may")
	set.DurationVar(&e.pause, "pause", 5*time.Second, "how `often` to look whether Systeme.io is clean")
	return func(ctx context.Context, o *operator) error {
		id, err := o.named(ctx, *user)
		if err != nil {
			return err
		}
		if *confirm != id.String() {
			return fmt.Errorf("this erases %s for ever: confirm it with CONFIRM=%s, or -confirm", id, id)
		}
		e.operator, e.id = o, id
		return e.run(ctx)
	}
}

// erasing erases an IB, and all that was stored of it and of its leads.
//
// It goes in steps, of which each may be done again, and looks at what is there
// rather than at how far it came before: so it may be ended anywhere and run again.
//
//  1. The IB is disabled, which shuts its form and its sessions, and so is its login.
//  2. Every lead is erased as its IB would, which has it removed from Systeme.io, and
//     what another IB has of the same contact left alone. Leads that came in at the last
//     moment are found when it looks again.
//  3. When Systeme.io is clean and publish-leads has told of all of that, the items are
//     deleted: the counters, the erasures, the trail.
//  4. The record and its form's key go together. The prefix stays registered as
//     nobody's, without a word of whose it was: no other IB may ever have it.
//  5. The login goes last, since by its address the IB is found when this is run again.
type erasing struct {
	*operator
	id                      tenant.ID
	patience, settle, pause time.Duration
}

func (e *erasing) run(ctx context.Context) error {
	ends := time.Now().Add(e.patience)
	for _, step := range []struct {
		does string
		do   func(context.Context, time.Time) error
	}{
		{"disable the IB", e.disable},
		{"erase its leads", e.eraseLeads},
		{"delete its items", e.deleteItems},
		{"remove its record", e.removeRecord},
		{"remove its login", e.removeLogin},
	} {
		if err := step.do(ctx, ends); err != nil {
			if !errors.Is(err, errLeft) {
				e.say("%s: not done yet: %s", e.id, step.does)
			}
			return err
		}
	}
	e.say("%s: nothing is left here. Names of its tags stay in Systeme.io, and say nothing of it.", e.id)
	return nil
}

func (e *erasing) disable(ctx context.Context, _ time.Time) error {
	if err := e.users().SetDisabled(ctx, e.id, true, time.Now()); err != nil && !isMissing(err) {
		return err
	}
	name := aws.String(e.id.String())
	_, err := e.pool.AdminDisableUser(ctx, &cognitoidentityprovider.AdminDisableUserInput{UserPoolId: &e.poolID, Username: name})
	if err == nil {
		_, err = e.pool.AdminUserGlobalSignOut(ctx, &cognitoidentityprovider.AdminUserGlobalSignOutInput{UserPoolId: &e.poolID, Username: name})
	}
	return unlessUnknown(err)
}

// unlessUnknown is nil for a user that is gone.
func unlessUnknown(err error) error {
	if _, unknown := errors.AsType[*cognitotypes.UserNotFoundException](err); unknown {
		return nil
	}
	return err
}

// eraseLeads erases leads until there are none, nothing of them is in Systeme.io, and
// none can come any more.
func (e *erasing) eraseLeads(ctx context.Context, ends time.Time) error {
	leads, err := lead.NewStore(tenantdb.Owned(e.db, e.leadsTable, lead.SortKey), time.Now).Of(e.id)
	if err != nil {
		return err
	}
	for last := (tallied{-1, -1}); ; {
		quiet, err := e.settled(ctx) // before the look, which then finds what came last
		if err != nil {
			return err
		}
		at, err := e.look(ctx, leads)
		if err != nil {
			return err
		}
		if at == (tallied{}) && quiet {
			return nil
		}
		if at != last && at != (tallied{}) {
			e.say("%s: %d leads erased now, %d on their way out of Systeme.io", e.id, at.erased, at.waiting)
		}
		last = at
		if time.Now().After(ends) {
			e.say("%s: %d leads are still to be removed from Systeme.io. make doctor may know why; run this again.", e.id, at.erased+at.waiting)
			return errLeft
		}
		if err := wait(ctx, e.pause); err != nil {
			return err
		}
	}
}

// tallied is what a look at an IB's items has found, and begun to erase.
type tallied struct{ erased, waiting int }

// look erases the leads that there are, and counts the erasures that are not done.
func (e *erasing) look(ctx context.Context, leads lead.Leads) (found tallied, err error) {
	err = e.eachItem(ctx, e.id, func(item tenantdb.Item) error {
		switch sort := textIn(item, lead.SortKey); {
		case strings.HasPrefix(sort, leadKey):
			found.erased++
			err := leads.Erase(ctx, strings.TrimPrefix(sort, leadKey))
			if errors.Is(err, lead.ErrNotFound) {
				return nil
			}
			return err
		case strings.HasPrefix(sort, erasureKey) && textIn(item, "erasureState") != string(lead.ErasureDone):
			found.waiting++
		}
		return nil
	})
	return found, err
}

// erasureKey begins the sort key of every erasure.
const erasureKey = "ERASURE#"

// settled tells whether all that was let in before the IB was disabled has ended.
func (e *erasing) settled(ctx context.Context) (bool, error) {
	ib, err := e.users().Get(ctx, e.id)
	if isMissing(err) {
		return true, nil // it was removed after that
	}
	return ib.DisabledAt.Before(time.Now().Add(-e.settle)), err
}

// deleteItems deletes what is left of the IB, when publish-leads has nothing more to
// add to it.
func (e *erasing) deleteItems(ctx context.Context, ends time.Time) error {
	for {
		keys, err := e.keys(ctx)
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := e.awaitTrail(ctx, ends); err != nil {
			return err
		}
		if keys, err = e.keys(ctx); err != nil {
			return err
		}
		for _, key := range keys {
			_, err := e.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
				TableName: &e.leadsTable, Key: tenantdb.Item{"userId": str(e.id.String()), lead.SortKey: str(key)},
			})
			if err != nil {
				return fmt.Errorf("delete an item: %w", err)
			}
		}
	}
}

func (e *erasing) keys(ctx context.Context) (keys []string, err error) {
	err = e.eachItem(ctx, e.id, func(item tenantdb.Item) error {
		keys = append(keys, textIn(item, lead.SortKey))
		return nil
	})
	return keys, err
}

// awaitTrail waits until publish-leads has written of the IB's trail and counters all
// that there is to write. It stores an erasure of no lead, which is done already; what
// the stream tells before it has been written when the trail tells of it, which names
// it by its alias.
func (e *erasing) awaitTrail(ctx context.Context, ends time.Time) error {
	alias := rand.Text()
	id := lead.ID(e.id, alias)
	_, err := e.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &e.leadsTable,
		Key:              tenantdb.Item{"userId": str(e.id.String()), lead.SortKey: str(erasureKey + id)},
		UpdateExpression: aws.String("SET leadId = :id, alias = :alias, erasureState = :done, requestedAt = :now, doneAt = :now"),
		ExpressionAttributeValues: tenantdb.Item{
			":id": str(id), ":alias": str(alias), ":done": str(lead.ErasureDone), ":now": str(lead.Stamp(time.Now())),
		},
	})
	if err != nil {
		return fmt.Errorf("ask for the trail: %w", err)
	}
	for told := false; !told; {
		err := e.eachItem(ctx, e.id, func(item tenantdb.Item) error {
			told = told || strings.HasPrefix(textIn(item, lead.SortKey), "AUDIT#") && textIn(item, "alias") == alias
			return nil
		})
		switch {
		case err != nil:
			return err
		case told:
			return nil
		case time.Now().After(ends):
			e.say("%s: publish-leads is behind. Run this again when it is not.", e.id)
			return errLeft
		}
		if err := wait(ctx, e.pause); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasing) removeRecord(ctx context.Context, _ time.Time) error {
	return account.NewRegistrar(e.db, e.usersTable, e.registryTable).Retire(ctx, e.id)
}

func (e *erasing) removeLogin(ctx context.Context, _ time.Time) error {
	_, err := e.pool.AdminDeleteUser(ctx, &cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: &e.poolID, Username: aws.String(e.id.String())})
	return unlessUnknown(err)
}
