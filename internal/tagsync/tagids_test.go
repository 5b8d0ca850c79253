package tagsync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	simulator "clientflow/infra/local/systeme"
	"clientflow/internal/systeme"
)

// tagAccount answers look-ups and creations from its lists, one after another.
type tagAccount struct {
	mu     sync.Mutex
	found  []tagAnswer
	made   []tagAnswer
	lookUp int
	create int
}

type tagAnswer struct {
	id  int64
	err error
}

func (a *tagAccount) TagByName(_ context.Context, name string) (systeme.Tag, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lookUp++
	return answer(&a.found, name)
}

func (a *tagAccount) CreateTag(_ context.Context, name string) (systeme.Tag, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.create++
	return answer(&a.made, name)
}

func answer(answers *[]tagAnswer, name string) (systeme.Tag, error) {
	next := (*answers)[0]
	*answers = (*answers)[1:]
	return systeme.Tag{ID: next.id, Name: name}, next.err
}

func kind(k systeme.Kind) error { return &systeme.Error{Kind: k} }

func TestTagIDsFind(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		found, made []tagAnswer
		want        int64
		fails       error
		narrow      bool
	}{
		"there":                  {found: []tagAnswer{{7, nil}}, want: 7},
		"made":                   {found: []tagAnswer{{0, kind(systeme.NotFound)}}, made: []tagAnswer{{8, nil}}, want: 8},
		"race lost":              {found: []tagAnswer{{0, kind(systeme.NotFound)}, {9, nil}}, made: []tagAnswer{{0, kind(systeme.Duplicate)}}, want: 9},
		"race lost and told":     {found: []tagAnswer{{0, kind(systeme.NotFound)}}, made: []tagAnswer{{9, kind(systeme.Duplicate)}}, want: 9},
		"race lost, not found":   {found: []tagAnswer{{0, kind(systeme.NotFound)}, {0, kind(systeme.NotFound)}}, made: []tagAnswer{{0, kind(systeme.Duplicate)}}, fails: errHiddenTag},
		"account full":           {found: []tagAnswer{{0, kind(systeme.NotFound)}}, made: []tagAnswer{{0, kind(systeme.Invalid)}}, narrow: true},
		"look-up refused":        {found: []tagAnswer{{0, kind(systeme.Invalid)}}, narrow: true},
		"look-up fails":          {found: []tagAnswer{{0, kind(systeme.Temporary)}}, fails: systeme.Temporary},
		"creation fails":         {found: []tagAnswer{{0, kind(systeme.NotFound)}}, made: []tagAnswer{{0, kind(systeme.RateLimited)}}, fails: systeme.RateLimited},
		"second look-up refused": {found: []tagAnswer{{0, kind(systeme.NotFound)}, {0, kind(systeme.Unauthorized)}}, made: []tagAnswer{{0, kind(systeme.Duplicate)}}, fails: systeme.Unauthorized},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				account := &tagAccount{found: tt.found, made: tt.made}
				ids := NewTagIDs(account, w.db, registryTable)
				id, err := ids.ID(t.Context(), "ib-x-vip")
				_, narrow := errors.AsType[*narrowFault](err)
				if id != tt.want || narrow != tt.narrow || !narrow && !errors.Is(err, tt.fails) {
					t.Fatalf("got %d, %v", id, err)
				}
				if err != nil {
					// A failure is not remembered.
					account.found = []tagAnswer{{5, nil}}
					if id, err := ids.ID(t.Context(), "ib-x-vip"); id != 5 || err != nil {
						t.Errorf("again: %d, %v", id, err)
					}
					return
				}
				// Another environment finds it in the registry.
				nobody := &tagAccount{}
				if id, err := NewTagIDs(nobody, w.db, registryTable).ID(t.Context(), "ib-x-vip"); id != tt.want || err != nil || nobody.lookUp > 0 {
					t.Errorf("registry: %d, %v", id, err)
				}
			})
		})
	}
}

