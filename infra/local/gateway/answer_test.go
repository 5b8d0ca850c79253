package gateway

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

func TestParseAnswer(t *testing.T) {
	t.Parallel()
	jsonType := http.Header{"Content-Type": {"application/json"}}
	tests := []struct {
		name, payload string
		want          answer
		wrong         string
	}{
		{"whole", `{"statusCode":201,"headers":{"X-A":"b","content-type":"text/html"},"body":"<p>"}`, answer{201, http.Header{"X-A": {"b"}, "Content-Type": {"text/html"}}, []byte("<p>")}, ""},
		{"no status", `{"leads":[]}`, answer{200, jsonType, []byte(`{"leads":[]}`)}, ""},
		{"text", `"hello"`, answer{200, jsonType, []byte(`"hello"`)}, ""},
		{"null", `null`, answer{200, jsonType, []byte(`null`)}, ""},
		{"no JSON", `{"leads`, answer{200, jsonType, []byte(`{"leads`)}, ""},
		{"no body", `{"statusCode":204}`, answer{204, http.Header{}, nil}, ""},
		{"a null body", `{"statusCode":200,"body":null}`, answer{200, http.Header{}, nil}, ""},
		{"a body without a type", `{"statusCode":200,"body":"x"}`, answer{200, http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}, []byte("x")}, ""},
		{"base64", `{"statusCode":200,"body":"AAE=","isBase64Encoded":true}`, answer{200, http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}, []byte{0, 1}}, ""},
		{"a status as text", `{"statusCode":"404"}`, answer{404, http.Header{}, nil}, ""},
		{"cookies", `{"statusCode":200,"cookies":["a=1; Path=/","b=2"]}`, answer{200, http.Header{"Set-Cookie": {"a=1; Path=/", "b=2"}}, nil}, ""},
		{"headers of other types", `{"statusCode":200,"headers":{"A":5,"B":true}}`, answer{200, http.Header{"A": {"5"}, "B": {"true"}}, nil}, ""},
		{"headers that are not the function's", `{"statusCode":200,"headers":{"connection":"close","content-length":"7","Transfer-Encoding":"chunked","apigw-requestid":"x"}}`, answer{200, http.Header{}, nil}, ""},
		{"headers of format 1.0", `{"statusCode":200,"multiValueHeaders":{"A":["b"]}}`, answer{200, http.Header{}, nil}, ""},
		{"a status that is none", `{"statusCode":"ok"}`, answer{}, "status"},
		{"a status below 200", `{"statusCode":101}`, answer{}, "status"},
		{"a status above 599", `{"statusCode":600}`, answer{}, "status"},
		{"a body that is no text", `{"statusCode":200,"body":{}}`, answer{}, "malformed"},
		{"base64 that is none", `{"statusCode":200,"body":"%","isBase64Encoded":true}`, answer{}, "body"},
		{"a header of two lines", `{"statusCode":200,"headers":{"A":"b\r\nSet-Cookie: c"}}`, answer{}, "more than one line"},
		{"a list for a header", `{"statusCode":200,"headers":{"A":["b"]}}`, answer{}, "header A"},
		{"a null for a header", `{"statusCode":200,"headers":{"A":null}}`, answer{}, "header A"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseAnswer([]byte(test.payload))
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("got %+v, %v, want an error of the %s", got, err, test.wrong)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

// FuzzParseAnswer looks for answers that cannot be sent.
func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(`{"statusCode":200,"headers":{"a":"b"},"cookies":["c=d"],"body":"e"}`))
	f.Add([]byte(`{"statusCode":"204","body":"AA==","isBase64Encoded":true}`))
	f.Add([]byte(`[1]`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		a, err := parseAnswer(payload)
		if err != nil {
			return
		}
		recorder := httptest.NewRecorder()
		a.write(recorder)
		if recorder.Code != a.status {
			t.Errorf("sent %d for %d", recorder.Code, a.status)
		}
	})
}
