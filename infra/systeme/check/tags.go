package check

import (
	"context"
	"strings"

	"clientflow/internal/systeme"
)

// maxTag is how many characters the specification lets a tag have.
const maxTag = 64

// makeTag notes the tag's name, and makes it.
func (c *checker) makeTag(ctx context.Context, name string) (systeme.Tag, error) {
	note(&c.made.tags, name)
	return c.client.CreateTag(ctx, name)
}

func (c *checker) askTags(ctx context.Context) {
	create := func(name string) func() error {
		return func() error { _, err := c.makeTag(ctx, name); return err }
	}
	c.expect(ctx, "a tag is made", "", create(c.name))
	c.expect(ctx, "a tag's name is refused that another tag has", systeme.Duplicate, create(c.name))
	c.expect(ctx, "names that differ in case alone are one tag", systeme.Duplicate, create(strings.ToUpper(c.name)))
	long := c.name + "-" + strings.Repeat("x", maxTag-len(c.name)-1)
	c.expect(ctx, "a name of 64 characters is taken", "", create(long))
	c.expect(ctx, "a name of 65 characters is refused", systeme.Invalid, create(long+"x"))
	c.expect(ctx, "a tag is found by its whole name", "", func() error {
		_, err := c.client.TagByName(ctx, c.name)
		return err
	})
	c.askSearch(ctx, "the search for tags finds a part of a name", c.name[:len(c.name)-2])
	c.askSearch(ctx, "the search for tags ignores case", strings.ToUpper(c.name))
	const question = "a page of fewer than 10 is refused"
	c.expect(ctx, question, systeme.Invalid, func() error { return c.raw(ctx, "GET", "/api/tags?limit=9", nil) })
}

// askSearch asks whether a search finds the check's tag.
func (c *checker) askSearch(ctx context.Context, question, text string) {
	err := c.call(ctx, func() error { return c.raw(ctx, "GET", "/api/tags?limit=100&query="+text, nil) })
	if err != nil {
		c.answer(Unasked, question, err.Error())
		return
	}
	last, _ := c.wire.seen()
	c.judge(strings.Contains(last.body, `"`+c.name+`"`), question, c.wire.first())
}
