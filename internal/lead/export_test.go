package lead_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clientflow/internal/eventlog"
	"clientflow/internal/httpapi"
	"clientflow/internal/lead"
)

const exportRoute = "GET /leads/export"

// mostBytes is the size of answer that Lambda takes.
const mostBytes = 6 << 20

// exported asks for a part of an IB's export, and returns its bytes as a caller
// reads them, and the query of the next part.
func (s *site) exported(tb testing.TB, userID, query, accept string) (file []byte, next string, answer httpapi.Response) {
	tb.Helper()
	r := request(userID, exportRoute, query, "")
	r.Headers["accept-encoding"] = accept
	answer, err := s.routes.Serve(eventlog.New(&s.log, "leads"))(tb.Context(), r)
	if err != nil || answer.Status != 200 || !answer.IsBase64Encoded {
		tb.Fatalf("%d %.200s, %v", answer.Status, answer.Body, err)
	}
	if sent, err := json.Marshal(answer); err != nil || len(sent) > mostBytes {
		tb.Errorf("the answer has %d bytes on its way, %v", len(sent), err)
	}
	if file, err = base64.StdEncoding.DecodeString(answer.Body); err != nil {
		tb.Fatal(err)
	}
	if answer.Headers["content-encoding"] == "gzip" {
		unzipped, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			tb.Fatal(err)
		}
		if file, err = io.ReadAll(unzipped); err != nil {
			tb.Fatal(err)
		}
	}
	if link := answer.Headers["link"]; link != "" {
		found := regexp.MustCompile(`^</leads/export\?(cursor=[\w%-]+)>; rel="next"$`).FindStringSubmatch(link)
		if found == nil {
			tb.Fatalf("Link: %s", link)
		}
		next = found[1]
	}
	return file, next, answer
}

// table reads a whole file.
func table(tb testing.TB, file []byte) (header []string, rows [][]string) {
	tb.Helper()
	text, marked := bytes.CutPrefix(file, []byte("\ufeff"))
	if !marked {
		tb.Errorf("the file begins with %q", file[:min(len(file), 20)])
	}
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(all) == 0 {
		tb.Fatalf("the file has %d lines, %v", len(all), err)
	}
	return all[0], all[1:]
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.add(t, john, "first@acme.com", "First")
	id := want[added](t, s, 201, john, "POST /leads", "", `{"email":"jane@acme.com","name":"Jané \"J\" Doe, Jr","phone":"+44 20 7946 0958",
		"ib_type":"Forex IB","monthly_leads":"500+","broker_network":"=1+1",
		"utm_source":"=news","utm_medium":"email","utm_campaign":"spring","utm_term":"ib","utm_content":"top","page_url":"https://acme.com/demo",
		"referrer":"https://search.example/","consent":true}`).LeadID
	s.add(t, sarah, "canary@acme.com", "Canary")
	leads := s.of(t, john)
	must(t, leads.RecordContact(t.Context(), id, 42, "The phone was left out."))
	must(t, leads.RecordSynced(t.Context(), id, start, "ib-x7k2m4p9-b", "ib-x7k2m4p9-a"))
	want[lead.Lead](t, s, 200, john, "PATCH /leads/{leadId} "+id, "", `{"notes":"one\n@two"}`)

	file, next, answer := s.exported(t, john, "", "")
	header, rows := table(t, file)
	if len(rows) != 2 || next != "" || rows[0][1] != "jane@acme.com" || rows[1][1] != "first@acme.com" {
		t.Fatalf("rows %q, next %q", rows, next)
	}
	shown := mustGet(t, leads, id)
	for column, cell := range map[string]string{
		"leadId": id, "name": `Jané "J" Doe, Jr`, "phone": "'+44 20 7946 0958", "ibType": "forex-ib", "monthlyLeads": "500+",
		"brokerNetwork": "'=1+1", "status": "new", "source": "dashboard", "submissions": "1", "createdAt": string(shown.CreatedAt),
		"updatedAt": string(shown.UpdatedAt), "notes": "one\n@two", "systemeTagsApplied": "ib-x7k2m4p9-a ib-x7k2m4p9-b",
		"systemeSyncedAt": string(lead.Stamp(start)), "syncState": "synced", "syncError": "", "syncNote": "The phone was left out.",
		"utmSource": "'=news", "utmMedium": "email", "utmCampaign": "spring", "utmTerm": "ib", "utmContent": "top",
		"pageUrl": "https://acme.com/demo", "referrer": "https://search.example/", "consent": "true",
	} {
		if got := rows[0][slices.Index(header, column)]; got != cell {
			t.Errorf("%s is %q, want %q", column, got, cell)
		}
	}
	if n := bytes.Count(file, []byte("\n")); n != bytes.Count(file, []byte("\r\n")) {
		t.Error("a line does not end in CR LF")
	}
	for name, value := range map[string]string{
		"content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="leads.csv"`,
		"cache-control": "no-store", "x-content-type-options": "nosniff", "vary": "accept-encoding", "content-encoding": "",
	} {
		if got := answer.Headers[name]; got != value {
			t.Errorf("%s: %s", name, got)
		}
	}
	zipped, _, answer := s.exported(t, john, "userId="+sarah, "gzip, deflate")
	if !bytes.Equal(zipped, file) || answer.Headers["content-encoding"] != "gzip" {
		t.Errorf("compressed with %q: %q", answer.Headers["content-encoding"], zipped)
	}
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	file, next, _ := s.exported(t, john, "", "")
	if header, rows := table(t, file); len(header) != 26 || len(rows) != 0 || next != "" {
		t.Errorf("got %q", file)
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, query := range []string{"cursor=x", "cursor=a&cursor=b", "cursor=%zz"} {
		want[refusal](t, s, 422, john, exportRoute, query, "")
	}
}

// noise returns text that does not get smaller.
func noise(random *rand.Rand, n int) string {
	runes := make([]rune, n)
	for i := range runes {
		runes[i] = '\u4e00' + random.Int32N(20_000)
	}
	return string(runes)
}

// fillWith stores n leads that make gives.
func (s *site) fillWith(tb testing.TB, userID string, n int, make func(i int) lead.Lead) {
	tb.Helper()
	var writers sync.WaitGroup
	defer writers.Wait()
	slots := semaphore(8)
	for batch := range slices.Chunk(numbers(n), 20) {
		slots <- struct{}{}
		writers.Go(func() {
			defer func() { <-slots }()
			var requests []types.WriteRequest
			for _, i := range batch {
				l := make(i)
				item, err := attributevalue.MarshalMap(l)
				if err != nil {
					tb.Error(err)
				}
				item["userId"] = &types.AttributeValueMemberS{Value: userID}
				item[lead.SortKey] = &types.AttributeValueMemberS{Value: "LEAD#" + l.ID}
				requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
			}
			_, err := s.aws.Client.BatchWriteItem(tb.Context(), &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{s.aws.LeadsTable: requests},
			})
			if err != nil {
				tb.Error(err)
			}
		})
	}
}

