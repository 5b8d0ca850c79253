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

/** words turns a status or a type such as "vip-prospect" into "Vip prospect". */
export function words(slug) {
  const text = slug.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
