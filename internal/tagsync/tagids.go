package tagsync

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/systeme"
)

// maxTagIDs bounds the ids that one environment keeps; with some ten tags an IB
// this is for some 400 IBs.
const maxTagIDs = 4096

// tagCalls is what TagIDs calls of Systeme.io.
type tagCalls interface {
	TagByName(ctx context.Context, name string) (systeme.Tag, error)
	CreateTag(ctx context.Context, name string) (systeme.Tag, error)
}

// registry is what TagIDs calls of DynamoDB.
type registry interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

// TagIDs knows the ids of the account's tags, which its API wants in place of
// names. They are kept in the Registry table for all, and in memory for the life
// of the environment. Both hold names and ids of tags, which belong to the
// account, and nothing of a lead; whoever asks for a tag must already know its
// whole name, so nothing passes from one tenant to another by way of them.
type TagIDs struct {
	account  tagCalls
	registry registry
	table    string

	mu    sync.Mutex
	known map[string]*tagID
	uses  uint64
}

// tagID is an id, or the search for it.
type tagID struct {
	found   chan struct{} // closed when id and err are set
	id      int64
	err     error
	lastUse uint64
}

// NewTagIDs returns the ids that are kept in the Registry table of that name.
func NewTagIDs(account tagCalls, registry registry, table string) *TagIDs {
	return &TagIDs{account: account, registry: registry, table: table, known: map[string]*tagID{}}
}

// ID returns the id of the tag with exactly this name, and makes the tag when the
// account has none. Leads that need the same tag at once share one search.
func (t *TagIDs) ID(ctx context.Context, name string) (int64, error) {
	return t.id(ctx, name, t.findOrMake)
}

// Make makes sure that the account has the tag with exactly this name. It expects
// that there is none, and then takes one call.
func (t *TagIDs) Make(ctx context.Context, name string) error {
	_, err := t.id(ctx, name, t.makeOrFind)
	return err
}

// ask gets a tag from Systeme.io.
type ask func(ctx context.Context, name string) (systeme.Tag, error)

func (t *TagIDs) id(ctx context.Context, name string, get ask) (int64, error) {
	entry, mine := t.entry(name)
	if mine {
		t.fill(ctx, name, entry, get)
	}
	select {
	case <-entry.found:
		return entry.id, entry.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// entry returns the entry of a tag, and whether it is for the caller to fill.
func (t *TagIDs) entry(name string) (entry *tagID, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uses++
	entry, known := t.known[name]
	if !known {
		t.makeRoom()
		entry = &tagID{found: make(chan struct{})}
		t.known[name] = entry
	}
	entry.lastUse = t.uses
	return entry, !known
}

// makeRoom forgets the tag that was used the longest ago when there is no room
// for one more.
func (t *TagIDs) makeRoom() {
	if len(t.known) < maxTagIDs {
		return
	}
	var oldest string
	oldestUse := t.uses
	for name, entry := range t.known {
		if entry.lastUse < oldestUse {
			oldest, oldestUse = name, entry.lastUse
		}
	}
	delete(t.known, oldest)
}

// fill searches for an id. A search that failed is not remembered.
func (t *TagIDs) fill(ctx context.Context, name string, entry *tagID, get ask) {
	entry.err = errors.New("the search for a tag's id was cut off") // by a panic, unless it ends
	defer func() {
		if entry.err != nil {
			t.drop(name, entry)
		}
		close(entry.found)
	}()
	entry.id, entry.err = t.search(ctx, name, get)
}

func (t *TagIDs) drop(name string, entry *tagID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known[name] == entry {
		delete(t.known, name)
	}
}

// search asks the registry, then Systeme.io, and lets the registry know. A refusal
// is no lead's fault, the name being of our own making: an account may hold so many
// tags and no more.
func (t *TagIDs) search(ctx context.Context, name string, get ask) (int64, error) {
	id, err := t.Registered(ctx, name)
	if id > 0 || err != nil {
		return id, err
	}
	tag, err := get(ctx, name)
	switch {
	case errors.Is(err, systeme.NotFound):
		return 0, errHiddenTag
	case errors.Is(err, systeme.Invalid):
		return 0, &narrowFault{err}
	case err != nil:
		return 0, err
	}
	return tag.ID, t.Register(ctx, name, tag.ID)
}

// Register notes the id of a tag in place of any other.
func (t *TagIDs) Register(ctx context.Context, name string, id int64) error {
	_, err := t.registry.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &t.table,
		Item:      map[string]types.AttributeValue{"key": registryKey(name), "tagId": number(id)},
	})
	if err != nil {
		return fmt.Errorf("register a tag's id: %w", err)
	}
	return nil
}

// Registered returns the id that the registry has; 0 for none. It asks Systeme.io
// nothing.
func (t *TagIDs) Registered(ctx context.Context, name string) (int64, error) {
	out, err := t.registry.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.table,
		Key:       map[string]types.AttributeValue{"key": registryKey(name)},
		// Right after a stale id was forgotten, it must not be read again.
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return 0, fmt.Errorf("look a tag's id up: %w", err)
	}
	value, ok := out.Item["tagId"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, nil
	}
	id, err := strconv.ParseInt(value.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read a registered tag's id: %w", err)
	}
	return id, nil
}

// findOrMake finds the tag in the account or makes it.
func (t *TagIDs) findOrMake(ctx context.Context, name string) (systeme.Tag, error) {
	tag, err := t.account.TagByName(ctx, name)
	if errors.Is(err, systeme.NotFound) {
		return t.makeOrFind(ctx, name)
	}
	return tag, err
}

// makeOrFind makes the tag. Whoever loses the race to make it finds the winner's.
func (t *TagIDs) makeOrFind(ctx context.Context, name string) (systeme.Tag, error) {
	tag, err := t.account.CreateTag(ctx, name)
	switch {
	case !errors.Is(err, systeme.Duplicate):
		return tag, err
	case tag.ID > 0:
		return tag, nil
	}
	return t.account.TagByName(ctx, name)
}

// errHiddenTag says that Systeme.io has a tag, but does not find it yet.
var errHiddenTag = errors.New("a tag exists in Systeme.io but is not found")

// Forget drops an id that Systeme.io does not know any more. An id that has been
// mended in the registry meanwhile stays there.
func (t *TagIDs) Forget(ctx context.Context, name string, id int64) error {
	t.mu.Lock()
	delete(t.known, name)
	t.mu.Unlock()
	_, err := t.registry.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &t.table,
		Key:                       map[string]types.AttributeValue{"key": registryKey(name)},
		ConditionExpression:       aws.String("tagId = :stale"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":stale": number(id)},
	})
	if _, mended := errors.AsType[*types.ConditionalCheckFailedException](err); mended {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget a stale tag's id: %w", err)
	}
	return nil
}

func registryKey(name string) types.AttributeValue {
	return &types.AttributeValueMemberS{Value: "TAG#" + name}
}

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}
