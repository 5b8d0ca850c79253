package profile

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const maxURL = 2000

var (
	errThankYouURL = errors.New("must be a full https address of 2000 characters at most, such as https://example.com/thanks")
	errOrigin      = errors.New("must be the address of a website such as https://example.com: https, without a path or a *")
)

// hostShape is a domain name or an IPv4 address in lower case; names beyond ASCII
// come as punycode, as browsers send them.
var hostShape = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// parseThankYouURL returns an absolute web address that can be sent to a browser
// as it is; "" for "".
func parseThankYouURL(text string) (string, error) {
	text = strings.Trim(text, " ")
	if text == "" {
		return "", nil
	}
	if _, ok := webAddress(text); !ok || len(text) > maxURL {
		return "", errThankYouURL
	}
	return text, nil
}

// parseOrigin returns an origin in the form in which a browser names it in the
// header Origin: in lower case, without a path and without the scheme's own port.
func parseOrigin(text string) (string, error) {
	text = strings.Trim(text, " ")
	address, ok := webAddress(text)
	if !ok {
		return "", errOrigin
	}
	origin := address.Scheme + "://" + address.Host
	if !strings.EqualFold(origin, text) {
		return "", errOrigin
	}
	ownPort := map[string]string{"https": ":443", "http": ":80"}[address.Scheme]
	return strings.TrimSuffix(strings.ToLower(origin), ownPort), nil
}

// webAddress takes an https address, or an http one of the IB's own machine,
// without credentials in it and without a character that a header cannot carry.
func webAddress(text string) (*url.URL, bool) {
	address, err := url.Parse(text)
	if err != nil || !printable(text) || address.User != nil {
		return nil, false
	}
	host := strings.ToLower(address.Hostname())
	local := host == "localhost" || host == "127.0.0.1"
	secure := address.Scheme == "https" || address.Scheme == "http" && local
	return address, secure && hostShape.MatchString(host) && validPort(address)
}

func validPort(address *url.URL) bool {
	if !strings.Contains(address.Host, ":") {
		return true
	}
	port, err := strconv.ParseUint(address.Port(), 10, 16)
	return err == nil && port > 0 && strconv.FormatUint(port, 10) == address.Port()
}

// printable tells whether a text is of ASCII characters that one can see, without
// those that no address may hold as they are.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
	})
}
