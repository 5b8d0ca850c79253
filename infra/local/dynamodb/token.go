package dynamodb

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"time"

	"clientflow/infra/local/wire"
)

// tokenLife is how long a ClientRequestToken is remembered.
const tokenLife = 10 * time.Minute

// tokens are the ClientRequestTokens of the transactions that succeeded.
type tokens struct {
	requests map[string][]byte
	// order are the tokens by age, the oldest first.
	order []spentToken
}

type spentToken struct {
	token string
	at    time.Time
}

// seen says whether the request was made before. Another request with the
// same token is an IdempotentParameterMismatchException.
func (t *tokens) seen(in transactWriteItemsRequest, now time.Time) (bool, error) {
	t.forget(now)
	before, ok := t.requests[in.ClientRequestToken]
	if !ok {
		return false, nil
	}
	if !bytes.Equal(before, in.digest()) {
		return false, wire.Errorf("IdempotentParameterMismatchException", "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical")
	}
	return true, nil
}

func (t *tokens) keep(in transactWriteItemsRequest, now time.Time) {
	if in.ClientRequestToken == "" {
		return
	}
	t.requests[in.ClientRequestToken] = in.digest()
	t.order = append(t.order, spentToken{in.ClientRequestToken, now})
}

func (t *tokens) forget(now time.Time) {
	for len(t.order) > 0 && now.Sub(t.order[0].at) >= tokenLife {
		delete(t.requests, t.order[0].token)
		t.order = t.order[1:]
	}
}

// digest is equal for requests that ask for the same, however they were
// written: the order of members and the way of writing numbers do not matter.
func (in transactWriteItemsRequest) digest() []byte {
	canonical, err := json.Marshal(in.TransactItems)
	if err != nil {
		panic("a request that was decoded cannot be encoded: " + err.Error())
	}
	digest := sha256.Sum256(canonical)
	return digest[:]
}
