package systeme

import (
	"context"
	"net/http"
)

// ContactField is a field that the account's contacts may have.
type ContactField struct {
	Slug string `json:"slug"`
	Name string `json:"fieldName"`
}

// ContactFields reads all contact fields, the built-in ones among them.
func (c *Client) ContactFields(ctx context.Context) ([]ContactField, error) {
	var list items[ContactField]
	err := c.do(ctx, request{
		name: "list contact fields", method: http.MethodGet, path: "/api/contact_fields",
	}, &list)
	return list.Items, err
}

// CreateContactField creates a contact field; its slug has letters, digits and
// underscores only. It fails with Duplicate when the slug is taken.
func (c *Client) CreateContactField(ctx context.Context, field ContactField) error {
	return c.do(ctx, request{
		name: "create contact field", method: http.MethodPost, path: "/api/contact_fields", body: field,
	}, nil)
}
