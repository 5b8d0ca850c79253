package pace_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	localdb "clientflow/infra/local/dynamodb"
	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
	"clientflow/internal/pace"
	"clientflow/internal/systeme"
)

const registry = "registry"

// world is the Registry, in this process and without sockets, so that a test may let
// hours pass.
type world struct {
	tb  testing.TB
	aws http.Handler
	db  *dynamodb.Client

	mu     sync.Mutex
	writes int
	broken bool
	calls  []time.Time
}

// inBubble runs a test in virtual time.
func inBubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{tb: t, aws: wire.NewMux(iam.NewKeys(time.Now, nil), localdb.New(time.Now).Service())}
		w.db = dynamodb.New(dynamodb.Options{
			Region: "us-east-1", BaseEndpoint: aws.String("http://aws.test"), Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider("root", "secret", ""), HTTPClient: &http.Client{Transport: w},
		})
		_, err := w.db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: aws.String(registry), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("key"), AttributeType: types.ScalarAttributeTypeS}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("key"), KeyType: types.KeyTypeHash}},
		})
		w.must(err)
		w.writes = 0
		test(t, w)
	})
}

var errBroken = errors.New("the network is broken")

// RoundTrip carries a request to the Registry, and counts it.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.writes++
	broken := w.broken
	w.mu.Unlock()
	if broken {
		return nil, errBroken
	}
	answer := httptest.NewRecorder()
	w.aws.ServeHTTP(answer, r)
	return answer.Result(), r.Context().Err()
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// environment returns a limiter that knows nothing yet.
func (w *world) environment(perSecond float64) *pace.Shared {
	return pace.New(w.db, registry, perSecond)
}

// count returns the writes since the last count.
func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.writes
	w.writes = 0
	return n
}

func (w *world) breakNetwork(broken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = broken
}

// call makes a call as soon as it may be made, for who has so long.
func (w *world) call(limiter systeme.Limiter, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	if err := limiter.Wait(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, time.Now())
	return nil
}

// took returns how long n calls take, one after another.
func (w *world) took(n int, limiter systeme.Limiter) time.Duration {
	w.tb.Helper()
	started := time.Now()
	for range n {
		w.must(w.call(limiter, time.Hour))
	}
	return time.Since(started)
}

// set writes attributes of the item, as nobody does that has a right clock.
func (w *world) set(attributes map[string]string) {
	item := map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "RATE#systeme"}}
	for name, number := range attributes {
		item[name] = &types.AttributeValueMemberN{Value: number}
	}
	_, err := w.db.PutItem(w.tb.Context(), &dynamodb.PutItemInput{TableName: aws.String(registry), Item: item})
	w.must(err)
}

// wantRefused fails unless the error is of a call that may be made after some time.
func wantRefused(t *testing.T, err error, after time.Duration) {
	t.Helper()
	if !errors.Is(err, systeme.RateLimited) || systeme.RetryAfter(err).Round(time.Millisecond) != after {
		t.Errorf("got %v, want a refusal for %v", err, after)
	}
}

// silent is what an answer says that says nothing.
func silent() systeme.Quota { return systeme.Quota{Remaining: -1} }

// stay is what an answer says that asks to stay away.
func stay(away time.Duration) systeme.Quota { return systeme.Quota{Remaining: -1, RetryAfter: away} }
