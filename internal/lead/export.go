package lead

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"clientflow/internal/httpapi"
	"clientflow/internal/problem"
	"clientflow/internal/tenantdb"
)

const (
	// exportRoom is what is kept free at the end of an answer for what is still
	// being compressed.
	exportRoom = 256 << 10
	// maxExportReads bounds the queries of one answer, each of which reads 1 MB, by
	// the function's time. It is some 30,000 leads.
	maxExportReads = 20
	// byteOrderMark begins the file: without it Excel takes UTF-8 for the code page
	// of the machine.
	byteOrderMark = "\ufeff"
)

// export writes leads as CSV, the newest first, from behind the position after; nil
// for the beginning of the file. What goes on behind next, unless that is nil, is
// to be put behind it.
type export struct {
	buffer  bytes.Buffer
	gzip    *gzip.Writer // nil when nothing is compressed
	rows    *csv.Writer
	next    *position
	written position // the last one
}

// serveExport answers with the file, or with as much of it as fits an answer. The
// rest is then behind the Link whose relation is "next"; its parts have no first
// line, so that all of them, put one behind the other, are the file.
func serveExport(ctx context.Context, r *httpapi.Request, leads Leads) (httpapi.Response, error) {
	after, err := exportFrom(r)
	if err != nil {
		return httpapi.Response{}, err
	}
	compressed := acceptsGzip(r.Header("accept-encoding"))
	e, err := newExport(after == nil, compressed)
	if err == nil {
		err = e.write(ctx, leads, after)
	}
	if err == nil {
		err = e.close()
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("export the leads: %w", err)
	}
	response := httpapi.Bytes(http.StatusOK, "text/csv; charset=utf-8", e.buffer.Bytes())
	response.Headers["content-disposition"] = `attachment; filename="leads.csv"`
	response.Headers["vary"] = "accept-encoding"
	if compressed {
		response.Headers["content-encoding"] = "gzip"
	}
	if e.next != nil {
		response.Headers["link"] = "</leads/export?cursor=" + url.QueryEscape(e.next.cursor()) + `>; rel="next"`
	}
	return response, nil
}

func exportFrom(r *httpapi.Request) (*position, error) {
	query, err := r.Query()
	if err != nil {
		return nil, err
	}
	var fields problem.Fields
	c := checker{single(query, &fields), &fields}
	after := c.after(filter{from: firstMoment, to: lastMoment})
	return after, fields.Err()
}

// acceptsGzip tells whether an Accept-Encoding header names gzip.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0 // no weight is the full one
		}
	}
	return false
}

// newExport begins a file, or a part behind its first.
func newExport(first, compressed bool) (*export, error) {
	e := &export{}
	out := io.Writer(&e.buffer)
	if compressed {
		var err error
		// The size that is saved by a better level is not worth its time.
		if e.gzip, err = gzip.NewWriterLevel(&e.buffer, gzip.BestSpeed); err != nil {
			return nil, err
		}
		out = e.gzip
	}
	e.rows = csv.NewWriter(out)
	e.rows.UseCRLF = true
	if !first {
		return e, nil
	}
	if _, err := io.WriteString(out, byteOrderMark); err != nil {
		return nil, err
	}
	return e, e.rows.Write(columns())
}

func (e *export) write(ctx context.Context, leads Leads, after *position) error {
	query := tenantdb.Query{Index: newestFirst, Descending: true}
	if after != nil {
		query.After = after.start()
	}
	for range maxExportReads {
		page, err := leads.items.Query(ctx, query)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if e.full() {
				e.next = &e.written
				return nil
			}
			if err := e.row(item); err != nil {
				return err
			}
		}
		if page.Next == nil {
			return nil
		}
		query.After = page.Next
	}
	next, err := positionOf(query.After)
	e.next = &next
	return err
}

func (e *export) full() bool { return e.buffer.Len() > httpapi.MaxBytes-exportRoom }

func (e *export) row(item tenantdb.Item) error {
	lead, err := read(item)
	if err != nil {
		return err
	}
	e.written = position{lead.CreatedAt, keyPrefix + lead.ID}
	cells := lead.cells()
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return e.rows.Write(cells)
}

func (e *export) close() error {
	e.rows.Flush()
	if err := e.rows.Error(); err != nil || e.gzip == nil {
		return err
	}
	return e.gzip.Close()
}
