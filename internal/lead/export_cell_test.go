package lead

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// The columns are the members of a lead as the API shows them, and whatever else is kept
// of what a visitor sent.
func TestColumnsAreTheMembersOfALead(t *testing.T) {
	t.Parallel()
	shown, err := json.Marshal(Lead{})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(shown, &members); err != nil {
		t.Fatal(err)
	}
	sent, err := attributevalue.MarshalMap(Submission{})
	if err != nil {
		t.Fatal(err)
	}
	for attribute := range sent {
		members[attribute] = nil
	}
	for _, column := range columns() {
		if _, is := members[column]; !is {
			t.Errorf("column %s is no member", column)
		}
		delete(members, column)
	}
	if len(members) > 0 {
		t.Errorf("members without a column: %v", members)
	}
	if cells := (Lead{}).cells(); len(cells) != len(columns()) {
		t.Errorf("%d cells in %d columns", len(cells), len(columns()))
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"":                                "",
		"Jane Doe":                        "Jane Doe",
		"a=b+c-d@e":                       "a=b+c-d@e",
		"jane+forex@acme.com":             "jane+forex@acme.com",
		"forex-ib":                        "forex-ib",
		"2026-05-04T03:02:01.000Z":        "2026-05-04T03:02:01.000Z",
		"=1+1":                            "'=1+1",
		`=HYPERLINK("http://evil","x")`:   `'=HYPERLINK("http://evil","x")`,
		"+44 20 7946 0958":                "'+44 20 7946 0958",
		"-2+3+cmd|' /C calc'!A0":          "'-2+3+cmd|' /C calc'!A0",
		"@SUM(1+1)*cmd|' /C calc'!A0":     "'@SUM(1+1)*cmd|' /C calc'!A0",
		"\t=1+1":                          "'\t=1+1",
		"\r=1+1":                          "'\r=1+1",
		"\n=1+1":                          "'\n=1+1",
		"＝1＋1":                            "'＝1＋1",
		"＋1":                              "'＋1",
		"－1":                              "'－1",
		"＠SUM(1)":                         "'＠SUM(1)",
		"Jane;=cmd|' /C calc'!A0;Doe":     "Jane;'=cmd|' /C calc'!A0;Doe",
		"a;;+1":                           "a;;'+1",
		"called\n- will pay\n- next week": "called\n- will pay\n- next week",
		"-":                               "'-",
		"'=1+1":                           "'=1+1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("harmless(%q) = %q, want %q", cell, got, want)
		}
	}
}

// FuzzHarmless holds that a spreadsheet that reads a cell, by commas or by
// semicolons, finds nothing that it may take for a formula, and that what was
// there can still be read.
func FuzzHarmless(f *testing.F) {
	for _, seed := range []string{"=1+1", "a;=1", "\t@x", `"=1`, "a\",=1", "＝", "-\n-", ";;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "") // nothing else is stored
		safe := harmless(text)
		for _, part := range strings.Split(safe, ";") {
			if first, _ := utf8.DecodeRuneInString(part); beginsFormula(first) {
				t.Errorf("%q of %q begins a formula", part, safe)
			}
		}
		if strings.ReplaceAll(safe, "'", "") != strings.ReplaceAll(text, "'", "") {
			t.Errorf("%q became %q", text, safe)
		}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = true
		if err := w.Write([]string{"x", safe}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		row, err := csv.NewReader(&file).Read()
		// The reader makes one line break of both kinds.
		flat := strings.NewReplacer("\r\n", "\n", "\r", "").Replace
		if err != nil || !slices.Equal([]string{flat(row[0]), flat(row[1])}, []string{"x", flat(safe)}) {
			t.Errorf("%q reads as %q, %v", safe, row, err)
		}
	})
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "gzip, deflate, br, zstd": true, "br;q=1.0, gzip;q=0.8": true,
		"gzip;q=0": false, "gzip; q=0.000": false, "gzip;q=x": true, "x-gzip": false, "identity": false, "*": false, "br": false,
	} {
		if got := acceptsGzip(header); got != want {
			t.Errorf("acceptsGzip(%q) = %v", header, got)
		}
	}
}

func FuzzAcceptsGzip(f *testing.F) {
	f.Add("gzip;q=0.5, br")
	f.Fuzz(func(t *testing.T, header string) {
		if acceptsGzip(header) && !strings.Contains(strings.ToLower(header), "gzip") {
			t.Errorf("%q accepts gzip", header)
		}
	})
}
