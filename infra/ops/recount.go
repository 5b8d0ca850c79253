package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"clientflow/internal/lead"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

func recountFlags(set *flag.FlagSet) action {
	user := set.String("user", "", "`userId` or address of the one IB whose leads are counted; all IBs without it")
	return func(ctx context.Context, o *operator) error { return recountAll(ctx, o, *user) }
}

// recountAll counts the leads of one IB, or of all.
//
// What makes it exact while captures go on: the leads are read from the table, and
// what happens to them meanwhile from its stream, which is followed from before the
// first lead is read. When all are read, a mark is written beside them. Its record in
// the stream has a place behind all that was read. How a lead was at that place is
// what the last record before it says, or, without one, what was read; and so it is
// for any later place that the stream has been followed to. That is the Snapshot from
// which tally.Counters.Recount sets each counter as of one place, which the counter
// then remembers as counted. No record is lost between, none counted twice, and
// neither captures nor the sync wait for anything.
func recountAll(ctx context.Context, o *operator, user string) error {
	follow, err := o.followLeads(ctx)
	if err != nil {
		return err
	}
	counters := tally.New(tenantdb.Owned(o.db, o.leadsTable, lead.SortKey))
	return o.eachTenant(ctx, user, func(id tenant.ID) error {
		before, err := counters.Leads(ctx, id)
		if err != nil {
			return err
		}
		r := recounting{operator: o, follow: follow, owner: id, leads: map[string]*tally.Lead{}}
		if err := r.run(ctx, counters); err != nil {
			return fmt.Errorf("recount %s: %w", id, err)
		}
		after, err := counters.Leads(ctx, id)
		if err != nil {
			return err
		}
		o.say("%s: %d leads, counted before as %d", id, after, before)
		if r.unreadable > 0 {
			o.say("%s: %d leads cannot be read, and are not counted", id, r.unreadable)
		}
		return nil
	})
}

// recounting is the recount of one tenant.
type recounting struct {
	*operator
	follow *follower
	owner  tenant.ID

	// leads are those that were read from the table, by sort key.
	leads map[string]*tally.Lead
	// records are what the stream has told since before, and reached the place of the
	// last of them.
	records    []told
	reached    tally.Sequence
	unreadable int
}

// told is what a record of the stream tells of a lead; nil when it is no more.
type told struct {
	at   tally.Sequence
	key  string
	lead *tally.Lead
}

func (r *recounting) run(ctx context.Context, counters tally.Counters) error {
	if err := r.read(ctx); err != nil {
		return err
	}
	marks, err := counters.Marks(ctx, r.owner)
	if err != nil {
		return err
	}
	at, err := r.mark(ctx)
	if err != nil {
		return err
	}
	return counters.Recount(ctx, r.owner, marks, at, r.snapshot)
}

// read reads all leads of the tenant, as far as they are counted.
func (r *recounting) read(ctx context.Context) error {
	pages := dynamodb.NewQueryPaginator(r.db, &dynamodb.QueryInput{
		TableName:                 &r.leadsTable,
		ConsistentRead:            aws.Bool(true), // what is older may be in the stream no more
		KeyConditionExpression:    aws.String("userId = :owner AND begins_with(sk, :lead)"),
		ProjectionExpression:      aws.String("sk, #status, ibType, createdAt"),
		ExpressionAttributeNames:  map[string]string{"#status": "status"},
		ExpressionAttributeValues: tenantdb.Item{":owner": str(r.owner.String()), ":lead": str(leadKey)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the leads: %w", err)
		}
		for _, item := range page.Items {
			counted, err := countedOf(item)
			if err != nil {
				r.unreadable++
				continue
			}
			r.leads[textIn(item, lead.SortKey)] = counted
		}
	}
	return nil
}

// leadKey begins the sort key of every lead.
const leadKey = "LEAD#"

func countedOf(item tenantdb.Item) (*tally.Lead, error) {
	counted, err := tally.Stored(textIn(item, "status"), textIn(item, "ibType"), textIn(item, "createdAt"))
	if err != nil {
		return nil, err
	}
	return &counted, nil
}

// markKey is the sort key of the mark, of which nothing is published.
const markKey = "RECOUNT#"

// mark writes the mark, waits until the stream tells of it, and returns its place.
func (r *recounting) mark(ctx context.Context) (tally.Sequence, error) {
	key, token := tenantdb.Item{"userId": str(r.owner.String()), lead.SortKey: str(markKey)}, rand.Text()
	_, err := r.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &r.leadsTable, Key: key, UpdateExpression: aws.String("SET mark = :token"),
		ExpressionAttributeValues: tenantdb.Item{":token": str(token)},
	})
	if err != nil {
		return "", fmt.Errorf("write the mark: %w", err)
	}
	var at tally.Sequence
	for at == "" {
		err := r.listen(ctx, func(c streamed) {
			if c.key == markKey && textIn(c.after, "mark") == token {
				at = c.at
			}
		})
		if err != nil {
			return "", err
		}
	}
	if _, err := r.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &r.leadsTable, Key: key}); err != nil {
		return "", fmt.Errorf("remove the mark: %w", err)
	}
	return at, nil
}

// listen takes in what the stream tells next of the tenant, and shows it to see.
func (r *recounting) listen(ctx context.Context, see func(streamed)) error {
	return r.follow.next(ctx, func(c streamed) {
		if c.userID != r.owner.String() {
			return
		}
		r.reached = max(r.reached, c.at)
		if strings.HasPrefix(c.key, leadKey) {
			counted, err := countedOf(c.after)
			if err != nil && c.after != nil {
				r.unreadable++ // and publish-leads leaves it behind
			}
			r.records = append(r.records, told{c.at, c.key, counted})
		}
		see(c)
	})
}

// snapshot is a tally.Snapshot.
func (r *recounting) snapshot(ctx context.Context, at tally.Sequence) ([]tally.Lead, error) {
	for r.reached < at {
		if err := r.listen(ctx, func(streamed) {}); err != nil {
			return nil, err
		}
	}
	then := map[string]*tally.Lead{}
	for key, read := range r.leads {
		then[key] = read
	}
	for _, record := range r.records {
		if record.at <= at {
			then[record.key] = record.lead
		}
	}
	var all []tally.Lead
	for _, counted := range then {
		if counted != nil {
			all = append(all, *counted)
		}
	}
	return all, nil
}
