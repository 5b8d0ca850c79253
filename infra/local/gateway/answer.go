package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// answer is what a function said, ready to be sent.
type answer struct {
	status  int
	headers http.Header
	body    []byte
}

// functionAnswer is an answer in payload format 2.0.
type functionAnswer struct {
	StatusCode      json.RawMessage            `json:"statusCode"`
	Headers         map[string]json.RawMessage `json:"headers"`
	Cookies         []string                   `json:"cookies"`
	Body            *string                    `json:"body"`
	IsBase64Encoded bool                       `json:"isBase64Encoded"`
}

// parseAnswer reads an answer. What is no object with a statusCode is a body of
// JSON, as it is; an object with one that does not fit the format is an error.
func parseAnswer(payload []byte) (answer, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil || members["statusCode"] == nil {
		return answer{http.StatusOK, http.Header{"Content-Type": {"application/json"}}, payload}, nil
	}
	var f functionAnswer
	if err := json.Unmarshal(payload, &f); err != nil {
		return answer{}, fmt.Errorf("malformed answer of the function: %w", err)
	}
	status, err := f.status()
	if err != nil {
		return answer{}, err
	}
	headers, err := f.httpHeaders()
	if err != nil {
		return answer{}, err
	}
	body, err := f.bytes()
	return answer{status, headers, body}, err
}

// status takes a number, or a number as text.
func (f functionAnswer) status() (int, error) {
	status, err := strconv.Atoi(strings.Trim(string(f.StatusCode), `"`))
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("the function answered with the status %s", f.StatusCode)
	}
	return status, nil
}

func (f functionAnswer) httpHeaders() (http.Header, error) {
	all := http.Header{}
	for name, raw := range f.Headers {
		content, err := headerText(raw)
		if err != nil {
			return nil, fmt.Errorf("header %s of the function's answer: %w", name, err)
		}
		key := http.CanonicalHeaderKey(name)
		if !hopByHop(key) && key != "Content-Length" && key != "Apigw-Requestid" {
			all[key] = []string{content}
		}
	}
	for _, cookie := range f.Cookies {
		all.Add("Set-Cookie", cookie)
	}
	if all.Get("Content-Type") == "" && f.Body != nil && *f.Body != "" {
		all.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	return all, nil
}

// headerText takes text, a number or a truth value of one line.
func headerText(raw json.RawMessage) (string, error) {
	var content any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&content); err != nil {
		return "", err
	}
	switch content.(type) {
	case string, json.Number, bool:
	default:
		return "", fmt.Errorf("cannot be %s", raw)
	}
	text := fmt.Sprint(content)
	if strings.ContainsAny(text, "\r\n\x00") {
		return "", fmt.Errorf("has more than one line")
	}
	return text, nil
}

func (f functionAnswer) bytes() ([]byte, error) {
	if f.Body == nil {
		return nil, nil
	}
	if !f.IsBase64Encoded {
		return []byte(*f.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(*f.Body)
	if err != nil {
		return nil, fmt.Errorf("body of the function's answer: %w", err)
	}
	return body, nil
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.headers {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone; HEAD and 204 have no body
}
