package sts

import (
	"net/url"
	"regexp"
	"strings"

	"clientflow/infra/local/wire"
)

// maxTags is the number of session tags that AWS takes.
const maxTags = 50

var (
	tagField = regexp.MustCompile(`^Tags\.member\.(\d+)\.(Key|Value)$`)
	tagKey   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
)

// parseTags reads Tags.member.1.Key, Tags.member.1.Value and so on. As in AWS,
// keys that differ by their case alone are duplicates.
func parseTags(form url.Values) (map[string]string, error) {
	tags, seen := map[string]string{}, map[string]bool{}
	for name := range form {
		field := tagField.FindStringSubmatch(name)
		if field == nil {
			if strings.HasPrefix(name, "Tags.") {
				return nil, invalid("Unknown parameter %s: tags are Tags.member.N.Key and Tags.member.N.Value", name)
			}
			continue
		}
		key := form.Get("Tags.member." + field[1] + ".Key")
		value := form.Get("Tags.member." + field[1] + ".Value")
		switch {
		case !tagKey.MatchString(key) || !tagValue.MatchString(value):
			return nil, invalid("Tag %q with value %q is missing, too long, or holds a character that is not allowed", key, value)
		case field[2] == "Value":
			continue
		case seen[strings.ToLower(key)] || len(tags) == maxTags:
			return nil, wire.Errorf("InvalidParameterValue", "Duplicate or more than %d tags passed in the request: %s", maxTags, key)
		}
		seen[strings.ToLower(key)] = true
		tags[key] = value
	}
	return tags, nil
}
