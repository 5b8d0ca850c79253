package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	gonanoid "github.com/matoous/go-nanoid/v2"

	"clientflow/internal/problem"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

const (
	formKeyAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	formKeyLen      = 20

	// The attributes of a record that no two IBs may have alike, and how the registry's
	// entries begin that see to it.
	prefixAttribute, formAttribute = "systemeTagPrefix", "formKey"
	prefixEntry, formEntry         = "PREFIX#", "FORM#"

	// maxAttempts bounds how often a record is tried with another prefix and form
	// key. One collision in a lifetime would be much: of prefixes alone there are
	// 36 to the power of 8.
	maxAttempts = 20
)

// Person is who signs up, as Cognito knows it.
type Person struct {
	// Subject is the Cognito sub, which becomes the userId.
	Subject string
	Email   string
	Name    string
	// Since is when Cognito made the user; the zero time for just now.
	Since time.Time
}

// Transactor is the part of DynamoDB that makes a record.
type Transactor interface {
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Registrar makes the records of IBs, each once.
type Registrar struct {
	client        API
	users         Users
	usersTable    string
	registryTable string

	now        func() time.Time
	newPrefix  func() (tag.Prefix, error)
	newFormKey func() (string, error)
}

// API is the part of DynamoDB that a Registrar needs.
type API interface {
	Transactor
	tenantdb.API
}

// NewRegistrar returns a Registrar that writes these two tables with the
// function's own role.
func NewRegistrar(client API, usersTable, registryTable string) *Registrar {
	return &Registrar{
		client:        client,
		users:         NewUsers(tenantdb.Owned(client, usersTable, "")),
		usersTable:    usersTable,
		registryTable: registryTable,
		now:           time.Now,
		newPrefix:     tag.NewPrefix,
		newFormKey:    func() (string, error) { return gonanoid.Generate(formKeyAlphabet, formKeyLen) },
	}
}

// Ensure returns the tenant of a person who has proven to own the address. It makes
// the record if a sign-up was interrupted before that. It enters the IB in the
// directory and asks for its tags in Systeme.io if that was not done: not at the
// sign-up, when anyone can have typed the address. For an IB that was disabled it
// returns ErrDisabled.
func (r *Registrar) Ensure(ctx context.Context, person Person) (tenant.ID, error) {
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return tenant.ID{}, err
	}
	ib, err := r.users.Get(ctx, id)
	if ib.DisabledAt != "" {
		return tenant.ID{}, ErrDisabled
	}
	waits := err == nil && ib.Prefix == tag.Prefix{} // for Complete: it can have no tags yet
	if err != nil && problem.Of(err).Kind == problem.NotFound {
		id, err = r.Create(ctx, person)
	}
	if err == nil && !ib.Listed {
		err = r.users.enlist(ctx, id)
	}
	if err == nil && ib.TagsRequested == "" && !waits {
		err = r.users.RequestTags(ctx, id, "", r.now())
	}
	return id, err
}

// Admit returns the tenant of a person who is still signed in, or ErrDisabled.
func (r *Registrar) Admit(ctx context.Context, person Person) (tenant.ID, error) {
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return tenant.ID{}, err
	}
	return id, r.users.Admit(ctx, id)
}

// Create makes the record of a person whom Cognito has just made, with a tag
// prefix and a form key that no other IB has. A record that is there already is
// left as it is.
func (r *Registrar) Create(ctx context.Context, person Person) (tenant.ID, error) {
	id, err := tenant.Stored(person.Subject)
	if err != nil {
		return tenant.ID{}, err
	}
	for range maxAttempts {
		again, err := r.attempt(ctx, id, person)
		if err != nil {
			return tenant.ID{}, fmt.Errorf("make the record of %s: %w", id, err)
		}
		if !again {
			return id, nil
		}
	}
	return tenant.ID{}, fmt.Errorf("make the record of %s: %d attempts collided", id, maxAttempts)
}

// attempt makes the record with one prefix and form key. again tells that another
// pair must be tried.
func (r *Registrar) attempt(ctx context.Context, id tenant.ID, person Person) (again bool, err error) {
	prefix, err := r.newPrefix()
	if err != nil {
		return false, err
	}
	formKey, err := r.newFormKey()
	if err != nil {
		return false, err
	}
	// The order of the items is that of the reasons in collided.
	_, err = r.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		putNew(r.usersTable, "userId", r.record(id, person, prefix, formKey)),
		putNew(r.registryTable, "key", tenantdb.Item{"key": str(prefixEntry + prefix.String()), "userId": str(id.String())}),
		putNew(r.registryTable, "key", tenantdb.Item{"key": str(formEntry + formKey), "userId": str(id.String())}),
	}})
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return collided(cancelled)
	}
	return false, err
}

// record is what the record of a person is from its beginning.
func (r *Registrar) record(id tenant.ID, person Person, prefix tag.Prefix, formKey string) tenantdb.Item {
	since := person.Since
	if since.IsZero() {
		since = r.now()
	}
	return tenantdb.Item{
		"userId":                     str(id.String()),
		"email":                      str(person.Email),
		"name":                       str(person.Name),
		prefixAttribute:              str(prefix.String()),
		"systemeWorkflowsConfigured": &types.AttributeValueMemberBOOL{},
		formAttribute:                str(formKey),
		"timeZone":                   str(DefaultTimeZone),
		"createdAt":                  str(stamp(since)),
	}
}

// collided reads why a transaction was cancelled: the record is there already
// (the work is done), a key is another IB's or just being written (another
// attempt), or an error.
func collided(cancelled *types.TransactionCanceledException) (again bool, err error) {
	for i, reason := range cancelled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "None":
		case "ConditionalCheckFailed":
			if i == 0 {
				return false, nil
			}
			again = true
		case "TransactionConflict":
			again = true
		default:
			return false, cancelled
		}
	}
	if !again {
		return false, cancelled
	}
	return true, nil
}

func putNew(table, key string, item tenantdb.Item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                &table,
		Item:                     item,
		ConditionExpression:      aws.String("attribute_not_exists(#key)"),
		ExpressionAttributeNames: map[string]string{"#key": key},
	}}
}

func str[T ~string](value T) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: string(value)}
}
