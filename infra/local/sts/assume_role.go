package sts

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strconv"
	"time"

	"clientflow/infra/local/iam"
	"clientflow/infra/local/wire"
)

const (
	minDuration     = 15 * time.Minute
	maxDuration     = time.Hour // of a role assumed by a role, whatever the role allows
	defaultDuration = time.Hour
)

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

type assumeRoleResult struct {
	AssumedRoleUser assumedRoleUser
	Credentials     credentials
	// PackedPolicySize is the share of the space for tags that is used, in percent.
	PackedPolicySize int
}

type assumedRoleUser struct {
	Arn           string
	AssumedRoleID string `xml:"AssumedRoleId"`
}

type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func (s *Service) assumeRole(_ context.Context, call wire.Call) (any, error) {
	form, err := parameters(call, "RoleArn", "RoleSessionName", "DurationSeconds", "Tags.")
	if err != nil {
		return nil, err
	}
	arn, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	if !sessionName.MatchString(session) {
		return nil, invalid("Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", session)
	}
	duration, err := parseDuration(form.Get("DurationSeconds"))
	if err != nil {
		return nil, err
	}
	tags, err := parseTags(form)
	if err != nil {
		return nil, err
	}
	assumed, err := s.authorize(call.Caller, arn, session, tags)
	if err != nil {
		return nil, err
	}
	return s.issue(assumed, session, tags, duration), nil
}

// authorize finds the role. One that does not exist is refused like one that
// trusts nobody, so that its name cannot be found out.
func (s *Service) authorize(caller iam.Principal, arn, session string, tags map[string]string) (role, error) {
	s.mu.RLock()
	assumed := s.roles[arn]
	s.mu.RUnlock()
	if caller.Root && assumed.name != "" {
		// AWS lets no root assume a role; here root is whoever uses made-up keys, such
		// as a function that runs under "sam local".
		return assumed, nil
	}
	request := iam.Request{Action: "sts:AssumeRole", Resource: arn, Context: map[string][]string{"sts:RoleSessionName": {session}}}
	for key, value := range tags {
		request.Context["aws:RequestTag/"+key] = []string{value}
		request.Context["aws:TagKeys"] = append(request.Context["aws:TagKeys"], key)
	}
	if err := assumed.trust.Authorize(caller, request); err != nil {
		return role{}, err
	}
	if len(tags) == 0 {
		return assumed, nil
	}
	request.Action = "sts:TagSession"
	return assumed, assumed.trust.Authorize(caller, request)
}

func (s *Service) issue(r role, session string, tags map[string]string, duration time.Duration) assumeRoleResult {
	arn := "arn:aws:sts::" + iam.AccountID + ":assumed-role/" + r.name + "/" + session
	issued := s.keys.Issue(iam.Principal{ARN: arn, Policies: r.policies, Tags: tags}, duration)
	return assumeRoleResult{
		AssumedRoleUser: assumedRoleUser{Arn: arn, AssumedRoleID: roleID(r.name) + ":" + session},
		Credentials: credentials{
			AccessKeyID: issued.AccessKeyID, SecretAccessKey: issued.SecretAccessKey, SessionToken: issued.SessionToken,
			Expiration: issued.Expires.UTC().Format(time.RFC3339),
		},
		PackedPolicySize: 100 * len(tags) / maxTags,
	}
}

// roleID is the unique id of a role, made of its name.
func roleID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return defaultDuration, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalid("Value '%s' at 'durationSeconds' is not a number", text)
	}
	switch duration := time.Duration(seconds) * time.Second; {
	case seconds < int(minDuration/time.Second):
		return 0, invalid("Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900", seconds)
	case seconds > int(maxDuration/time.Second):
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	default:
		return duration, nil
	}
}
