package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// Decode reads the body of a call into T. It answers SerializationException for
// what is no such document, and for a member that T does not have: an option
// that the local AWS would ignore must not look as if it worked.
func Decode[T any](call Call) (T, error) {
	var into T
	decoder := json.NewDecoder(bytes.NewReader(call.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&into); err != nil && !errors.Is(err, io.EOF) {
		return into, Errorf("SerializationException", "Cannot read the request: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return into, Errorf("SerializationException", "Cannot read the request: text after the JSON document")
	}
	return into, nil
}

func (s Service) write(w http.ResponseWriter, value any) {
	if value == nil {
		value = struct{}{}
	}
	body, err := json.Marshal(value)
	if err != nil {
		s.writeError(w, asError(fmt.Errorf("encode the answer: %w", err)))
		return
	}
	s.send(w, http.StatusOK, body)
}

func (s Service) writeError(w http.ResponseWriter, e *Error) {
	members := map[string]any{"__type": s.namespace() + "#" + e.Type, "message": e.Message}
	maps.Copy(members, e.Members)
	body, err := json.Marshal(members)
	if err != nil {
		body = []byte(`{"__type":"InternalServerError","message":"the error's members cannot be encoded"}`)
	}
	w.Header().Set("X-Amzn-ErrorType", e.Type)
	if e.QueryCode != "" {
		w.Header().Set("X-Amzn-Query-Error", e.QueryCode+";Sender")
	}
	s.send(w, e.status(), body)
}

// send writes the body with its checksum, which DynamoDB's clients verify and
// the others ignore.
func (s Service) send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-"+s.JSONVersion)
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	sendBody(w, status, body)
}

// namespace is what stands before # in an error's type:
// com.amazonaws.dynamodb.v20120810 for DynamoDB_20120810.
func (s Service) namespace() string {
	name := strings.TrimPrefix(strings.ToLower(s.Target), "amazon")
	return "com.amazonaws." + strings.Replace(name, "_", ".v", 1)
}

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// sendBody writes an answer of any protocol. That the client has gone away is no
// error of the server, and nobody is left to tell.
func sendBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("X-Amzn-RequestId", UUID())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
