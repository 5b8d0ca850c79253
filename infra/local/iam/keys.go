package iam

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"time"
)

// AccountID is the account that the local AWS plays.
const AccountID = "000000000000"

// RootARN names the root of the account.
const RootARN = "arn:aws:iam::" + AccountID + ":root"

var (
	// ErrExpired says that a key was issued and its time is over.
	ErrExpired = errors.New("the security token included in the request is expired")
	// ErrWrongToken says that a key was issued with another session token.
	ErrWrongToken = errors.New("the security token included in the request is invalid")
)

// Credentials are what Keys issues, to be used as AWS credentials are.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	// Expires is when they cease to work.
	Expires time.Time
}

// Keys holds the access keys that the local AWS has issued. It does not check
// signatures: it tells callers apart, it does not keep strangers out. It may be
// used from many goroutines at once.
type Keys struct {
	clock    func() time.Time
	recorder Recorder

	mu     sync.Mutex
	issued map[string]issuedKey
	sweep  int // the size at which expired keys are forgotten
}

type issuedKey struct {
	principal Principal
	token     string
	expires   time.Time
}

// issuedPrefix begins every issued key's id, so that a key that was issued once
// is never taken for a made-up one, not even after it was forgotten.
const issuedPrefix = "ASIALOCAL"

// NewKeys returns an empty store. The recorder is told of every decision about
// the principals that the store knows; nil when nobody listens.
func NewKeys(clock func() time.Time, recorder Recorder) *Keys {
	return &Keys{clock: clock, recorder: recorder, issued: map[string]issuedKey{}, sweep: 1024}
}

// Issue makes credentials that stand for a principal for some time.
func (k *Keys) Issue(p Principal, lifetime time.Duration) Credentials {
	now := k.clock()
	c := Credentials{
		AccessKeyID:     issuedPrefix + rand.Text()[:11],
		SecretAccessKey: rand.Text() + rand.Text()[:14],
		SessionToken:    rand.Text() + rand.Text(),
		Expires:         now.Add(lifetime),
	}
	p.Recorder = k.recorder
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.issued) >= k.sweep {
		k.forgetExpired(now)
	}
	k.issued[c.AccessKeyID] = issuedKey{principal: p, token: c.SessionToken, expires: c.Expires}
	return c
}

// forgetExpired waits with its next run until the store has doubled, so that
// issuing stays cheap.
func (k *Keys) forgetExpired(now time.Time) {
	for id, key := range k.issued {
		if !now.Before(key.expires) {
			delete(k.issued, id)
		}
	}
	k.sweep = max(k.sweep, 2*len(k.issued))
}

// Principal returns who stands behind an access key. A key that was never issued
// here is the account's root, so that tools with made-up keys work. The errors
// are ErrExpired and ErrWrongToken.
func (k *Keys) Principal(accessKeyID, sessionToken string) (Principal, error) {
	if !strings.HasPrefix(accessKeyID, issuedPrefix) {
		return Principal{ARN: RootARN, Root: true, Recorder: k.recorder}, nil
	}
	k.mu.Lock()
	key, known := k.issued[accessKeyID]
	k.mu.Unlock()
	switch {
	case !known || !k.clock().Before(key.expires):
		return Principal{}, ErrExpired
	case subtle.ConstantTimeCompare([]byte(sessionToken), []byte(key.token)) == 0:
		return Principal{}, ErrWrongToken
	}
	return key.principal, nil
}
