package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"clientflow/internal/problem"
)

// Response is the answer to an event. Headers are never nil when it was made
// here.
type Response struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body,omitempty"`
	// IsBase64Encoded tells that Body is the base64 of what the caller gets.
	IsBase64Encoded bool `json:"isBase64Encoded,omitempty"`
}

// MaxBytes is the most that Bytes can carry. An answer may have 6 MB on its way out
// of Lambda, and base64 takes a third more than what it carries.
const MaxBytes = 4_500_000

// Bytes answers with any bytes, MaxBytes at most.
func Bytes(status int, mediaType string, body []byte) Response {
	response := content(status, mediaType, base64.StdEncoding.EncodeToString(body))
	response.IsBase64Encoded = true
	return response
}

// JSON answers with value as a JSON document.
func JSON(status int, value any) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fmt.Errorf("encode the answer: %w", err)
	}
	return content(status, "application/json", string(body)), nil
}

// HTML answers with a page.
func HTML(status int, page string) Response {
	return Text(status, "text/html; charset=utf-8", page)
}

// Text answers with text of any media type.
func Text(status int, mediaType, body string) Response {
	return content(status, mediaType, body)
}

// Empty answers with a status alone.
func Empty(status int) Response {
	return Response{Status: status, Headers: map[string]string{"cache-control": "no-store"}}
}

// SeeOther sends the browser to another page with a GET.
func SeeOther(location string) Response {
	response := Empty(http.StatusSeeOther)
	response.Headers["location"] = location
	return response
}

// Problem answers with the RFC 9457 document of what err is to its reader.
func Problem(err error) Response {
	p := problem.Of(err)
	return content(int(p.Kind), problem.ContentType, string(p.Document()))
}

func content(status int, mediaType, body string) Response {
	response := Empty(status)
	response.Headers["content-type"] = mediaType
	response.Headers["x-content-type-options"] = "nosniff"
	response.Body = body
	return response
}
