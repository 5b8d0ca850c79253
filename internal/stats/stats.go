// Package stats answers an IB's question how its leads are doing, in its own
// time zone, from counters alone: it reads as few items for 100,000 leads as for
// ten.
package stats

import (
	"context"
	"fmt"
	"time"

	"clientflow/internal/lead"
	"clientflow/internal/stats/tally"
	"clientflow/internal/tenant"
)

// shownDays is how many days ByDay has.
const shownDays = 30

// Stats are the counters of one IB, as GET /stats answers them.
type Stats struct {
	TotalLeads int `json:"totalLeads"`
	// ThisMonth is how many of the leads arrived in the calendar month.
	ThisMonth int `json:"thisMonth"`
	// LastMonth is how many arrived in the whole calendar month before.
	// LastMonthToDate is how many of them had by the same day and time of day, to the
	// quarter of an hour: what ThisMonth can be held against.
	LastMonth       int `json:"lastMonth"`
	LastMonthToDate int `json:"lastMonthToDate"`
	// Converted is how many have that status now.
	Converted int `json:"converted"`
	// ByStatus has every status.
	ByStatus map[string]int `json:"byStatus"`
	// ByType has the types that leads have; leads without one are in none.
	ByType map[string]int `json:"byType"`
	// ByDay are the last 30 days, the oldest first and today the last.
	ByDay []Day `json:"byDay"`
}

// Day is how many of the leads arrived on one day.
type Day struct {
	Date  string `json:"date"`
	Leads int    `json:"leads"`
}

// read makes the stats of a tenant whose time zone is that of now.
func read(ctx context.Context, counters tally.Counters, owner tenant.ID, now time.Time) (Stats, error) {
	totals, err := counters.Totals(ctx, owner)
	if err != nil {
		return Stats{}, err
	}
	arrivals, err := counters.Arrivals(ctx, owner, earliest(now), now)
	if err != nil {
		return Stats{}, err
	}
	s := Stats{ByStatus: map[string]int{}, ByType: map[string]int{}}
	s.addTotals(totals)
	s.addArrivals(arrivals, now)
	return s, nil
}

// earliest returns the start of the last month, which is before any day shown.
func earliest(now time.Time) time.Time {
	year, month, _ := now.Date()
	return time.Date(year, month-1, 1, 0, 0, 0, 0, now.Location())
}

func (s *Stats) addTotals(totals tally.Totals) {
	for _, status := range lead.Statuses() {
		s.ByStatus[string(status)] = 0
	}
	for status, leads := range totals.ByStatus {
		s.ByStatus[status] = leads
		s.TotalLeads += leads
	}
	for kind, leads := range totals.ByType {
		if leads != 0 {
			s.ByType[kind] = leads
		}
	}
	s.Converted = s.ByStatus[string(lead.Converted)]
}

// addArrivals sorts arrivals into the days and the months of the time zone of now.
func (s *Stats) addArrivals(arrivals []tally.Arrivals, now time.Time) {
	perDay := map[string]int{}
	for _, a := range arrivals {
		at := a.At.In(now.Location())
		perDay[at.Format(time.DateOnly)] += a.Leads
		s.addToMonth(at, a.Leads, now)
	}
	year, month, day := now.Date()
	for back := shownDays - 1; back >= 0; back-- {
		// Dates alone are reckoned here, so UTC does for any zone.
		date := time.Date(year, month, day-back, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		s.ByDay = append(s.ByDay, Day{date, perDay[date]})
	}
}

// intoMonth orders the moments of a month as its calendar and clock do.
const intoMonth = "02 15:04"

// addToMonth counts leads that arrived at a time for the month that it is in.
func (s *Stats) addToMonth(at time.Time, leads int, now time.Time) {
	year, month, _ := now.Date()
	last := time.Date(year, month-1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case at.Year() == year && at.Month() == month:
		s.ThisMonth += leads
	case at.Year() == last.Year() && at.Month() == last.Month():
		s.LastMonth += leads
		if at.Format(intoMonth) <= now.Format(intoMonth) {
			s.LastMonthToDate += leads
		}
	}
}

// inZone returns t in the time zone with that IANA name.
func inZone(t time.Time, name string) (time.Time, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone of the IB: %w", err)
	}
	return t.In(zone), nil
}
