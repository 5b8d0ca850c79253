// Package httpapi stands between an API Gateway HTTP API and the product: events
// in, answers out, and one log line for each.
//
// It reads of an event only what ClientFlow uses, bounds and decodes bodies,
// turns errors into RFC 9457 documents, and gives a handler its tenant only from
// verified claims. It knows nothing of leads or accounts.
package httpapi

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strings"

	"clientflow/internal/problem"
)

// MaxBody is the largest body that a route takes, in bytes.
const MaxBody = 64 << 10

// Request is an event of an HTTP API, payload format 2.0, as far as it is used.
type Request struct {
	RouteKey        string            `json:"routeKey"`
	RawQuery        string            `json:"rawQueryString"`
	Headers         map[string]string `json:"headers"`
	PathParameters  map[string]string `json:"pathParameters"`
	EncodedBody     string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Context         struct {
		RequestID  string `json:"requestId"`
		DomainName string `json:"domainName"`
		Authorizer struct {
			JWT struct {
				Claims map[string]string `json:"claims"`
			} `json:"jwt"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

// Header returns a header by its name in any case; several of one name come
// joined by commas.
func (r *Request) Header(name string) string { return r.Headers[strings.ToLower(name)] }

// Path returns a parameter of the path, decoded; "" when the route has none of
// that name.
func (r *Request) Path(name string) string { return r.PathParameters[name] }

// Query returns the parameters of the query. Pairs that cannot be decoded are
// an Invalid problem.
func (r *Request) Query() (url.Values, error) {
	values, err := url.ParseQuery(r.RawQuery)
	if err != nil {
		return nil, invalid("query", "cannot be decoded")
	}
	return values, nil
}

// BaseURL returns the scheme and host under which the caller reached the API.
func (r *Request) BaseURL() string {
	scheme := r.Header("x-forwarded-proto")
	if scheme != "http" {
		scheme = "https"
	}
	return scheme + "://" + r.Context.DomainName
}

// MediaType returns the media type of the body in lower case, without
// parameters; "" when there is none or it is malformed.
func (r *Request) MediaType() string {
	mediaType, _, err := mime.ParseMediaType(r.Header("content-type"))
	if err != nil {
		return ""
	}
	return mediaType
}

// Body returns the body's bytes: a TooLarge problem over MaxBody, an Invalid
// one for base64 that cannot be decoded.
func (r *Request) Body() ([]byte, error) {
	body := []byte(r.EncodedBody)
	if r.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(r.EncodedBody)
		if err != nil {
			return nil, invalid("body", "cannot be decoded")
		}
		body = decoded
	}
	if len(body) > MaxBody {
		return nil, problem.New(problem.TooLarge, "The body may hold 64 KB at most.")
	}
	return body, nil
}

// JSON returns the members of the body, which must be one JSON object in UTF-8
// with no member twice: an UnsupportedMedia problem for another media type, and
// Invalid ones otherwise.
func (r *Request) JSON() (Object, error) {
	if r.MediaType() != "application/json" {
		return Object{}, problem.New(problem.UnsupportedMedia, "Please send application/json.")
	}
	body, err := r.Body()
	if err != nil {
		return Object{}, err
	}
	return ParseObject(body)
}

func invalid(field, message string) error {
	var fields problem.Fields
	fields.Add(field, message)
	return fields.Err()
}