func TestTagIDsMake(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		found, made []tagAnswer
		want        int64
		fails       error
		narrow      bool
	}{
		"made":                 {made: []tagAnswer{{8, nil}}, want: 8},
		"there":                {made: []tagAnswer{{0, kind(systeme.Duplicate)}}, found: []tagAnswer{{9, nil}}, want: 9},
		"there, and told":      {made: []tagAnswer{{9, kind(systeme.Duplicate)}}, want: 9},
		"there, not found":     {made: []tagAnswer{{0, kind(systeme.Duplicate)}}, found: []tagAnswer{{0, kind(systeme.NotFound)}}, fails: errHiddenTag},
		"there, look-up fails": {made: []tagAnswer{{0, kind(systeme.Duplicate)}}, found: []tagAnswer{{0, kind(systeme.Temporary)}}, fails: systeme.Temporary},
		"account full":         {made: []tagAnswer{{0, kind(systeme.Invalid)}}, narrow: true},
		"creation fails":       {made: []tagAnswer{{0, kind(systeme.RateLimited)}}, fails: systeme.RateLimited},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
				account := &tagAccount{found: tt.found, made: tt.made}
				ids := NewTagIDs(account, w.db, registryTable)
				err := ids.Make(t.Context(), "ib-x-vip")
				_, narrow := errors.AsType[*narrowFault](err)
				if narrow != tt.narrow || !narrow && !errors.Is(err, tt.fails) || len(account.found)+len(account.made) > 0 {
					t.Fatalf("got %v, with answers left %v, %v", err, account.found, account.made)
				}
				if err != nil {
					return
				}
				// What is made is known, and not made again.
				if id, err := ids.ID(t.Context(), "ib-x-vip"); id != tt.want || err != nil {
					t.Errorf("known as %d, %v", id, err)
				}
				if err := NewTagIDs(&tagAccount{}, w.db, registryTable).Make(t.Context(), "ib-x-vip"); err != nil {
					t.Errorf("another environment: %v", err)
				}
			})
		})
	}
}

func TestTagIDsSearchOnceForAll(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		account := &tagAccount{found: []tagAnswer{{7, nil}}}
		ids := NewTagIDs(account, w.db, registryTable)
		var running sync.WaitGroup
		for range 20 {
			running.Go(func() {
				if id, err := ids.ID(t.Context(), "ib-x-vip"); id != 7 || err != nil {
					t.Errorf("got %d, %v", id, err)
				}
			})
		}
		running.Wait()
		if account.lookUp != 1 {
			t.Errorf("%d searches", account.lookUp)
		}
	})
}

func TestTagIDsAreBounded(t *testing.T) {
	t.Parallel()
	ids := NewTagIDs(nil, nil, "")
	for i := range maxTagIDs {
		ids.entry(fmt.Sprint(i))
	}
	ids.entry("0") // used again, so "1" is now the one used the longest ago
	ids.entry("one more")
	if len(ids.known) != maxTagIDs || ids.known["0"] == nil || ids.known["1"] != nil {
		t.Errorf("%d kept; 0: %v, 1: %v", len(ids.known), ids.known["0"], ids.known["1"])
	}
}

func TestTagIDsForget(t *testing.T) {
	t.Parallel()
	inBubble(t, simulator.Options{}, func(t *testing.T, w *world) {
		account := &tagAccount{found: []tagAnswer{{7, nil}, {8, nil}}}
		ids, other := NewTagIDs(account, w.db, registryTable), NewTagIDs(account, w.db, registryTable)
		get := func(ids *TagIDs, want int64) {
			t.Helper()
			if id, err := ids.ID(t.Context(), "ib-x-vip"); id != want || err != nil {
				t.Errorf("got %d, %v, want %d", id, err, want)
			}
		}
		get(ids, 7)
		get(other, 7)
		w.must(ids.Forget(t.Context(), "ib-x-vip", 7))
		get(ids, 8)
		// What was mended meanwhile is not forgotten again.
		w.must(other.Forget(t.Context(), "ib-x-vip", 7))
		get(other, 8)
		w.must(ids.Forget(t.Context(), "ib-x-vip", 7))
		get(ids, 8)
		w.must(ids.Forget(t.Context(), "ib-never-seen", 1))
	})
}

// downRegistry fails every call.
type downRegistry struct{}

var errDown = errors.New("the table is down")

func (downRegistry) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, errDown
}

func (downRegistry) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return nil, errDown
}

func (downRegistry) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return nil, errDown
}

func TestTagIDsSayThatTheRegistryIsDown(t *testing.T) {
	t.Parallel()
	account := &tagAccount{found: []tagAnswer{{7, nil}}}
	ids := NewTagIDs(account, downRegistry{}, registryTable)
	if _, err := ids.ID(t.Context(), "ib-x-vip"); !errors.Is(err, errDown) || account.lookUp > 0 {
		t.Errorf("ID: %v", err)
	}
	if err := ids.Forget(t.Context(), "ib-x-vip", 7); !errors.Is(err, errDown) {
		t.Errorf("Forget: %v", err)
	}
}
