// Numbers, times and the API's own words, as people read them.

/** count is a number with the separators of the reader's language. */
export const count = (n) => n.toLocaleString();

/** plural is such as "1 lead" or "2 leads". */
export const plural = (n, one, many = one + "s") => count(n) + " " + (n === 1 ? one : many);

/** day is the date of a time in a time zone. */
export const day = (time, timeZone) => new Date(time).toLocaleDateString(undefined, { dateStyle: "medium", timeZone });

/** moment is date and time in a time zone. */
export const moment = (time, timeZone) =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short", timeZone });

/** lately is moment for a time that is not long ago, without the year unless it is another. */
export function lately(time, timeZone) {
  const year = new Date(time).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return new Date(time).toLocaleString(undefined, { year, month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZone });
}

/** date is a date such as "2026-05-04", which is of no time zone; such as "4 May". */
export const date = (day, style = { day: "numeric", month: "short" }) => new Date(day).toLocaleDateString(undefined, { ...style, timeZone: "UTC" });

/** percent is how much a part is of a whole. */
export function percent(part, whole) {
  const share = whole === 0 ? 0 : part / whole;
  return share.toLocaleString(undefined, { style: "percent", maximumFractionDigits: share > 0 && share < 0.01 ? 1 : 0 });
}

/** words turns a status or a type such as "vip-prospect" into "VIP prospect". */
export function words(slug) {
  const text = slug.replace(/(?<!\bre)-/g, " ").replace(/\b(vip|ib)\b/g, (name) => name.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}
