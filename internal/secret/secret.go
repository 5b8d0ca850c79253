// Package secret reads what may stand neither in the template nor in a function's
// environment, such as the key of the Systeme.io account. It rests encrypted in SSM's
// Parameter Store; a function is given its name there, and may read no other.
//
// A value is read once in each environment, and again when it was refused: it may have
// been changed since. So a key that we present is changed by putting the new one in its
// place. A secret that others present to us nobody refuses for us once it is thrown out:
// whoever changes one has the environments that read it replaced. One that is missing is
// the empty text, which whatever needs it refuses.
//
// No value may reach a log or an error from here.
package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// pause is how long a value that was read again is not asked for once more. Anyone may
// send a webhook a signature that is refused, and the store answers some forty calls a
// second for the whole account.
const pause = 10 * time.Second

// API is the part of SSM that is used here.
type API interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Parameter is one secret, as far as this environment knows it. It may be used from
// several goroutines.
type Parameter struct {
	store API
	name  string
	now   func() time.Time

	reading chan struct{} // holds a token while one renews
	renewed time.Time
	failure error // of that

	mu    sync.Mutex
	value string
}

// New returns the secret of that name in the store. It makes no call, and the secret is
// empty until it is loaded.
func New(store API, name string) *Parameter {
	// The clock on the wall goes on while Lambda has an environment frozen; the
	// monotonic one need not.
	now := func() time.Time { return time.Now().Round(0) }
	return &Parameter{store: store, name: name, now: now, reading: make(chan struct{}, 1)}
}

// Load reads the secret for the first time. That it fails is no error: whoever is
// refused without the secret renews it, and learns then what is wrong.
func (p *Parameter) Load(ctx context.Context) { _, _ = p.ask(ctx) }

// Value returns the secret as it was last read; "" when it was not, or is not there.
func (p *Parameter) Value() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.value
}

// Renew returns the secret that has taken the place of one that was refused, or the
// same one when none has. Those who were refused together read it once, and share what
// came of it.
func (p *Parameter) Renew(ctx context.Context, refused string) (string, error) {
	select {
	case p.reading <- struct{}{}:
		defer func() { <-p.reading }()
	case <-ctx.Done():
		return "", fmt.Errorf("read the parameter %s: %w", p.name, ctx.Err())
	}
	if value := p.Value(); value != refused {
		return value, nil
	}
	if p.now().Sub(p.renewed) < pause {
		return refused, p.failure
	}
	p.renewed = p.now()
	value, err := p.ask(ctx)
	p.failure = err
	return value, err
}

// ask asks the store. Space around a secret was pasted with it.
func (p *Parameter) ask(ctx context.Context) (string, error) {
	value := ""
	out, err := p.store.GetParameter(ctx, &ssm.GetParameterInput{Name: &p.name, WithDecryption: aws.Bool(true)})
	_, missing := errors.AsType[*types.ParameterNotFound](err)
	switch {
	case err == nil && out.Parameter != nil:
		value = strings.TrimSpace(aws.ToString(out.Parameter.Value))
	case err != nil && !missing:
		return "", fmt.Errorf("read the parameter %s: %w", p.name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.value = value
	return value, nil
}
