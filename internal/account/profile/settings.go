package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
		origins := parseOrigins(object.Texts("allowedOrigins", &fields), &fields)
		settings.AllowedOrigins = &origins
	}
	if object.Given("timeZone") {
		zone, err := parseTimeZone(object.Text("timeZone", &fields))
		note("timeZone", err)
		settings.TimeZone = &zone
	}
	return settings, fields.Err()
}

// parseOrigins returns each origin once, in the form in which browsers name it. Bad
// ones are named by their place in the list, such as allowedOrigins[0].
func parseOrigins(texts []string, fields *problem.Fields) []string {
	if fields.Has("allowedOrigins") { // not a list of texts
		return nil
	}
	var origins []string
	bad := 0
	for i, text := range texts {
		origin, err := parseOrigin(text)
		if err != nil && bad < maxOrigins { // the answer has its bounds too
			fields.Add(fmt.Sprintf("allowedOrigins[%d]", i), err.Error())
			bad++
		}
		if err == nil && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	if len(origins) > maxOrigins {
		fields.Add("allowedOrigins", fmt.Sprintf("must be %d at most", maxOrigins))
	}
	return origins
}

var errTimeZone = errors.New("must be an IANA time zone such as Europe/Berlin")

// parseTimeZone returns the name of a time zone that Go and browsers know: a page
// fails that is to show a time in one that its browser does not know.
func parseTimeZone(name string) (string, error) {
	if name == "" {
		return account.DefaultTimeZone, nil
	}
	if _, err := time.LoadLocation(name); err != nil || isForGoAlone(name) {
		return "", errTimeZone
	}
	return name, nil
}

// isForGoAlone tells of a name under which Go finds something, by itself or beside the
// zones on the machine, but which names no place.
func isForGoAlone(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"Local", "localtime", "posixrules", "posix", "right", "Factory"}, first)
}
