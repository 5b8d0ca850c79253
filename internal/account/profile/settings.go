package profile

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"clientflow/internal/account"
	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
)

const maxOrigins = 20

// readSettings reads the members that an IB may change. null, like an empty text
// or list, goes back to what holds without a setting; a name has no such thing.
func readSettings(r *httpapi.Request) (account.Settings, error) {
	object, err := r.JSON()
	if err != nil {
		return account.Settings{}, err
	}
	var settings account.Settings
	var fields problem.Fields
	note := func(field string, err error) {
		if err != nil {
			fields.Add(field, err.Error())
		}
	}
	if object.Given("name") {
		name, err := account.ParseName(object.Text("name", &fields))
		note("name", err)
		settings.Name = &name
	}
	if object.Given("thankYouUrl") {
		address, err := parseThankYouURL(object.Text("thankYouUrl", &fields))
		note("thankYouUrl", err)
		settings.ThankYouURL = &address
	}
	if object.Given("allowedOrigins") {
		origins, err := parseOrigins(object.Texts("allowedOrigins", &fields))
		note("allowedOrigins", err)
		settings.AllowedOrigins = &origins
	}
	if object.Given("timeZone") {
		zone, err := parseTimeZone(object.Text("timeZone", &fields))
		note("timeZone", err)
		settings.TimeZone = &zone
	}
	return settings, fields.Err()
}

// parseOrigins returns each origin once, in the form in which browsers name it.
func parseOrigins(texts []string) ([]string, error) {
	var origins []string
	for _, text := range texts {
		origin, err := parseOrigin(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	if len(origins) > maxOrigins {
		return nil, fmt.Errorf("must be %d at most", maxOrigins)
	}
	return origins, nil
}

var errTimeZone = errors.New("must be an IANA time zone such as Europe/Berlin")

// parseTimeZone returns the name of a time zone that Go knows. "Local" is a name
// to Go, but no place.
func parseTimeZone(name string) (string, error) {
	if name == "" {
		return account.DefaultTimeZone, nil
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return "", errTimeZone
	}
	return name, nil
}
