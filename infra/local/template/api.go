package template

// API is the HTTP API.
type API struct {
	LogicalID, ID string
	// Authorizers are the JWT authorizers by name.
	Authorizers map[string]Authorizer
	// DefaultAuthorizer is the name of the one for routes that name none; empty
	// when such routes are public.
	DefaultAuthorizer string
	// Throttle limits each route; nil when there is no limit.
	Throttle *Throttle
}

// Authorizer is a JWT authorizer whose token comes in the Authorization header.
type Authorizer struct {
	// Issuer is the iss of the tokens, and where their keys are found.
	Issuer string
	// Audience are the values of aud or client_id that are accepted.
	Audience []string
	// Scopes are those of which a token needs one, on routes that name none.
	Scopes []string
}

// Throttle is a token bucket.
type Throttle struct {
	// Rate is how many requests a second refill it, Burst how many it holds.
	Rate  float64
	Burst int
}

func (t *Template) addAPI(r *resource, properties value) error {
	if t.API.LogicalID != "" {
		return r.declared.errorf("the local AWS serves one HTTP API, which %s is already", t.API.LogicalID)
	}
	api := API{LogicalID: r.id, ID: properties.scope.id(r, 10), Authorizers: map[string]Authorizer{}}
	err := properties.object(fields{
		"StageName":            exactly("$default"),
		"Name":                 ignored,
		"Description":          ignored,
		"Tags":                 ignored,
		"AccessLogSettings":    ignored,
		"Auth":                 api.readAuth,
		"DefaultRouteSettings": api.readRouteSettings,
	}, "StageName")
	t.API = api
	return err
}

func (a *API) readAuth(v value) error {
	err := v.object(fields{
		"DefaultAuthorizer": text(&a.DefaultAuthorizer),
		"Authorizers": func(v value) error {
			return v.each(func(name string, v value) error {
				authorizer, err := readAuthorizer(v)
				a.Authorizers[name] = authorizer
				return err
			})
		},
	})
	if err != nil {
		return err
	}
	if _, ok := a.Authorizers[a.DefaultAuthorizer]; !ok && a.DefaultAuthorizer != "" {
		return v.errorf("there is no authorizer %q", a.DefaultAuthorizer)
	}
	return nil
}

func readAuthorizer(v value) (Authorizer, error) {
	var a Authorizer
	err := v.object(fields{
		"IdentitySource":      exactly("$request.header.Authorization"),
		"AuthorizationScopes": texts(&a.Scopes),
		"JwtConfiguration": func(v value) error {
			return v.object(fields{"issuer": text(&a.Issuer), "audience": texts(&a.Audience)}, "issuer", "audience")
		},
	}, "IdentitySource", "JwtConfiguration")
	return a, err
}

func (a *API) readRouteSettings(v value) error {
	a.Throttle = &Throttle{}
	return v.object(fields{
		"ThrottlingRateLimit":    decimal(&a.Throttle.Rate),
		"ThrottlingBurstLimit":   number(&a.Throttle.Burst, 1, 1_000_000),
		"DetailedMetricsEnabled": ignored,
	}, "ThrottlingRateLimit", "ThrottlingBurstLimit")
}
