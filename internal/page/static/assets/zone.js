// Days in a time zone. Browsers reckon in their own zone and in UTC; an IB's days are
// those of the zone in its record.

/**
 * dayBegins is the time at which a date such as "2026-05-04" begins in a time zone.
 * What is no date is left as it is, for the API to say so.
 */
export function dayBegins(date, timeZone) {
  const midnight = Date.parse(date + "T00:00:00Z");
  if (Number.isNaN(midnight)) return date;
  // A zone's distance from UTC is that of the hour in question, so it is looked up
  // twice: clocks may be put forward or back in between.
  let time = midnight - ahead(midnight, timeZone);
  time = midnight - ahead(time, timeZone);
  return new Date(time).toISOString();
}

/** dayEnds is the time at which the next date begins. */
export function dayEnds(date, timeZone) {
  const midnight = Date.parse(date + "T00:00:00Z");
  if (Number.isNaN(midnight)) return date;
  return dayBegins(new Date(midnight + 24 * 60 * 60 * 1000).toISOString().slice(0, 10), timeZone);
}

// ahead is how many milliseconds a zone's clocks are ahead of UTC at a time.
function ahead(time, timeZone) {
  const style = { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en", style).formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return shown - Math.floor(time / 1000) * 1000;
}
