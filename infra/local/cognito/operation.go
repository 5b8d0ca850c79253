package cognito

import (
	"context"
	"encoding/json"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

// inPool is part of every request that an administrator makes.
type inPool struct {
	UserPoolID string `json:"UserPoolId"`
}

func (in inPool) poolID() string { return in.UserPoolID }

// admin makes an operation that the caller's policies must allow on the pool. It
// runs while the service is locked.
func admin[In interface{ poolID() string }](s *Service, action string, do func(*pool, In) (any, error)) wire.Operation {
	return func(_ context.Context, call wire.Call) (any, error) {
		in, err := wire.Decode[In](call)
		if err != nil {
			return nil, err
		}
		err = call.Caller.Authorize(iam.Request{Action: "cognito-idp:" + action, Resource: poolARN(in.poolID())})
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		p, known := s.pools[in.poolID()]
		if !known {
			return nil, wire.Errorf("ResourceNotFoundException", "User pool %s does not exist.", in.poolID())
		}
		return do(p, in)
	}
}

// inClient is part of every request that an app makes for its users. What
// Cognito would hand to triggers or keep for statistics is accepted and unused.
type inClient struct {
	ClientID          string `json:"ClientId"`
	ClientMetadata    json.RawMessage
	AnalyticsMetadata json.RawMessage
	UserContextData   json.RawMessage
}

func (in inClient) clientID() string { return in.ClientID }

// public makes an operation that anyone may call who knows the client's id, as
// in Cognito. It runs while the service is locked.
func public[In interface{ clientID() string }](s *Service, do func(*client, In) (any, error)) wire.Operation {
	return func(_ context.Context, call wire.Call) (any, error) {
		in, err := wire.Decode[In](call)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		c, known := s.clients[in.clientID()]
		if !known {
			return nil, wire.Errorf("ResourceNotFoundException", "User pool client %s does not exist.", in.clientID())
		}
		return do(c, in)
	}
}

// inToken is part of every request that a user makes for itself.
type inToken struct {
	AccessToken string
}

func (in inToken) accessToken() string { return in.AccessToken }

// withToken makes an operation for the user whom an access token names. It runs
// while the service is locked.
func withToken[In interface{ accessToken() string }](s *Service, do func(*user, In) (any, error)) wire.Operation {
	return func(_ context.Context, call wire.Call) (any, error) {
		in, err := wire.Decode[In](call)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		u, err := s.userOfToken(in.accessToken())
		if err != nil {
			return nil, err
		}
		return do(u, in)
	}
}

func invalid(format string, args ...any) error {
	return wire.Errorf("InvalidParameterException", format, args...)
}

func notAuthorized(format string, args ...any) error {
	return wire.Errorf("NotAuthorizedException", format, args...)
}
