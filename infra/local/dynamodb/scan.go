package dynamodb

import (
	"encoding/binary"
	"math/bits"

	"clientflow/infra/local/iam"
)

type scanRequest struct {
	pageRequest
	Segment       *int
	TotalSegments *int
}

// maxSegments is how many parts a parallel scan may have.
const maxSegments = 1_000_000

// scan reads a table or an index, or a part of it, in no order that a caller
// could use.
func (db *DB) scan(caller iam.Principal, in scanRequest) (pageAnswer, error) {
	within, err := in.span()
	if err != nil {
		return pageAnswer{}, err
	}
	r, shared, err := newPageReader(in.pageRequest)
	if err != nil {
		return pageAnswer{}, err
	}
	if err := shared.Unused(); err != nil {
		return pageAnswer{}, err
	}
	s, err := db.open(caller, "Scan", r, nil)
	if err != nil {
		return pageAnswer{}, err
	}
	if within, err = s.resume(within, in.ExclusiveStartKey, false); err != nil {
		return pageAnswer{}, err
	}
	return s.answer(r, s.read(r, within, false)), nil
}

// span returns the places of the segment that is to be read: an equal part of
// the hashes.
func (in scanRequest) span() (span, error) {
	switch {
	case in.Segment == nil && in.TotalSegments == nil:
		return span{"", endOfKeys}, nil
	case in.TotalSegments == nil:
		return span{}, invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil:
		return span{}, invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *in.TotalSegments < 1 || *in.TotalSegments > maxSegments:
		return span{}, invalid("1 validation error detected: Value '%d' at 'totalSegments' failed to satisfy constraint: Member must have value between 1 and %d", *in.TotalSegments, maxSegments)
	case *in.Segment < 0 || *in.Segment >= *in.TotalSegments:
		return span{}, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", *in.Segment, *in.TotalSegments)
	}
	return span{segmentStart(*in.Segment, *in.TotalSegments), segmentStart(*in.Segment+1, *in.TotalSegments)}, nil
}

func segmentStart(segment, total int) string {
	if segment == total {
		return endOfKeys
	}
	hash, _ := bits.Div64(uint64(segment), 0, uint64(total))
	return string(binary.BigEndian.AppendUint64(nil, hash))
}
