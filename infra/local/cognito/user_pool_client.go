package cognito

import (
	"cmp"

	"clientflow/infra/local/wire"
)

type createUserPoolClientInput struct {
	inPool
	ClientName                 string
	GenerateSecret             bool
	ExplicitAuthFlows          []string
	PreventUserExistenceErrors string
	EnableTokenRevocation      *bool
	AccessTokenValidity        int
	IDTokenValidity            int `json:"IdTokenValidity"`
	RefreshTokenValidity       int
	TokenValidityUnits         tokenValidityUnits
}

type tokenValidityUnits struct {
	AccessToken  string
	IDToken      string `json:"IdToken"`
	RefreshToken string
}

func (s *Service) createUserPoolClient(p *pool, in createUserPoolClientInput) (any, error) {
	added, err := s.addClient(p, Client{
		ID: randomID(26), Name: in.ClientName, Pool: p.ID, Flows: in.ExplicitAuthFlows, GenerateSecret: in.GenerateSecret,
		HideUnknownUsers: in.PreventUserExistenceErrors == "ENABLED",
		Revocation:       in.EnableTokenRevocation == nil || *in.EnableTokenRevocation,
		AccessToken:      Validity{in.AccessTokenValidity, in.TokenValidityUnits.AccessToken},
		IDToken:          Validity{in.IDTokenValidity, in.TokenValidityUnits.IDToken},
		RefreshToken:     Validity{in.RefreshTokenValidity, in.TokenValidityUnits.RefreshToken},
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"UserPoolClient": added.describe()}, nil
}

type describeUserPoolClientInput struct {
	inPool
	ClientID string `json:"ClientId"`
}

func (s *Service) describeUserPoolClient(p *pool, in describeUserPoolClientInput) (any, error) {
	c, known := s.clients[in.ClientID]
	if !known || c.pool != p {
		return nil, wire.Errorf("ResourceNotFoundException", "User pool client %s does not exist.", in.ClientID)
	}
	return map[string]any{"UserPoolClient": c.describe()}, nil
}

type userPoolClient struct {
	ClientID                   string `json:"ClientId"`
	ClientName                 string
	ClientSecret               string `json:",omitempty"`
	UserPoolID                 string `json:"UserPoolId"`
	CreationDate               epoch
	LastModifiedDate           epoch
	ExplicitAuthFlows          []string
	PreventUserExistenceErrors string
	EnableTokenRevocation      bool
	AccessTokenValidity        int `json:",omitempty"`
	IDTokenValidity            int `json:"IdTokenValidity,omitempty"`
	RefreshTokenValidity       int
	TokenValidityUnits         tokenValidityUnits
}

func (c *client) describe() userPoolClient {
	prevent := "LEGACY"
	if c.HideUnknownUsers {
		prevent = "ENABLED"
	}
	return userPoolClient{
		ClientID: c.ID, ClientName: c.Name, ClientSecret: c.secret, UserPoolID: c.pool.ID, CreationDate: epoch(c.created), LastModifiedDate: epoch(c.created),
		ExplicitAuthFlows: c.Flows, PreventUserExistenceErrors: prevent, EnableTokenRevocation: c.Revocation,
		AccessTokenValidity: c.AccessToken.Count, IDTokenValidity: c.IDToken.Count, RefreshTokenValidity: cmp.Or(c.RefreshToken.Count, 30),
		TokenValidityUnits: tokenValidityUnits{shortLived.unitOf(c.AccessToken), shortLived.unitOf(c.IDToken), longLived.unitOf(c.RefreshToken)},
	}
}
