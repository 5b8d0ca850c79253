package systeme

import (
	"slices"
	"strings"
	"sync"
)

// account is the state. Whoever calls a method of it holds mu.
type account struct {
	mu       sync.Mutex
	contacts map[int64]*contact
	order    []int64 // the ids of contacts, ascending
	byEmail  map[string]int64
	tags     []*Tag // ascending by id
	fields   []ContactField
	webhooks []*webhook

	lastContact int64
	lastTag     int64
	events      int64 // how many were emitted
}

// contact is a contact as it is stored: its tags and field names are looked up
// when it is shown.
type contact struct {
	Contact
	values map[string]*string
	tagIDs []int64
}

// builtInFields are the slugs that several clients report of every account.
func builtInFields() []ContactField {
	return []ContactField{
		{"first_name", "First name"}, {"surname", "Surname"}, {"phone_number", "Phone number"},
		{"country", "Country"}, {"postcode", "Postcode"}, {"street_address", "Street address"},
		{"city", "City"}, {"state", "State"}, {"company_name", "Company name"},
	}
}

func newAccount() account {
	return account{
		contacts:    map[int64]*contact{},
		byEmail:     map[string]int64{},
		fields:      builtInFields(),
		lastContact: 445_573_000,
		lastTag:     1_700_000,
	}
}

func (a *account) add(c *contact) {
	a.lastContact++
	c.ID = a.lastContact
	a.contacts[c.ID] = c
	a.order = append(a.order, c.ID)
	a.byEmail[fold(c.Email)] = c.ID
}

func (a *account) remove(c *contact) {
	delete(a.contacts, c.ID)
	delete(a.byEmail, fold(c.Email))
	if i, found := slices.BinarySearch(a.order, c.ID); found {
		a.order = slices.Delete(a.order, i, i+1)
	}
}

// show is the contact as the API shows it; it shares nothing with the stored one.
func (a *account) show(c *contact) Contact {
	shown := c.Contact
	shown.Fields = make([]FieldValue, 0, len(c.values))
	for _, field := range a.fields {
		if value, set := c.values[field.Slug]; set {
			shown.Fields = append(shown.Fields, FieldValue{field.FieldName, field.Slug, value})
		}
	}
	shown.Tags = make([]ContactTag, 0, len(c.tagIDs))
	for _, id := range c.tagIDs {
		if tag := a.tag(id); tag != nil {
			shown.Tags = append(shown.Tags, ContactTag{tag.ID, tag.Name})
		}
	}
	return shown
}

// tag returns the tag with the id, or nil.
func (a *account) tag(id int64) *Tag {
	i, found := slices.BinarySearchFunc(a.tags, id, func(t *Tag, id int64) int { return int(t.ID - id) })
	if !found {
		return nil
	}
	return a.tags[i]
}

// tagNamed returns the tag with the name, ignoring case, or nil.
func (a *account) tagNamed(name string) *Tag {
	i := slices.IndexFunc(a.tags, func(t *Tag) bool { return strings.EqualFold(t.Name, name) })
	if i < 0 {
		return nil
	}
	return a.tags[i]
}

func (a *account) addTag(name string) *Tag {
	a.lastTag++
	tag := &Tag{ID: a.lastTag, Name: name, CreatedAt: now()}
	a.tags = append(a.tags, tag)
	return tag
}

// field returns the index of the field with the slug, or -1.
func (a *account) field(slug string) int {
	return slices.IndexFunc(a.fields, func(f ContactField) bool { return f.Slug == slug })
}

func fold(text string) string { return strings.ToLower(text) }