func semaphore(n int) chan struct{} { return make(chan struct{}, n) }

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// ordinary is a lead as most are.
func ordinary(tb testing.TB, userID string, i int) lead.Lead {
	tb.Helper()
	address := fmt.Sprintf("visitor.%06d@company-%d.example.com", i, i%100)
	at := lead.Stamp(start.Add(time.Duration(i) * time.Second))
	synced := at
	return lead.Lead{
		ID: lead.ID(mustTenant(tb, userID), address), Submission: lead.Submission{
			Email: address, Name: fmt.Sprintf("Visitor Number %d", i), Phone: fmt.Sprintf("+44 20 7946 %04d", i%10_000),
			IBType: "forex-ib", MonthlyLeads: "500+", BrokerNetwork: "Northgate Markets International",
		},
		Status: lead.New, Source: lead.FromForm, Submissions: 1, CreatedAt: at, UpdatedAt: at, Notes: "Called; will think about it.",
		TagsApplied: []string{"ib-x7k2m4p9-demo-request", "ib-x7k2m4p9-forex-ib", "ib-x7k2m4p9-high-volume"},
		SyncedAt:    &synced, SyncState: lead.Synced,
	}
}

// TestTenThousandLeadsAreOneAnswer also for a caller that takes nothing compressed.
func TestTenThousandLeadsAreOneAnswer(t *testing.T) {
	t.Parallel()
	const many = 10_000
	s := newSite(t)
	s.fillWith(t, john, many, func(i int) lead.Lead { return ordinary(t, john, i) })
	for _, accept := range []string{"", "gzip"} {
		file, next, answer := s.exported(t, john, "", accept)
		if _, rows := table(t, file); len(rows) != many || next != "" {
			t.Errorf("%q: %d rows, next %q", accept, len(rows), next)
		}
		t.Logf("accepting %q: %d bytes, %d sent", accept, len(file), len(answer.Body))
	}
}

// TestPartsAreOneFile puts the parts of an export together that does not fit one
// answer, because of its size or of what a request may read. Its few leads have more
// notes than any may have.
func TestPartsAreOneFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		leads  int
		accept string
		notes  func(random *rand.Rand) string
	}{
		"plain":      {60, "", func(*rand.Rand) string { return strings.Repeat("x", 100_000) }},
		"compressed": {72, "gzip", func(random *rand.Rand) string { return noise(random, 33_000) }},
		"many reads": {230, "gzip", func(*rand.Rand) string { return strings.Repeat("x", 100_000) }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.fillWith(t, john, tt.leads, func(i int) lead.Lead {
				l := ordinary(t, john, i)
				l.Notes = tt.notes(rand.New(rand.NewPCG(1, uint64(i))))
				return l
			})
			var file []byte
			parts := 0
			for query := ""; parts == 0 || query != ""; parts++ {
				part, next, _ := s.exported(t, john, query, tt.accept)
				file, query = append(file, part...), next
			}
			_, rows := table(t, file)
			if len(rows) != tt.leads || parts < 2 {
				t.Fatalf("%d rows of %d leads in %d parts", len(rows), tt.leads, parts)
			}
			for i, row := range rows {
				if want := fmt.Sprintf("visitor.%06d@", tt.leads-1-i); !strings.HasPrefix(row[1], want) {
					t.Fatalf("row %d is of %s, want %s", i, row[1], want)
				}
			}
			t.Logf("%d bytes in %d parts", len(file), parts)
		})
	}
}

// A cursor holds no tenant: another IB's leads to a place in one's own list.
func TestAForeignExportCursor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3 {
		s.add(t, john, fmt.Sprintf("john%d@acme.com", i), "John's")
	}
	theirs := s.add(t, sarah, "canary@acme.com", "Canary")
	s.add(t, john, "john3@acme.com", "John's")
	page := want[struct{ NextCursor string }](t, s, 200, john, "GET /leads", "limit=2", "")
	file, _, _ := s.exported(t, sarah, "cursor="+url.QueryEscape(page.NextCursor), "")
	if text := string(file); strings.Contains(text, "john") || strings.Contains(text, theirs) {
		t.Errorf("got %q", text)
	}
}

func BenchmarkExport(b *testing.B) {
	s := newSite(b)
	s.fillWith(b, john, 10_000, func(i int) lead.Lead { return ordinary(b, john, i) })
	for b.Loop() {
		s.exported(b, john, "", "gzip")
	}
}
