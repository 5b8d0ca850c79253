// Command limits prints how far one ClientFlow reaches, as infra/limits.md quotes it:
// how many leads Systeme.io's rate lets through, how long a burst waits, and how many
// captures one IB's partition takes.
//
// It counts in virtual time, with the quotas of AWS's documentation and what this
// package's tests measure. It starts nothing and asks nobody.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const (
	// accountRate is the parameter SystemeRequestsPerSecond as it is by default.
	accountRate = 1.0
	// partitionWrites is what one partition of DynamoDB takes in a second, in units.
	partitionWrites = 1000
	// unitsPerCapture are what a lead of up to 1 KB writes to its IB's partition when it
	// is captured and published: itself and its entry of the audit trail. Its counter is
	// one write for a batch.
	unitsPerCapture = 2
	// invocationTime is more than a warm capture takes on AWS, where its three calls of
	// DynamoDB are some milliseconds each.
	invocationTime = 30 * time.Millisecond
)

func main() { Print(os.Stdout) }

// Print writes all tables.
func Print(w io.Writer) {
	printDays(w)
	fmt.Fprintln(w)
	printBursts(w)
	fmt.Fprintln(w)
	printCaptures(w)
}

func row(w io.Writer, cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = fmt.Sprint(cell)
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(texts, " | "))
}

// calls are those of Systeme.io for a new lead with so many tags.
func calls(tags int) int { return 1 + tags }

func printDays(w io.Writer) {
	row(w, "tags of a lead", "calls", "leads a day at 1/s", "at 5/s", "at 10/s")
	row(w, "---", "---", "---", "---", "---")
	for tags := 1; tags <= 3; tags++ {
		perDay := func(rate float64) int { return int(rate * 86400 / float64(calls(tags))) }
		row(w, tags, calls(tags), perDay(accountRate), perDay(5), perDay(10))
	}
}

// burst is leads that come evenly for some time.
type burst struct {
	perSecond float64
	lasts     time.Duration
}

// wait lets a burst pass through the sync in virtual time, and returns how many leads it
// is and how long the one that waits longest waits.
func (b burst) wait(rate float64, tags int) (leads int, longest time.Duration) {
	each := time.Duration(float64(time.Second) * float64(calls(tags)) / rate)
	var free time.Duration // when the sync is done with those before
	leads = int(b.perSecond * b.lasts.Seconds())
	for i := range leads {
		came := time.Duration(float64(i) / b.perSecond * float64(time.Second))
		free = max(free, came) + each
		longest = max(longest, free-came)
	}
	return leads, longest
}

func printBursts(w io.Writer) {
	const tags = 2
	row(w, "burst", "leads", "the last waits, at 1/s", "at 10/s")
	row(w, "---", "---", "---", "---")
	for _, b := range []burst{{1, time.Minute}, {1, time.Hour}, {10, 10 * time.Minute}, {100, 10 * time.Minute}, {500, time.Minute}} {
		leads, slow := b.wait(accountRate, tags)
		_, quick := b.wait(10, tags)
		row(w, fmt.Sprintf("%g/s for %s", b.perSecond, short(b.lasts)), leads, short(slow), short(quick))
	}
}

// short writes a time without parts that are zero.
func short(d time.Duration) string {
	text := d.Round(time.Second).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = strings.TrimSuffix(text, zero[1:])
		}
	}
	return text
}

func printCaptures(w io.Writer) {
	row(w, "captures a second", "met first")
	row(w, "---", "---")
	row(w, 500, "`ThrottlingRateLimit` of the API, for all routes of all IBs together")
	row(w, partitionWrites/unitsPerCapture, fmt.Sprintf("one IB's partition: %d units a second, %d for a capture up to 1 KB", partitionWrites, unitsPerCapture))
	row(w, partitionWrites/(2*unitsPerCapture-1), "the same for leads of 1 to 2 KB, whose trail entry stays below 1 KB")
	row(w, int(1000/invocationTime.Seconds()), fmt.Sprintf("Lambda's concurrency of 1,000 in an account, at %v each", invocationTime))
	row(w, int(10/invocationTime.Seconds()), "a new account's concurrency of 10")
	row(w, 4000/unitsPerCapture, "a new table on demand, which begins at 4,000 units a second and doubles what it has met")
}
