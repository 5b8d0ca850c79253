package systeme

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Tag is a tag of the account.
type Tag struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// maxTagPages bounds the search for a tag. A whole name is part of few others, so
// one page is the rule.
const maxTagPages = 10

// TagByName finds the tag with exactly this name, or else one that differs in case,
// which Systeme.io takes for the same. It fails with NotFound when there is none.
func (c *Client) TagByName(ctx context.Context, name string) (Tag, error) {
	r := request{name: "find tag", method: http.MethodGet, path: "/api/tags",
		query: url.Values{"query": {name}, "limit": {strconv.Itoa(maxPage)}}}
	var similar Tag
	for range maxTagPages {
		var list items[Tag]
		if err := c.do(ctx, r, &list); err != nil {
			return Tag{}, err
		}
		for _, tag := range list.Items {
			if tag.ID > 0 && tag.Name == name {
				return tag, nil
			}
			if tag.ID > 0 && strings.EqualFold(tag.Name, name) {
				similar = tag
			}
		}
		if !list.HasMore || len(list.Items) == 0 {
			break
		}
		r.query.Set("startingAfter", strconv.FormatInt(list.Items[len(list.Items)-1].ID, 10))
	}
	if similar.ID > 0 {
		return similar, nil
	}
	return Tag{}, &Error{Kind: NotFound, Call: r.name, Status: http.StatusOK}
}

// NewestTags returns the tags that were made last of those whose names hold a text, a page
// of them: what was made anew is among them.
func (c *Client) NewestTags(ctx context.Context, text string) ([]Tag, error) {
	r := request{name: "list newest tags", method: http.MethodGet, path: "/api/tags",
		query: url.Values{"query": {text}, "limit": {strconv.Itoa(maxPage)}, "order": {"desc"}}}
	var list items[Tag]
	if err := c.do(ctx, r, &list); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(t Tag) bool { return t.ID <= 0 }), nil
}

// CreateTag creates a tag. It fails with Duplicate when another made it first: the
// tag is then returned with the error if it had to be looked up to be sure, and is
// otherwise zero.
func (c *Client) CreateTag(ctx context.Context, name string) (Tag, error) {
	r := request{name: "create tag", method: http.MethodPost, path: "/api/tags",
		body: map[string]string{"name": name}}
	var tag Tag
	err := c.do(ctx, r, &tag)
	if saysOnly(err, "name") {
		existing, lookUp := c.TagByName(ctx, name)
		return resolve(existing, err, lookUp)
	}
	if err != nil {
		return Tag{}, err
	}
	if tag.ID <= 0 {
		return Tag{}, r.without("id")
	}
	return tag, nil
}

// AssignTag gives the contact the tag; having it already is no error. It fails with
// UnknownTag when no tag has the id, and with NotFound when the contact is gone.
func (c *Client) AssignTag(ctx context.Context, contactID, tagID int64) error {
	err := c.do(ctx, request{
		name: "assign tag", method: http.MethodPost, path: contactPath(contactID) + "/tags", named: true,
		body: map[string]int64{"tagId": tagID},
	}, nil)
	if !errors.Is(err, Invalid) && !errors.Is(err, Duplicate) && !errors.Is(err, NotFound) {
		return err
	}
	// Some accounts may refuse a tag that is there already, and a 404 may mean either
	// of the two: the contact tells.
	contact, lookUp := c.Contact(ctx, contactID)
	switch {
	case lookUp != nil:
		return lookUp
	case slices.ContainsFunc(contact.Tags, func(t Tag) bool { return t.ID == tagID }):
		return nil
	case errors.Is(err, NotFound), saysOnly(err, "tagId"):
		unknown := *err.(*Error)
		unknown.Kind = UnknownTag
		return &unknown
	default:
		return err
	}
}

// RemoveTag takes the tag from the contact; not having it, or a contact that is
// gone, is no error.
func (c *Client) RemoveTag(ctx context.Context, contactID, tagID int64) error {
	return gone(c.do(ctx, request{
		name: "remove tag", method: http.MethodDelete, named: true,
		path: contactPath(contactID) + "/tags/" + strconv.FormatInt(tagID, 10),
	}, nil))
}
