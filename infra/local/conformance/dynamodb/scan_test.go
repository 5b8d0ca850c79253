package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// scanAll follows the pages of a Scan and returns a column in order.
func (s *suite) scanAll(t *testing.T, in *ddb.ScanInput, name string) string {
	t.Helper()
	var values []string
	for {
		out, err := s.Scan(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, strings.Fields(column(out.Items, name))...)
		if out.LastEvaluatedKey == nil {
			slices.Sort(values)
			return strings.Join(values, " ")
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	s := start(t)
	want := ""
	for i := range 20 {
		s.put(t, key(fmt.Sprintf("p%02d", i), "a").with("n", i), key(fmt.Sprintf("p%02d", i), "b"))
		want += fmt.Sprintf(" p%02d p%02d", i, i)
	}
	if got := s.scanAll(t, &ddb.ScanInput{TableName: &s.table}, "pk"); got != want[1:] {
		t.Errorf("scan finds %s", got)
	}
	if got := s.scanAll(t, &ddb.ScanInput{TableName: &s.table, Limit: aws.Int32(3)}, "pk"); got != want[1:] {
		t.Errorf("scan of pages finds %s", got)
	}
	filtered := &ddb.ScanInput{
		TableName: &s.table, FilterExpression: aws.String("pk > :p AND n < :n"), ExpressionAttributeValues: doc{":p": "p10", ":n": 13}.item(t), Limit: aws.Int32(7),
	}
	if got := s.scanAll(t, filtered, "pk"); got != "p11 p12" {
		t.Errorf("scan with a filter finds %s", got)
	}
	var segments []string
	for i := range int32(3) {
		found := s.scanAll(t, &ddb.ScanInput{TableName: &s.table, Segment: &i, TotalSegments: aws.Int32(3), Limit: aws.Int32(4)}, "pk")
		segments = append(segments, strings.Fields(found)...)
	}
	slices.Sort(segments)
	if got := strings.Join(segments, " "); got != want[1:] {
		t.Errorf("segments hold %s", got)
	}
}

func TestScanMistakes(t *testing.T) {
	t.Parallel()
	s := start(t)
	tests := map[string]struct {
		change func(*ddb.ScanInput)
		want   string
	}{
		"segment alone":       {func(in *ddb.ScanInput) { in.Segment = aws.Int32(0) }, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
		"total alone":         {func(in *ddb.ScanInput) { in.TotalSegments = aws.Int32(1) }, "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"},
		"segment beyond":      {func(in *ddb.ScanInput) { in.Segment, in.TotalSegments = aws.Int32(2), aws.Int32(2) }, "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"},
		"values without use":  {func(in *ddb.ScanInput) { in.ExpressionAttributeValues = doc{":a": 1}.item(t) }, "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null"},
		"start key too short": {func(in *ddb.ScanInput) { in.ExclusiveStartKey = doc{"pk": "p"}.item(t) }, "The provided starting key is invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ddb.ScanInput{TableName: &s.table}
			test.change(in)
			_, err := s.Scan(t.Context(), in)
			s.wantAWS(t, err, test.want)
		})
	}
}
