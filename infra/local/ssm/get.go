package ssm

import (
	"context"

	"clientflow/infra/local/wire"
)

type getParameterInput struct {
	Name           string
	WithDecryption bool
}

func (s *Service) getParameter(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[getParameterInput](call)
	if err != nil {
		return nil, err
	}
	if err := authorize(call, "GetParameter", in.Name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.parameters[in.Name]
	if !known {
		return nil, notFound(in.Name)
	}
	return map[string]any{"Parameter": p.show(in.Name, in.WithDecryption)}, nil
}

type getParametersInput struct {
	Names          []string
	WithDecryption bool
}

// mostNames is how many parameters one call may ask for.
const mostNames = 10

// getParameters answers with those that are there, and the names of those that are not.
func (s *Service) getParameters(_ context.Context, call wire.Call) (any, error) {
	in, err := wire.Decode[getParametersInput](call)
	if err != nil {
		return nil, err
	}
	if len(in.Names) == 0 || len(in.Names) > mostNames {
		return nil, invalid("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to %d, and at least 1", mostNames)
	}
	for _, name := range in.Names {
		if err := authorize(call, "GetParameters", name); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, missing := []shown{}, []string{}
	for _, name := range in.Names {
		if p, known := s.parameters[name]; known {
			found = append(found, p.show(name, in.WithDecryption))
		} else {
			missing = append(missing, name)
		}
	}
	return map[string]any{"Parameters": found, "InvalidParameters": missing}, nil
}
