// What the page of leads shows, which is in its address: the list by its filters and
// its cursor, and the lead that is open.

const names = ["q", "status", "from", "to", "cursor", "lead"];

/** place is where the address is, each part "" when it is not there. */
export function place() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
}

/** listOf is what two places have alike that show the same list. */
export const listOf = ({ q, status, from, to, cursor }) => JSON.stringify([q, status, from, to, cursor]);

/** isFiltered tells whether not all leads are wanted. */
export const isFiltered = ({ q, status, from, to }) => Boolean(q || status || from || to);

/**
 * trail is what the browser keeps with an address: newer, the pages before this one,
 * each {cursor, before}, before being how many leads are on them all; opened, that
 * the lead was opened from the list; typing, that the search is being typed.
 */
export const trail = () => ({ newer: null, before: 0, opened: false, typing: false, ...history.state });

/** go makes the address that of a place, in a new entry of the history or in this one. */
export function go(to, kept, replaces = false) {
  const query = new URLSearchParams(Object.entries(to).filter(([, value]) => value !== ""));
  const address = location.pathname + (query.size > 0 ? "?" + query : "");
  history[replaces ? "replaceState" : "pushState"]({ ...trail(), opened: false, typing: false, ...kept }, "", address);
}
