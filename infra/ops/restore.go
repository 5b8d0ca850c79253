package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/ownership"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func restoreFlags(set *flag.FlagSet) action {
	from := set.String("from", "", "`name` of the table that point-in-time recovery has made")
	into := set.String("table", "leads", "whose copy that is: `users`, registry or leads, to be put back in this order")
	user := set.String("user", "", "`userId` or address of the one IB whose items are put back; all IBs' without it")
	apply := set.Bool("apply", false, "do it, and not only say what would be done")
	return func(ctx context.Context, o *operator) error {
		if *from == "" {
			return errors.New("there is no table to restore from: name it in FROM, or -from")
		}
		r := restoring{operator: o, from: *from, apply: *apply, counts: map[fate]int{}, tenants: map[string]*present{}}
		if o.Parameters["LeadOwnership"] == "exclusive" {
			r.rule = ownership.Exclusive(o.registryTable)
		}
		if *user != "" {
			id, err := o.named(ctx, *user)
			if err != nil {
				return err
			}
			r.user = id.String()
		}
		return r.run(ctx, *into)
	}
}

// restoring puts back what a copy of a table has, as point-in-time recovery makes
// one, and the table itself has no more. The table stays the one that it is, with its
// name, its stream and what was written to it since: an item that is there is never
// changed, so leads that were captured between stand as they are.
//
// What was erased on purpose stays erased: a lead whose erasure the table or its trail
// tells of, an IB whose prefix is retired, what is of an IB without a record, and in
// exclusive mode a lead whose address is another IB's by now. Counters are not put back:
// the stream counts what comes back, and a recount makes them exact.
type restoring struct {
	*operator
	from, user string
	apply      bool
	rule       ownership.Rule

	counts map[fate]int
	// tenants are what the table has of those whose items were met last.
	tenants map[string]*present
}

// fate is what becomes of an item of the copy.
type fate string

const (
	back    fate = "put back"
	there   fate = "there already"
	erased  fate = "erased, left out"
	taken   fate = "of an address that is another IB's by now, left out"
	unowned fate = "of an IB without a record, left out"
	derived fate = "made anew by themselves, left out"
)

func (r *restoring) run(ctx context.Context, into string) error {
	put, known := map[string]func(context.Context, tenantdb.Item) (fate, error){
		"registry": r.registryItem, "users": r.userItem, "leads": r.leadItem,
	}[into]
	if !known {
		return fmt.Errorf("there is no table %q: it is users, registry or leads", into)
	}
	pages := dynamodb.NewScanPaginator(r.db, &dynamodb.ScanInput{TableName: &r.from, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if _, unknown := errors.AsType[*types.ResourceNotFoundException](err); unknown {
			return fmt.Errorf("there is no table %s to restore from in this account and region", r.from)
		}
		if err != nil {
			return fmt.Errorf("read the copy: %w", err)
		}
		for _, item := range page.Items {
			if r.user != "" && textIn(item, "userId") != r.user {
				continue
			}
			became, err := put(ctx, item)
			if err != nil {
				return err
			}
			r.counts[became]++
		}
	}
	for _, became := range slices.Sorted(maps.Keys(r.counts)) {
		r.say("%d items: %s", r.counts[became], became)
	}
	if !r.apply {
		r.say("Nothing was changed: do it with APPLY=1, or -apply.")
	}
	return nil
}

// registryItem puts back whose a prefix, or a form's key, is. All else in the registry
// is found anew, or comes back with the leads.
func (r *restoring) registryItem(ctx context.Context, item tenantdb.Item) (fate, error) {
	key := textIn(item, "key")
	if !strings.HasPrefix(key, "PREFIX#") && !strings.HasPrefix(key, "FORM#") {
		return derived, nil
	}
	id, err := tenant.Stored(textIn(item, "userId"))
	if err != nil {
		return erased, nil // a prefix that was retired before
	}
	owner, err := r.record(ctx, id)
	if err != nil {
		return "", err
	}
	if owner == nil {
		return unowned, nil
	}
	return r.put(ctx, r.registryTable, tenantdb.Item{"key": item["key"]}, item)
}

func (r *restoring) userItem(ctx context.Context, item tenantdb.Item) (fate, error) {
	retired, err := r.registered(ctx, "PREFIX#"+textIn(item, "systemeTagPrefix"))
	if err != nil {
		return "", err
	}
	if textIn(retired, "retiredAt") != "" {
		return erased, nil
	}
	return r.put(ctx, r.usersTable, tenantdb.Item{"userId": item["userId"]}, item)
}

func (r *restoring) registered(ctx context.Context, key string) (tenantdb.Item, error) {
	out, err := r.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &r.registryTable, Key: tenantdb.Item{"key": str(key)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("look into the registry: %w", err)
	}
	return out.Item, nil
}

// put stores an item where there is none of its key, or says whether it would.
func (r *restoring) put(ctx context.Context, table string, key, item tenantdb.Item, beside ...types.TransactWriteItem) (fate, error) {
	if !r.apply {
		out, err := r.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
		if err != nil {
			return "", fmt.Errorf("look for an item: %w", err)
		}
		if out.Item != nil {
			return there, nil
		}
		return back, nil
	}
	writes := append([]types.TransactWriteItem{{Put: &types.Put{
		TableName: &table, Item: item, ConditionExpression: aws.String("attribute_not_exists(#key)"),
		ExpressionAttributeNames: map[string]string{"#key": slices.Sorted(maps.Keys(key))[0]},
	}}}, beside...)
	_, err := r.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	cancelled, is := errors.AsType[*types.TransactionCanceledException](err)
	if !is {
		return back, err
	}
	for i, reason := range cancelled.CancellationReasons {
		switch {
		case aws.ToString(reason.Code) != "ConditionalCheckFailed":
		case i == 0:
			return there, nil
		default:
			return taken, nil
		}
	}
	return "", fmt.Errorf("put an item back: %w", err)
}

// claim is the write that must be made with a lead that comes back; none where any
// number of IBs may have its address.
func (r *restoring) claim(owner tenant.ID, item tenantdb.Item) []types.TransactWriteItem {
	if !r.rule.Exclusive() {
		return nil
	}
	beside, is := r.rule.Claim(owner, textIn(item, "email"), time.Now()).(tenantdb.Beside)
	if !is {
		return nil
	}
	return []types.TransactWriteItem{beside.TransactWriteItem}
}
