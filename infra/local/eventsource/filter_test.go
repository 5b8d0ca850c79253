package eventsource

import (
	"strings"
	"testing"
)

func mustFilter(t testing.TB, pattern string) Filter {
	t.Helper()
	f, err := ParseFilter(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFilter(t *testing.T) {
	t.Parallel()
	const record = `{"eventName":"INSERT","dynamodb":{"Keys":{"sk":{"S":"LEAD#1"}},"n":5.5,"none":null,"yes":true,"list":["a","b"],"empty":{}}}`
	tests := []struct {
		pattern string
		want    bool
	}{
		{`{"eventName":["INSERT"]}`, true},
		{`{"eventName":["MODIFY","INSERT"]}`, true},
		{`{"eventName":["MODIFY"]}`, false},
		{`{"eventName":["insert"]}`, false},
		{`{"eventName":["INSERT"],"dynamodb":{"n":[6]}}`, false},
		{`{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"LEAD#"}]}}}}`, true},
		{`{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"STATS#"}]}}}}`, false},
		{`{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":""}]}}}}`, false},
		{`{"dynamodb":{"n":[5.50]}}`, true},
		{`{"dynamodb":{"n":["5.5"]}}`, false},
		{`{"dynamodb":{"none":[null]}}`, true},
		{`{"dynamodb":{"absent":[null]}}`, false},
		{`{"dynamodb":{"yes":[true]}}`, true},
		{`{"dynamodb":{"yes":[false]}}`, false},
		{`{"dynamodb":{"list":["b"]}}`, true},
		{`{"dynamodb":{"list":["c"]}}`, false},
		{`{"dynamodb":{"list":[{"prefix":"b"}]}}`, true},
		{`{"dynamodb":{"n":[{"exists":true}]}}`, true},
		{`{"dynamodb":{"n":[{"exists":false}]}}`, false},
		{`{"dynamodb":{"absent":[{"exists":false}]}}`, true},
		{`{"dynamodb":{"absent":[{"exists":true}]}}`, false},
		{`{"dynamodb":{"Keys":[{"exists":true}]}}`, false},
		{`{"dynamodb":{"absent":{"deeper":[{"exists":false}]}}}`, true},
		{`{"eventName":[{"anything-but":"REMOVE"}]}`, true},
		{`{"eventName":[{"anything-but":["REMOVE","INSERT"]}]}`, false},
		{`{"dynamodb":{"n":[{"anything-but":[5.5]}]}}`, false},
		{`{"dynamodb":{"absent":[{"anything-but":"x"}]}}`, false},
		{`{"dynamodb":{"n":[{"numeric":[">",5,"<=",5.5]}]}}`, true},
		{`{"dynamodb":{"n":[{"numeric":["<",5.5]}]}}`, false},
		{`{"dynamodb":{"n":[{"numeric":["=",5.5]}]}}`, true},
		{`{"dynamodb":{"n":[{"numeric":[">=",6]}]}}`, false},
		{`{"eventName":[{"numeric":["=",5.5]}]}`, false},
		{`{"eventName":[{"numeric":["=",5.5]},"INSERT"]}`, true},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			t.Parallel()
			if got := mustFilter(t, test.pattern).Match([]byte(record)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if mustFilter(t, `{"a":["b"]}`).Match([]byte("no JSON")) {
		t.Error("what is no JSON matches")
	}
}

func TestFiltersThatCannotBe(t *testing.T) {
	t.Parallel()
	tests := []struct{ pattern, problem string }{
		{``, "EOF"},
		{`{"a":["b"]} {}`, "more than one value"},
		{`["a"]`, "is no object"},
		{`{}`, "an object asks for nothing"},
		{`{"a":{}}`, "a: an object asks for nothing"},
		{`{"a":[]}`, "a: a list asks for nothing"},
		{`{"a":"b"}`, "a: must be a list or an object"},
		{`{"a":[["b"]]}`, "a list within a list"},
		{`{"$or":[{"a":["b"]}]}`, "$or"},
		{`{"a":[{"suffix":"b"}]}`, "does not know the operator suffix"},
		{`{"a":[{"prefix":"b","exists":true}]}`, "stands alone"},
		{`{"a":[{"prefix":5}]}`, "prefix wants text"},
		{`{"a":[{"exists":"yes"}]}`, "exists wants true or false"},
		{`{"a":[{"anything-but":[]}]}`, "forbids nothing"},
		{`{"a":[{"anything-but":{"prefix":"b"}}]}`, "wants texts or numbers"},
		{`{"a":[{"numeric":[">"]}]}`, "numeric wants"},
		{`{"a":[{"numeric":["!=",5]}]}`, "numeric wants"},
		{`{"a":[{"numeric":[">","5"]}]}`, "numeric wants"},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseFilter(test.pattern); err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %v, want …%s…", err, test.problem)
			}
		})
	}
}

// FuzzFilter looks for patterns and records that break the matching.
func FuzzFilter(f *testing.F) {
	f.Add(`{"a":{"b":[{"prefix":"c"},null,5,true]}}`, `{"a":{"b":["c",{"d":[1]}]}}`)
	f.Add(`{"a":[{"numeric":[">",0,"<=",5]},{"anything-but":["x",1]},{"exists":false}]}`, `{"a":1e999}`)
	f.Fuzz(func(_ *testing.T, pattern, record string) {
		if filter, err := ParseFilter(pattern); err == nil {
			filter.Match([]byte(record))
		}
	})
}
