package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// event is a request in payload format 2.0.
type event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type requestContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	Authorizer   *authorized `json:"authorizer,omitempty"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         httpContext `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	TimeEpoch    int64       `json:"timeEpoch"`
}

type httpContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// authorized is what a JWT authorizer says of the caller.
type authorized struct {
	JWT struct {
		Claims map[string]string `json:"claims"`
		// Scopes are null on a route that asks for none.
		Scopes []string `json:"scopes"`
	} `json:"jwt"`
}

func (g *Gateway) event(r *http.Request, body []byte, found match, caller *token, requestID string) event {
	now := g.config.Clock()
	prefix, _, _ := strings.Cut(r.Host, ".")
	e := event{
		Version:               "2.0",
		RouteKey:              found.target.key(),
		RawPath:               r.URL.Path, // decoded, as HTTP APIs do it
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r),
		Headers:               headers(r, len(body), now),
		QueryStringParameters: queryParameters(r),
		PathParameters:        found.parameters,
		RequestContext: requestContext{
			AccountID:    g.config.AccountID,
			APIID:        g.config.APIID,
			DomainName:   r.Host,
			DomainPrefix: prefix,
			HTTP: httpContext{
				Method:    r.Method,
				Path:      r.URL.Path,
				Protocol:  r.Proto,
				SourceIP:  sourceIP(r),
				UserAgent: r.UserAgent(),
			},
			RequestID: requestID,
			RouteKey:  found.target.key(),
			Stage:     "$default",
			Time:      now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch: now.UnixMilli(),
		},
	}
	if caller != nil {
		e.RequestContext.Authorizer = caller.authorized()
	}
	if len(body) > 0 {
		e.Body, e.IsBase64Encoded = encodeBody(r.Header.Get("Content-Type"), body)
	}
	return e
}

// encodeBody passes a body as text when its type is one of those that HTTP APIs
// take for text; forms are not among them.
func encodeBody(contentType string, body []byte) (encoded string, isBase64 bool) {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err == nil && isText(mediaType) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func isText(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	default:
		return strings.HasPrefix(mediaType, "text/")
	}
}

// hopByHop are headers between two neighbours, which go no further.
func hopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect":
		return true
	default:
		return false
	}
}

// headers are the request's headers in lower case, several of a name joined by
// commas, with those that AWS adds. Cookies have a place of their own.
func headers(r *http.Request, bodySize int, now time.Time) map[string]string {
	all := map[string]string{}
	for name, values := range r.Header {
		if name != "Cookie" && !hopByHop(name) {
			all[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	all["host"] = r.Host
	all["content-length"] = strconv.Itoa(bodySize)
	all["x-forwarded-for"] = joinNonEmpty(all["x-forwarded-for"], sourceIP(r))
	all["x-forwarded-port"] = port(r)
	all["x-forwarded-proto"] = "http"
	if all["x-amzn-trace-id"] == "" {
		all["x-amzn-trace-id"] = newTraceID(now)
	}
	return all
}

func joinNonEmpty(before, last string) string {
	if before == "" {
		return last
	}
	return before + ", " + last
}

func cookies(r *http.Request) []string {
	var all []string
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				all = append(all, cookie)
			}
		}
	}
	return all
}

// queryParameters are the decoded parameters, several of a name joined by commas.
// Pairs that cannot be decoded are left out; the raw query has them.
func queryParameters(r *http.Request) map[string]string {
	values, _ := url.ParseQuery(r.URL.RawQuery)
	all := map[string]string{}
	for name, list := range values {
		all[name] = strings.Join(list, ",")
	}
	return all
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// port is the one at which the request came in.
func port(r *http.Request) string {
	address, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return "80"
	}
	_, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return "80"
	}
	return port
}

// newRequestID makes ids of the length that HTTP APIs give them, such as
// "5d1d2b5e9c5e4b8=".
func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])[:15] + "="
}

func newTraceID(now time.Time) string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("Root=1-%08x-%s", now.Unix(), hex.EncodeToString(b[:]))
}
