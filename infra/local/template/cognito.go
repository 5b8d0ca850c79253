package template

// UserPool is a Cognito user pool. Its users sign in with their email.
type UserPool struct {
	LogicalID, Name string
	// ID is the pool's id and Issuer the iss of its tokens.
	ID, Issuer string
	// Password is what passwords must have.
	Password PasswordPolicy
}

// PasswordPolicy is what passwords must have.
type PasswordPolicy struct {
	MinimumLength                       int
	Lowercase, Uppercase, Digits, Signs bool
}

// UserPoolClient is an app client of a user pool.
type UserPoolClient struct {
	LogicalID, Name, ID string
	// Pool is the id of its pool.
	Pool string
	// Flows are the sign-in flows that it may use.
	Flows []string
	// Secret tells whether it has one.
	Secret bool
	// HideUnknownUsers answers unknown users as wrong passwords.
	HideUnknownUsers bool
	// Revocation tells whether refresh tokens can be revoked.
	Revocation bool
	// AccessToken, IDToken and RefreshToken are how long tokens are good for.
	AccessToken, IDToken, RefreshToken Validity
}

// Validity is a time as Cognito takes it; Unit is seconds, minutes, hours or
// days, and empty for the token's default unit. The zero Validity is the default.
type Validity struct {
	Count int
	Unit  string
}

// UserPoolGroup is a group of a user pool.
type UserPoolGroup struct {
	LogicalID, Name string
	// Pool is the id of its pool.
	Pool string
	// Description is for people.
	Description string
}

func (t *Template) addPool(r *resource, properties value) error {
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	attributes := properties.scope.attributesOf(r, name)
	pool := UserPool{
		LogicalID: r.id, Name: name, ID: attributes[""], Issuer: attributes["ProviderURL"],
		Password: PasswordPolicy{MinimumLength: 8, Lowercase: true, Uppercase: true, Digits: true, Signs: true},
	}
	err = properties.object(fields{
		"UserPoolName":           ignored, // read already
		"DeletionProtection":     ignored,
		"AccountRecoverySetting": ignored,
		// Nobody can change an address here.
		"UserAttributeUpdateSettings": ignored,
		"UserPoolTags":                ignored,
		"UsernameAttributes":          onlyItem("email"),
		"AutoVerifiedAttributes":      onlyItem("email"),
		"UsernameConfiguration": func(v value) error {
			return v.object(fields{"CaseSensitive": exactly("false")}, "CaseSensitive")
		},
		"Policies": func(v value) error {
			return v.object(fields{"PasswordPolicy": pool.Password.read})
		},
	}, "UsernameAttributes", "AutoVerifiedAttributes")
	t.Pools = append(t.Pools, pool)
	return err
}

func (p *PasswordPolicy) read(v value) error {
	*p = PasswordPolicy{MinimumLength: 6}
	return v.object(fields{
		"MinimumLength":    number(&p.MinimumLength, 6, 99),
		"RequireLowercase": flag(&p.Lowercase),
		"RequireUppercase": flag(&p.Uppercase),
		"RequireNumbers":   flag(&p.Digits),
		"RequireSymbols":   flag(&p.Signs),
	})
}

// onlyItem reads a list with exactly this one item.
func onlyItem(word string) reader {
	return func(v value) error {
		if len(v.node.Content) != 1 {
			return v.errorf("the local AWS knows only [%s] here", word)
		}
		return v.items(exactly(word))
	}
}

func (t *Template) addClient(r *resource, properties value) error {
	name, err := properties.scope.physicalName(r)
	if err != nil {
		return err
	}
	c := UserPoolClient{LogicalID: r.id, Name: name, ID: properties.scope.id(r, 26)}
	var hide string
	err = properties.object(fields{
		"ClientName":                 ignored, // read already
		"UserPoolId":                 text(&c.Pool),
		"GenerateSecret":             flag(&c.Secret),
		"ExplicitAuthFlows":          texts(&c.Flows),
		"PreventUserExistenceErrors": oneOf(&hide, "ENABLED", "LEGACY"),
		"EnableTokenRevocation":      flag(&c.Revocation),
		"AccessTokenValidity":        number(&c.AccessToken.Count, 1, 86400),
		"IdTokenValidity":            number(&c.IDToken.Count, 1, 86400),
		"RefreshTokenValidity":       number(&c.RefreshToken.Count, 1, 315360000),
		"TokenValidityUnits":         c.readUnits,
	}, "UserPoolId", "ExplicitAuthFlows")
	c.HideUnknownUsers = hide == "ENABLED"
	t.Clients = append(t.Clients, c)
	return err
}

func (c *UserPoolClient) readUnits(v value) error {
	units := []string{"seconds", "minutes", "hours", "days"}
	return v.object(fields{
		"AccessToken":  oneOf(&c.AccessToken.Unit, units...),
		"IdToken":      oneOf(&c.IDToken.Unit, units...),
		"RefreshToken": oneOf(&c.RefreshToken.Unit, units...),
	})
}

func (t *Template) addGroup(r *resource, properties value) error {
	g := UserPoolGroup{LogicalID: r.id}
	err := properties.object(fields{
		"GroupName":   text(&g.Name),
		"UserPoolId":  text(&g.Pool),
		"Description": text(&g.Description),
		"Precedence":  ignored,
	}, "GroupName", "UserPoolId")
	t.Groups = append(t.Groups, g)
	return err
}
