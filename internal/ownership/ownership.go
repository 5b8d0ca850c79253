// Package ownership keeps which IB an address belongs to where it may belong to
// one alone: in exclusive mode the first IB that captures it has it, until that IB
// erases the lead.
//
// A claim is a Registry item that is named by the hash of the address, and it has
// one attribute beside its key: one that is named by its owner's userId. So the
// tenant role's policy can keep a tenant to the attribute of its own name, and a
// tenant may claim what is free, but not take away, change or give to another what
// is claimed, whatever the code does. What IAM cannot say is that an address has
// one owner: that is the condition of a claim, which is made here and nowhere else.
// Nor can it keep a failed condition from answering with the old item, for which no
// write here asks.
//
// A claim is written in one transaction with the lead and freed in one that holds
// that the lead is gone, so there is no lead without its claim, no crash between
// the two, and nobody who owns an address of which they have nothing but a claim
// for longer than it takes to free it. Nothing here knows an address but as a hash.
package ownership

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/env"
	"clientflow/internal/problem"
	"clientflow/internal/tenant"
	"clientflow/internal/tenantdb"
)

// ErrTaken says that the address belongs to another IB, and not to which.
var ErrTaken = problem.New(problem.Conflict, "This lead is already registered with another IB")

// Rule says whether addresses are owned. By the zero Rule they are not: any number
// of IBs may have one as their lead.
type Rule struct {
	registry string // "" for the zero Rule
}

// Exclusive returns the rule that an address belongs to one IB, as the Registry
// table of that name has it.
func Exclusive(registry string) Rule { return Rule{registry} }

// Read reads the rule of a function from LEAD_OWNERSHIP, which is shared or
// exclusive, and shared when it is not set.
func Read(settings *env.Reader, registry string) Rule {
	if settings.Choice("LEAD_OWNERSHIP", "shared", "exclusive") == "exclusive" {
		return Exclusive(registry)
	}
	return Rule{}
}

// Exclusive tells whether an address belongs to one IB.
func (r Rule) Exclusive() bool { return r.registry != "" }

// claimable is the condition under which an address is free, or the owner's
// already. It names no attribute but the key and the owner's own.
const claimable = "attribute_not_exists(#key) OR attribute_exists(#owner)"

// Claim returns the write that makes an address the owner's, in an exclusive rule.
// Its condition is false when the address is another's.
func (r Rule) Claim(owner tenant.ID, address string, at time.Time) tenantdb.Write {
	return tenantdb.Beside{TransactWriteItem: types.TransactWriteItem{Update: &types.Update{
		TableName:                &r.registry,
		Key:                      key(address),
		UpdateExpression:         aws.String("SET #owner = :at"),
		ConditionExpression:      aws.String(claimable),
		ExpressionAttributeNames: names(owner),
		ExpressionAttributeValues: tenantdb.Item{
			":at": &types.AttributeValueMemberN{Value: strconv.FormatInt(at.UnixMilli(), 10)},
		},
	}}}
}

// Free returns the write that frees an address of the owner's, in an exclusive
// rule. Its condition is false when the address is another's.
func (r Rule) Free(owner tenant.ID, address string) tenantdb.Write {
	return tenantdb.Beside{TransactWriteItem: types.TransactWriteItem{Delete: &types.Delete{
		TableName:                &r.registry,
		Key:                      key(address),
		ConditionExpression:      aws.String(claimable),
		ExpressionAttributeNames: names(owner),
	}}}
}

func names(owner tenant.ID) map[string]string {
	return map[string]string{"#key": "key", "#owner": owner.String()}
}

var encoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

func key(address string) tenantdb.Item {
	sum := sha256.Sum256([]byte("clientflow/email\x00" + address))
	return tenantdb.Item{"key": &types.AttributeValueMemberS{Value: "EMAIL#" + encoding.EncodeToString(sum[:])}}
}
