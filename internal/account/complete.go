package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// ErrTaken says that a stored prefix or form key is registered as another IB's. Which
// of the two is to get another is for people to say: one has it on its site, or in
// its workflows.
var ErrTaken = errors.New("its prefix or its form key is registered as another IB's")

// nobody stands for the owner of a prefix whose IB was erased.
const nobody = "nobody"

// errChanged says that a record, or an entry of the registry, changed meanwhile.
var errChanged = errors.New("changed by others meanwhile")

// Lacks names what a record that an older version made lacks of one of today: its
// attributes, and the entries of the registry that make it unique, "PREFIX#" and
// "FORM#". A person without a record is a NotFound problem.
func (r *Registrar) Lacks(ctx context.Context, person Person) ([]string, error) {
	c, err := r.inspect(ctx, person)
	return c.lacks, err
}

// Complete gives a record what it lacks, and leaves all else as it is: a prefix and a
// form key that no other IB has, and what is registered of them, in one transaction.
// It returns what was lacking. Others may use the record meanwhile, and doing it again
// changes nothing.
func (r *Registrar) Complete(ctx context.Context, person Person) ([]string, error) {
	for range maxAttempts {
		c, err := r.inspect(ctx, person)
		if err != nil || len(c.lacks) == 0 {
			return nil, err
		}
		switch err := r.complete(ctx, c); {
		case err == nil:
			return c.lacks, nil
		case !errors.Is(err, errChanged):
			return nil, fmt.Errorf("complete the record of %s: %w", c.id, err)
		}
	}
	return nil, fmt.Errorf("complete the record of %s: %w %d times", person.Subject, errChanged, maxAttempts)
}

// completion is what is to be done to a record.
type completion struct {
	id tenant.ID
	// whole is the record with all that it lacks.
	whole tenantdb.Item
	lacks []string
}

// inspect compares a stored record with what is made today.
func (r *Registrar) inspect(ctx context.Context, person Person) (completion, error) {
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return completion{}, err
	}
	stored, err := r.stored(ctx, id)
	if err != nil {
		return completion{}, err
	}
	prefix, err := r.newPrefix()
	if err != nil {
		return completion{}, err
	}
	formKey, err := r.newFormKey()
	if err != nil {
		return completion{}, err
	}
	c := completion{id: id, whole: r.record(id, person, prefix, formKey)}
	for name, value := range c.whole {
		if own, there := stored[name]; there && !empty(own) {
			c.whole[name] = own
		} else if !empty(value) {
			c.lacks = append(c.lacks, name)
		}
	}
	if err := r.inspectRegistry(ctx, &c); err != nil {
		return completion{}, err
	}
	slices.Sort(c.lacks)
	return c, nil
}

// stored returns the attributes of a record that can be read.
func (r *Registrar) stored(ctx context.Context, id tenant.ID) (tenantdb.Item, error) {
	partition, err := r.users.table.Of(id)
	if err != nil {
		return nil, err
	}
	item, err := partition.Get(ctx, "")
	if err == nil && item == nil {
		err = missing()
	}
	if err == nil {
		_, err = decode(id, item)
	}
	return item, err
}

// inspectRegistry looks for the entries of a prefix and a form key that the record
// has. Those that it lacks are registered together with it.
func (r *Registrar) inspectRegistry(ctx context.Context, c *completion) error {
	for attribute, entry := range map[string]string{prefixAttribute: prefixEntry, formAttribute: formEntry} {
		if slices.Contains(c.lacks, attribute) {
			continue
		}
		switch owner, err := r.registered(ctx, entry+text(c.whole, attribute)); {
		case err != nil:
			return err
		case owner == "":
			c.lacks = append(c.lacks, entry)
		case owner != c.id.String():
			return ErrTaken
		}
	}
	return nil
}

// registered returns the userId that an entry of the registry names; "" when there is
// no entry.
func (r *Registrar) registered(ctx context.Context, key string) (string, error) {
	out, err := r.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &r.registryTable, Key: tenantdb.Item{"key": str(key)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", fmt.Errorf("look into the registry: %w", err)
	}
	if out.Item == nil {
		return "", nil
	}
	return cmp.Or(text(out.Item, "userId"), nobody), nil
}

// complete writes what is lacking, and both entries of the registry, unless the record
// was completed, or an entry given to another, meanwhile.
func (r *Registrar) complete(ctx context.Context, c completion) error {
	_, err := r.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: r.fill(c)},
		{Update: r.claim(prefixEntry+text(c.whole, prefixAttribute), c.id)},
		{Update: r.claim(formEntry+text(c.whole, formAttribute), c.id)},
	}})
	cancelled, is := errors.AsType[*types.TransactionCanceledException](err)
	if !is {
		return err
	}
	for _, reason := range cancelled.CancellationReasons {
		if code := aws.ToString(reason.Code); code != "None" && code != "ConditionalCheckFailed" && code != "TransactionConflict" {
			return err
		}
	}
	return errChanged
}

// fill sets the attributes that are lacking where they still are. The prefix and the
// form key must be those that are registered with it.
func (r *Registrar) fill(c completion) *types.Update {
	update := &types.Update{
		TableName:                &r.usersTable,
		Key:                      tenantdb.Item{"userId": str(c.id.String())},
		ExpressionAttributeNames: map[string]string{}, ExpressionAttributeValues: tenantdb.Item{},
	}
	var sets []string
	condition := "attribute_exists(userId)"
	for _, name := range slices.Sorted(maps.Keys(c.whole)) {
		switch {
		case slices.Contains(c.lacks, name):
			condition += fmt.Sprintf(" AND (attribute_not_exists(#%[1]s) OR #%[1]s = :empty)", name)
			update.ExpressionAttributeValues[":empty"] = str("")
		case name == prefixAttribute || name == formAttribute:
			condition += fmt.Sprintf(" AND #%[1]s = :%[1]s", name)
		default:
			continue
		}
		update.ExpressionAttributeNames["#"+name] = name
		update.ExpressionAttributeValues[":"+name] = c.whole[name]
		sets = append(sets, fmt.Sprintf("#%[1]s = :%[1]s", name))
	}
	update.UpdateExpression = aws.String("SET " + strings.Join(sets, ", "))
	update.ConditionExpression = &condition
	return update
}

// claim registers a key for an IB, unless it is another's.
func (r *Registrar) claim(key string, id tenant.ID) *types.Update {
	return &types.Update{
		TableName:                 &r.registryTable,
		Key:                       tenantdb.Item{"key": str(key)},
		UpdateExpression:          aws.String("SET userId = :own"),
		ConditionExpression:       aws.String("attribute_not_exists(#key) OR userId = :own"),
		ExpressionAttributeNames:  map[string]string{"#key": "key"},
		ExpressionAttributeValues: tenantdb.Item{":own": str(id.String())},
	}
}

// empty tells whether an attribute is a text that says nothing.
func empty(value types.AttributeValue) bool {
	text, is := value.(*types.AttributeValueMemberS)
	return is && text.Value == ""
}
