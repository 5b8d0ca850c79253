package check

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"clientflow/internal/systeme"
	"clientflow/internal/tagsync"
)

// askAccess asks about the key and the contact fields, and tells whether anything
// else can be asked.
func (c *checker) askAccess(ctx context.Context) bool {
	if stranger, err := c.connect("no-such-key"); err == nil {
		c.expect(ctx, "a wrong key is refused with 401", systeme.Unauthorized, func() error {
			_, err := stranger.ContactFields(ctx)
			return err
		})
	}
	var fields []systeme.ContactField
	if !c.expect(ctx, "the key is accepted", "", func() (err error) {
		fields, err = c.client.ContactFields(ctx)
		return err
	}) {
		return false
	}
	c.askFields(fields, "the account has the built-in contact fields", systeme.FirstName, systeme.Surname, systeme.PhoneNumber)
	c.askFields(fields, "“make systeme-setup” has made ClientFlow's contact fields", tagsync.OwnerField, tagsync.PrefixField)
	return true
}

func (c *checker) askFields(fields []systeme.ContactField, question string, wanted ...string) {
	var slugs []string
	for _, f := range fields {
		slugs = append(slugs, f.Slug)
	}
	lacking := slices.DeleteFunc(wanted, func(slug string) bool { return slices.Contains(slugs, slug) })
	if len(lacking) > 0 {
		c.answer(Differs, question, "there is no "+strings.Join(lacking, ", "))
		return
	}
	c.answer(AsExpected, question, "the account has "+strings.Join(slugs, ", "))
}

// askRate tells what the answers so far said of the rate limit.
func (c *checker) askRate() {
	last, limited := c.wire.seen()
	for _, header := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining"} {
		text := last.header.Get(header)
		_, err := strconv.Atoi(text)
		c.judge(err == nil, "each answer has a number in "+header, value(text))
	}
	refill := last.header.Get("X-RateLimit-Refill")
	c.judge(refill != "", "each answer says in X-RateLimit-Refill when there is more; its format is not known", value(refill))
	const question = "a refusal by the rate limit is a 429 with Retry-After in seconds"
	if limited == nil {
		c.answer(Unasked, question, "the limit was not met")
		return
	}
	after := limited.header.Get("Retry-After")
	_, err := strconv.Atoi(after)
	c.judge(err == nil, question, "Retry-After "+value(after)+", "+limited.String())
}
