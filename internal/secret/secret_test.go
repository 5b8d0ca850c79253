package secret

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const name = "/clientflow/test/key"

// shelf is a store of one secret.
type shelf struct {
	mu    sync.Mutex
	value string // "" is missing
	err   error
	slow  time.Duration
	reads int
}

func (s *shelf) GetParameter(ctx context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	select {
	case <-time.After(time.Millisecond + s.slow): // in a bubble, so that others can meet this read
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	switch {
	case *in.Name != name || !aws.ToBool(in.WithDecryption):
		return nil, errors.New("asked for another")
	case s.err != nil:
		return nil, s.err
	case s.value == "":
		return nil, &types.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{Value: aws.String(s.value)}}, nil
}

func (s *shelf) put(value string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.err = value, err
}

// loaded returns a secret that was read for the first time.
func loaded(ctx context.Context, s *shelf) *Parameter {
	p := New(s, name)
	p.Load(ctx)
	return p
}

func TestASecretIsReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: " pasted\n"}
		p := loaded(t.Context(), store)
		for range 3 {
			if got := p.Value(); got != "pasted" {
				t.Errorf("got %q", got)
			}
		}
		if store.reads != 1 {
			t.Errorf("%d reads", store.reads)
		}
	})
}

func TestWhatARefusalFinds(t *testing.T) {
	t.Parallel()
	errDown := errors.New("the store is down")
	for what, test := range map[string]struct {
		before, after string
		down          error
		want          string
		err           error
	}{
		"another secret":        {"old", "new", nil, "new", nil},
		"the same":              {"old", "old", nil, "old", nil},
		"one that came later":   {"", "new", nil, "new", nil},
		"still none":            {"", "", nil, "", nil},
		"one that was deleted":  {"old", "", nil, "", nil},
		"a store that is down":  {"old", "new", errDown, "", errDown},
		"and was down at first": {"", "", errDown, "", errDown},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &shelf{value: test.before}
				p := loaded(t.Context(), store)
				store.put(test.after, test.down)
				got, err := p.Renew(t.Context(), test.before)
				if got != test.want || !errors.Is(err, test.err) {
					t.Errorf("got %q, %v", got, err)
				}
				if err != nil && !strings.Contains(err.Error(), name) {
					t.Errorf("%v does not name the parameter", err)
				}
				if want := map[bool]string{true: test.before, false: test.want}[err != nil]; p.Value() != want {
					t.Errorf("keeps %q, want %q", p.Value(), want)
				}
			})
		})
	}
}

func TestAFirstReadThatFailedIsMadeUpFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "key", err: errors.New("not yet")}
		p := loaded(t.Context(), store)
		store.put("key", nil)
		if got, err := p.Renew(t.Context(), p.Value()); got != "key" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestThoseRefusedTogetherReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "old"}
		p := loaded(t.Context(), store)
		store.put("new", nil)
		for range 20 {
			go func() {
				if got, err := p.Renew(t.Context(), "old"); got != "new" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if store.reads != 2 {
			t.Errorf("%d reads", store.reads)
		}
	})
}

func TestManyRefusalsReadNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{value: "secret"}
		p := loaded(t.Context(), store)
		for range 600 {
			if got, err := p.Renew(t.Context(), "secret"); got != "secret" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if store.reads < 6 || store.reads > 8 {
			t.Errorf("%d reads in a minute", store.reads)
		}
	})
}
