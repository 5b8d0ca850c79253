// Looks for new leads while the page is looked at. They are told of and not put in:
// nothing moves under whoever reads.

import { api } from "./api.js";
import { one } from "./dom.js";
import { count, plural } from "./text.js";

const every = 15_000;

/** watch looks for leads that came after those that a list shows. */
export function watch(list) {
  const look = async () => {
    const query = document.visibilityState === "visible" ? list.first : null;
    if (query === null) return;
    const newest = list.leads[0]?.createdAt ?? "";
    try {
      const page = await api("GET", query);
      if (query !== list.first || newest !== (list.leads[0]?.createdAt ?? "")) return; // another list is shown by now
      tell(page, newest);
      for (const lead of page.leads) list.update(lead);
    } catch (error) {
      if (!(error.status >= 0)) throw error; // else the next look may succeed
    }
  };
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
}

function tell({ leads, nextCursor }, newest) {
  const came = leads.filter((lead) => lead.createdAt > newest).length;
  const all = came === leads.length && nextCursor !== null;
  one("fresh").hidden = came === 0;
  one("fresh").textContent = all ? count(came) + " or more new leads" : plural(came, "new lead");
}
