package cognito

import (
	"context"
	"maps"
	"slices"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

type createUserPoolInput struct {
	PoolName               string
	UsernameAttributes     []string
	AutoVerifiedAttributes []string
	UsernameConfiguration  *struct{ CaseSensitive bool }
	AdminCreateUserConfig  *struct{ AllowAdminCreateUserOnly bool }
	MfaConfiguration       string
	Policies               struct {
		PasswordPolicy *passwordPolicy
	}
	Schema []schemaAttribute
}

type passwordPolicy struct {
	MinimumLength    int
	RequireLowercase bool
	RequireUppercase bool
	RequireNumbers   bool
	RequireSymbols   bool
}

type schemaAttribute struct {
	Name              string
	AttributeDataType string `json:",omitempty"`
	Mutable           *bool  `json:",omitempty"`
	Required          bool
}

// createUserPool makes the one kind of pool there is, and refuses any other.
func (s *Service) createUserPool(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[createUserPoolInput](call)
	if err != nil {
		return nil, err
	}
	if err := call.Caller.Authorize(iam.Request{Action: "cognito-idp:CreateUserPool", Resource: "*"}); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	id := "us-east-1_" + randomID(9)
	p := Pool{ID: id, Name: in.PoolName, Issuer: "http://" + call.Host + "/" + id, Password: in.passwords(), Required: in.required()}
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"UserPool": s.addPool(p).describe()}, nil
}

func (in createUserPoolInput) check() error {
	onlyEmail := []string{"email"}
	switch {
	case in.PoolName == "":
		return invalid("1 validation error detected: Value at 'poolName' failed to satisfy constraint: Member must not be null")
	case !slices.Equal(in.UsernameAttributes, onlyEmail) || !slices.Equal(in.AutoVerifiedAttributes, onlyEmail):
		return invalid("The local AWS has only pools whose UsernameAttributes and AutoVerifiedAttributes are [email]")
	case in.UsernameConfiguration != nil && in.UsernameConfiguration.CaseSensitive:
		return invalid("The local AWS has only pools that ignore the case of user names")
	case in.AdminCreateUserConfig != nil && in.AdminCreateUserConfig.AllowAdminCreateUserOnly:
		return invalid("The local AWS has only pools with sign-up")
	case in.MfaConfiguration != "" && in.MfaConfiguration != "OFF":
		return invalid("The local AWS has only pools without MFA")
	}
	for _, a := range in.Schema {
		if !slices.Contains(standardAttributes, a.Name) || a.AttributeDataType != "" && a.AttributeDataType != "String" {
			return invalid("The local AWS has only the standard attributes, not %s", a.Name)
		}
	}
	return nil
}

func (in createUserPoolInput) passwords() PasswordPolicy {
	given := in.Policies.PasswordPolicy
	if given == nil {
		return PasswordPolicy{MinimumLength: 8, Lowercase: true, Uppercase: true, Digits: true, Signs: true}
	}
	return PasswordPolicy{
		MinimumLength: max(given.MinimumLength, 6), Lowercase: given.RequireLowercase, Uppercase: given.RequireUppercase,
		Digits: given.RequireNumbers, Signs: given.RequireSymbols,
	}
}

func (in createUserPoolInput) required() []string {
	var names []string
	for _, a := range in.Schema {
		if a.Required {
			names = append(names, a.Name)
		}
	}
	return names
}

type userPool struct {
	ID                     string `json:"Id"`
	Name                   string
	Arn                    string
	CreationDate           epoch
	LastModifiedDate       epoch
	UsernameAttributes     []string
	AutoVerifiedAttributes []string
	EstimatedNumberOfUsers int
	MfaConfiguration       string
	Policies               struct{ PasswordPolicy passwordPolicy }
	SchemaAttributes       []schemaAttribute
}

func (p *pool) describe() userPool {
	d := userPool{
		ID: p.ID, Name: p.Name, Arn: poolARN(p.ID), CreationDate: epoch(p.created), LastModifiedDate: epoch(p.created),
		UsernameAttributes: []string{"email"}, AutoVerifiedAttributes: []string{"email"},
		EstimatedNumberOfUsers: len(p.users), MfaConfiguration: "OFF",
	}
	d.Policies.PasswordPolicy = passwordPolicy{
		MinimumLength: p.Password.MinimumLength, RequireLowercase: p.Password.Lowercase, RequireUppercase: p.Password.Uppercase,
		RequireNumbers: p.Password.Digits, RequireSymbols: p.Password.Signs,
	}
	for _, name := range standardAttributes {
		d.SchemaAttributes = append(d.SchemaAttributes, schemaAttribute{Name: name, AttributeDataType: "String", Required: slices.Contains(p.Required, name)})
	}
	return d
}

func (s *Service) describeUserPool(p *pool, _ inPool) (any, error) {
	return map[string]any{"UserPool": p.describe()}, nil
}

func (s *Service) deleteUserPool(p *pool, _ inPool) (any, error) {
	delete(s.pools, p.ID)
	maps.DeleteFunc(s.clients, func(_ string, c *client) bool { return c.pool == p })
	maps.DeleteFunc(s.sessions, func(_ string, open *session) bool { return open.user.pool == p })
	return nil, nil
}
