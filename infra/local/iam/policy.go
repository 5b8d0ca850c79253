package iam

// Policy is one policy document.
type Policy struct{}

func (p Principal) allows(Request) bool { return p.Root }
