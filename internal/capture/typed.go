package capture

import (
	"net/url"
	"strings"

	"clientflow/internal/lead"
	"clientflow/internal/problem"
)

// shown are the fields of the form that a visitor sees.
func shown() []string {
	return []string{"name", "email", "phone", "ib_type", "monthly_leads", "broker_network", "consent"}
}

// utm are the fields that a link to the form may carry.
func utm() []string {
	return []string{"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"}
}

// choices are the values that the form itself offers for a field.
func choices() map[string][]string {
	return map[string][]string{
		"ib_type":       {"forex-ib", "crypto-affiliate", "other"},
		"monthly_leads": lead.Volumes(),
	}
}

// typed is what the form is filled in with.
type typed struct {
	// values are those of the fields shown, as they were typed.
	values map[string]string
	// consent tells whether the box is ticked.
	consent bool
	// hidden are values that the visitor does not see, and the form carries on.
	hidden map[string]string
	// errors are what is wrong, by field.
	errors []problem.Field
	// preview tells that the form is only to be looked at.
	preview bool
}

// fromLink is an empty form that carries on what is good of what the link to it
// carried, and the page that the link stood on unless it names one. What is not good
// would fail the form for a reason that the visitor can neither see nor mend.
func fromLink(query url.Values, cameFrom string) typed {
	t := typed{hidden: map[string]string{}}
	for _, field := range utm() {
		if value, complaint := lead.Line(query.Get(field), lead.MaxText); complaint == "" {
			t.hidden[field] = value
		}
	}
	for _, page := range []string{cameFrom, query.Get("page_url")} {
		if address, complaint := lead.WebAddress(page); complaint == "" && address != "" {
			t.hidden["page_url"] = address
		}
	}
	return t
}

// again is the form as it was sent, with what is wrong with it, and without the
// hidden values that are.
func again(form lead.Form, p *problem.Problem) typed {
	t := typed{values: map[string]string{}, hidden: map[string]string{}, errors: p.Fields}
	for _, field := range shown() {
		t.values[field] = strings.ToValidUTF8(form.Text(field), "\uFFFD")
	}
	t.consent, _ = form.Ticked("consent")
	for _, field := range append(utm(), "page_url", "referrer") {
		if t.complaint(field) == "" {
			t.hidden[field] = form.Text(field)
		}
	}
	return t
}

// complaint returns what is wrong with a field, or "".
func (t typed) complaint(field string) string {
	for _, e := range t.errors {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}
