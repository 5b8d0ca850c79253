package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"clientflow/internal/systeme"
)

// belongings are the names of what the check makes. Each is noted before it is made:
// a call that fails may have done its work.
type belongings struct {
	addresses, tags []string
	webhooks        []string
}

// note adds a name that is not there yet.
func note(names *[]string, name string) {
	if !slices.Contains(*names, name) {
		*names = append(*names, name)
	}
}

// tidying is how long removing what was made may take.
const tidying = 2 * time.Minute

// cleanUp removes what was made, and returns what could not be removed.
func (c *checker) cleanUp(ctx context.Context) (left []string) {
	ctx, cancel := context.WithTimeout(ctx, tidying)
	defer cancel()
	try := func(what string, remove func() error) {
		if err := c.insist(ctx, remove); err != nil {
			left = append(left, fmt.Sprintf("%s (%v)", what, err))
		}
	}
	// The webhook goes first, lest it be told of the rest.
	if len(c.made.webhooks) > 0 {
		try("webhook "+c.name, func() error { return c.removeWebhooks(ctx) })
	}
	for _, address := range c.made.addresses {
		try("contact "+address, func() error { return c.removeContact(ctx, address) })
	}
	for _, name := range c.made.tags {
		try("tag "+name, func() error { return c.removeTag(ctx, name) })
	}
	return left
}

// insist makes a call again that fails for a moment.
func (c *checker) insist(ctx context.Context, do func() error) (err error) {
	for range maxTries {
		if err = c.call(ctx, do); !errors.Is(err, systeme.Temporary) || pause(ctx, time.Second) != nil {
			return err
		}
	}
	return err
}

func (c *checker) removeWebhooks(ctx context.Context) error {
	hooks, err := c.client.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, hook := range hooks {
		if slices.Contains(c.made.webhooks, hook.Name) {
			if err := c.client.DeleteWebhook(ctx, hook.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) removeContact(ctx context.Context, address string) error {
	found, err := c.client.ContactByEmail(ctx, address)
	if errors.Is(err, systeme.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.client.DeleteContact(ctx, found.ID)
}

// removeTag removes the tag with exactly this name. TagByName also finds one that
// differs in case, which is another one's only if the account tells them apart.
func (c *checker) removeTag(ctx context.Context, name string) error {
	found, err := c.client.TagByName(ctx, name)
	if errors.Is(err, systeme.NotFound) || err == nil && found.Name != name {
		return nil
	}
	if err != nil {
		return err
	}
	return c.raw(ctx, http.MethodDelete, fmt.Sprintf("/api/tags/%d", found.ID), nil)
}
