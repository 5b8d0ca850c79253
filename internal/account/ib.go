// Package account is the record of an IB: who it is, and what keeps it apart from
// all others.
//
// A record is made in one transaction with the two registry entries that make its
// tag prefix and its form's key unique, so there is no half an IB. It is read and
// changed for one tenant at a time. Passwords, codes and tokens are no business of
// this package: package identity leaves those to Cognito.
package account

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/problem"
	"clientflow/internal/tag"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// DefaultTimeZone is the time zone of an IB that has chosen none.
const DefaultTimeZone = "UTC"

// IB is the record of one introducing broker.
type IB struct {
	// Tenant is whose record it is.
	Tenant tenant.ID
	Email  string
	Name   string
	// Prefix begins all of the IB's tags. It is the zero Prefix in a record that an
	// older version made, until that is completed.
	Prefix tag.Prefix
	// WorkflowsConfigured says whether the admin has set up the IB's workflows in
	// Systeme.io.
	WorkflowsConfigured bool
	// FormKey is the key of the IB's form: 20 characters of a–z0–9.
	FormKey string
	// ThankYouURL is where a visitor goes after the form; "" for our own page.
	ThankYouURL string
	// AllowedOrigins are the IB's own sites, such as "https://example.com", in the
	// form in which a browser names them; empty for none.
	AllowedOrigins []string
	// TimeZone is an IANA name, such as "Europe/Berlin".
	TimeZone string
	// CreatedAt is when the record was made.
	CreatedAt Timestamp
	// DisabledAt is when an admin disabled the IB; "" for one that is not.
	DisabledAt Timestamp
	// SignedOutAt is when the IB last signed out everywhere; "" for never.
	SignedOutAt Timestamp
	// Listed tells whether the IB is in the directory.
	Listed bool
	// TagsRequested is when the IB's tags in Systeme.io were last asked for, and
	// TagsMade when all of them were there; "" for not yet.
	TagsRequested, TagsMade Timestamp
}

// Users reads and changes the records of IBs, each for its own tenant.
type Users struct {
	table tenantdb.Table
}

// NewUsers returns the records in the Users table, which has no sort key.
func NewUsers(table tenantdb.Table) Users { return Users{table} }

// Get returns a tenant's record: a NotFound problem when it has none,
// tenant.ErrNoTenant for the zero ID.
func (u Users) Get(ctx context.Context, id tenant.ID) (IB, error) {
	partition, err := u.table.Of(id)
	if err != nil {
		return IB{}, err
	}
	item, err := partition.Get(ctx, "")
	if err != nil {
		return IB{}, err
	}
	if item == nil {
		return IB{}, missing()
	}
	return decode(id, item)
}

func missing() error { return problem.New(problem.NotFound, "There is no such account.") }

func decode(id tenant.ID, item tenantdb.Item) (IB, error) {
	var prefix tag.Prefix
	if stored := text(item, prefixAttribute); stored != "" {
		var err error
		if prefix, err = tag.ParsePrefix(stored); err != nil {
			return IB{}, fmt.Errorf("record of %s: %w", id, err)
		}
	}
	ib := IB{
		Tenant:         id,
		Email:          text(item, "email"),
		Name:           text(item, "name"),
		Prefix:         prefix,
		FormKey:        text(item, formAttribute),
		ThankYouURL:    text(item, "thankYouUrl"),
		AllowedOrigins: texts(item, "allowedOrigins"),
		TimeZone:       text(item, "timeZone"),
		CreatedAt:      Timestamp(text(item, "createdAt")),
		DisabledAt:     Timestamp(text(item, disabledAt)),
		SignedOutAt:    Timestamp(text(item, signedOutAt)),
		Listed:         text(item, listedAs) != "",
		TagsRequested:  Timestamp(text(item, tagsRequestedAt)),
		TagsMade:       Timestamp(text(item, tagsMadeAt)),
	}
	if configured, ok := item["systemeWorkflowsConfigured"].(*types.AttributeValueMemberBOOL); ok {
		ib.WorkflowsConfigured = configured.Value
	}
	if ib.TimeZone == "" {
		ib.TimeZone = DefaultTimeZone
	}
	return ib, nil
}

func text(item tenantdb.Item, name string) string {
	if value, ok := item[name].(*types.AttributeValueMemberS); ok {
		return value.Value
	}
	return ""
}

func texts(item tenantdb.Item, name string) []string {
	list, _ := item[name].(*types.AttributeValueMemberL) // nil when there is none
	if list == nil {
		return nil
	}
	var values []string
	for _, member := range list.Value {
		if value, ok := member.(*types.AttributeValueMemberS); ok {
			values = append(values, value.Value)
		}
	}
	return values
}
