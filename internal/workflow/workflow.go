// Package workflow lists the automations that the admin sets up in Systeme.io for
// each IB, with the IB's own tags written out to be chosen there.
//
// What there is to set up is data, in catalogue, and the same for all IBs but for
// names, addresses and tags. The package only describes: Systeme.io runs workflows,
// its API cannot make them, and whether they were made is for the admin to say.
package workflow

import (
	"fmt"
	"strings"

	"clientflow/internal/account"
)

// Workflow is one automation of one IB.
type Workflow struct {
	// Name begins with the IB's, since all IBs' workflows stand side by side in
	// Systeme.io.
	Name string `json:"name"`
	// InsteadOf is the name of a workflow with the same trigger that this one takes
	// the place of: only one of the two is set up. "" for none.
	InsteadOf string  `json:"insteadOf,omitempty"`
	Trigger   Trigger `json:"trigger"`
	Steps     []Step  `json:"steps"`
}

// Trigger starts a workflow when exactly this tag is added to a contact.
type Trigger struct {
	Tag string `json:"tag"`
}

// Kind is what a step does.
type Kind string

// The kinds of step, with the fields that each has.
const (
	Wait      Kind = "wait"      // Amount, Unit
	Email     Kind = "email"     // To, Subject, Body
	Condition Kind = "condition" // Question, Yes, No
	AddTag    Kind = "add-tag"   // Tag
)

// Lead is the To of an email to the contact that the workflow runs for.
const Lead = "lead"

// Step is one step of a workflow. Fields that its Kind does not have are empty.
type Step struct {
	Kind Kind `json:"kind"`
	// Amount is how many minutes or days to wait, as Unit says.
	Amount int    `json:"amount,omitempty"`
	Unit   string `json:"unit,omitempty"`
	// To is Lead, or the IB's own address.
	To      string `json:"to,omitempty"`
	Subject string `json:"subject,omitempty"`
	// Body is plain text. Systeme.io puts the contact's own in place of
	// {{first_name}}.
	Body string `json:"body,omitempty"`
	// Question decides between the steps Yes and No. Both go on with what follows.
	Question string `json:"question,omitempty"`
	Yes      []Step `json:"yes,omitempty"`
	No       []Step `json:"no,omitempty"`
	Tag      string `json:"tag,omitempty"`
}

// For returns the workflows to set up for an IB, in the order in which a lead meets
// them. It fails for an IB without a tag prefix.
func For(ib account.IB) ([]Workflow, error) {
	workflows := catalogue()
	f := filler{ib, strings.NewReplacer("{ib}", ib.Name)}
	for i := range workflows {
		if err := f.workflow(&workflows[i]); err != nil {
			return nil, fmt.Errorf("workflows of %s: %w", ib.Tenant, err)
		}
	}
	return workflows, nil
}

// filler writes what is one IB's into what is the same for all.
type filler struct {
	ib    account.IB
	names *strings.Replacer
}

func (f filler) workflow(w *Workflow) error {
	w.Name, w.InsteadOf = f.names.Replace(w.Name), f.names.Replace(w.InsteadOf)
	if err := f.tag(&w.Trigger.Tag); err != nil {
		return err
	}
	return f.steps(w.Steps)
}

func (f filler) steps(steps []Step) error {
	for i := range steps {
		s := &steps[i]
		s.Subject, s.Body = f.names.Replace(s.Subject), f.names.Replace(s.Body)
		if s.To == owner {
			s.To = f.ib.Email
		}
		if s.Kind == AddTag {
			if err := f.tag(&s.Tag); err != nil {
				return err
			}
		}
		for _, branch := range [][]Step{s.Yes, s.No} {
			if err := f.steps(branch); err != nil {
				return err
			}
		}
	}
	return nil
}

// tag makes the IB's tag of a name.
func (f filler) tag(name *string) error {
	tag, err := f.ib.Prefix.Tag(*name)
	*name = tag
	return err
}
