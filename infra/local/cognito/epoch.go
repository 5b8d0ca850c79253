package cognito

import (
	"strconv"
	"time"
)

// epoch is a time as JSON 1.1 writes it: seconds since 1970, with a fraction.
type epoch time.Time

// MarshalJSON writes the number with milliseconds.
func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(e).UnixMilli())/1000, 'f', 3, 64), nil
}
