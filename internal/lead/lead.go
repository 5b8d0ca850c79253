// Package lead is a visitor who left an address with one IB: what they sent, how
// it is stored, and what the IB may see and change of it.
//
// A lead belongs to one tenant, and its id is derived from that tenant and the
// address, so the item's own key tells whether the address is known. Nothing
// here reaches a lead without a tenant.ID, talks to Systeme.io, or counts.
package lead

import (
	"fmt"

	"clientflow/internal/problem"
	"clientflow/internal/tag"
)

// ErrNotFound says that the tenant has no such lead. It is the same problem for
// an id that is malformed, unknown or another tenant's.
var ErrNotFound = problem.New(problem.NotFound, "No such lead.")

// Lead is one lead as it is stored and, where json says so, shown to its IB.
type Lead struct {
	// ID is as ID makes it.
	ID string `json:"leadId" dynamodbav:"leadId"`
	Submission
	Status Status `json:"status" dynamodbav:"status"`
	Source Source `json:"source" dynamodbav:"source"`
	// Submissions counts how often the address was sent.
	Submissions int       `json:"submissions" dynamodbav:"submissions"`
	CreatedAt   Timestamp `json:"createdAt" dynamodbav:"createdAt"`
	// UpdatedAt is when a visitor or the IB last sent or changed something.
	UpdatedAt Timestamp `json:"updatedAt" dynamodbav:"updatedAt"`
	// Notes are the IB's own.
	Notes string `json:"notes" dynamodbav:"notes,omitempty"`

	// TagsApplied are the tags known to be on the contact, sorted, never nil.
	TagsApplied []string   `json:"systemeTagsApplied" dynamodbav:"systemeTagsApplied,stringset,omitempty"`
	SyncedAt    *Timestamp `json:"systemeSyncedAt" dynamodbav:"systemeSyncedAt,omitempty"`
	SyncState   SyncState  `json:"syncState" dynamodbav:"syncState"`
	// SyncError is a sentence for the IB; nil unless SyncState is Failed.
	SyncError *string `json:"syncError" dynamodbav:"syncError,omitempty"`
	// SyncNote is a sentence for the IB on what was left out in Systeme.io; nil for nothing.
	SyncNote *string `json:"syncNote" dynamodbav:"syncNote,omitempty"`
	// SyncRequests counts how often the IB asked for the lead to be synced again.
	SyncRequests int `json:"-" dynamodbav:"syncRequests,omitempty"`
	// ContactID is the contact in Systeme.io; 0 until it is known.
	ContactID int64 `json:"-" dynamodbav:"systemeContactId,omitempty"`
	// Alias names the lead in the audit trail.
	Alias string `json:"-" dynamodbav:"alias,omitempty"`
	// Trace is the header of the trace of X-Ray in which its sync was last asked for, by
	// who wanted it: the visitor or its IB. Its sync is joined to that one.
	Trace string `json:"-" dynamodbav:"trace"`
}

// Status is how far the IB's business with the lead has come.
type Status string

// The statuses of a lead.
const (
	New         Status = "new"
	Engaged     Status = "engaged"
	VIPProspect Status = "vip-prospect"
	Converted   Status = "converted"
	Inactive    Status = "inactive"
	ReEngaged   Status = "re-engaged"
	Churned     Status = "churned"
)

// Statuses returns every status in the order of a lead's life.
func Statuses() []Status {
	return []Status{New, Engaged, VIPProspect, Converted, Inactive, ReEngaged, Churned}
}

// Source is where a lead was first sent from.
type Source string

// The sources of a lead.
const (
	FromForm      Source = "form"
	FromDashboard Source = "dashboard"
)

// SyncState is how far a lead's way to Systeme.io has come.
type SyncState string

// The states of a lead's sync.
const (
	Pending SyncState = "pending"
	Synced  SyncState = "synced"
	Failed  SyncState = "failed"
)

// Tags returns the tags that the lead is to carry in Systeme.io under its IB's
// prefix: demo-request, its type when one was given, and high-volume for 500
// leads a month or more.
func (l Lead) Tags(prefix tag.Prefix) ([]string, error) {
	names := []string{tag.DemoRequest}
	if l.IBType != "" {
		names = append(names, l.IBType)
	}
	if l.MonthlyLeads == HighVolume {
		names = append(names, tag.HighVolume)
	}
	tags := make([]string, len(names))
	for i, name := range names {
		var err error
		if tags[i], err = prefix.Tag(name); err != nil {
			return nil, fmt.Errorf("tags of a lead: %w", err)
		}
	}
	return tags, nil
}
