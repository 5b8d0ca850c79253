// The export of an IB's data: what the API tells of it, put together here into one
// file. What the API does not tell of leads is in the admin's export alone.

import { api, wordsOf } from "./api.js";
import { one } from "./dom.js";
import { save } from "./save.js";
import { plural } from "./text.js";

/** offerExport lets the button export, with progress, and another one cancel. */
export function offerExport() {
  let running = new AbortController();
  one("collect").addEventListener("click", async () => {
    running = new AbortController();
    begin();
    try {
      const all = await collect(tell, running.signal);
      save("clientflow-" + all.exportedAt.slice(0, 10) + ".json", new Blob([JSON.stringify(all, null, 2)], { type: "application/json" }));
      tell("Saved: " + plural(all.leads.length, "lead") + "." + (all.unavailable ? " " + all.unavailable : ""));
    } catch (error) {
      tell(running.signal.aborted ? "Cancelled. Nothing was saved." : wordsOf(error));
    } finally {
      end();
    }
  });
  one("cancel").addEventListener("click", () => running.abort());
}

function begin() {
  one("collect").hidden = true;
  one("cancel").hidden = one("progress").hidden = false;
  one("progress").removeAttribute("value");
  one("cancel").focus();
}

function end() {
  one("cancel").hidden = one("progress").hidden = true;
  one("collect").hidden = false;
  one("collect").focus();
}

function tell(text, share) {
  one("told").textContent = text;
  if (share !== undefined) one("progress").value = share;
}

// collect asks for everything. Contacts are in Systeme.io; when that does not answer,
// the rest is exported without them and says so.
async function collect(progress, signal) {
  const get = (path) => api("GET", path, undefined, signal);
  const all = { exportedAt: new Date().toISOString() };
  progress("Your record and your numbers …");
  all.me = await get("/me");
  all.stats = await get("/stats");
  all.leads = await every(get, "/leads?limit=100", "leads",
    (n) => progress(plural(n, "lead") + " …", Math.min(n / Math.max(all.stats.totalLeads, 1), 1)));
  all.audit = await every(get, "/audit?limit=100", "entries", (n) => progress(plural(n, "entry", "entries") + " of your trail …"));
  all.erasures = await every(get, "/erasures?limit=100", "erasures", (n) => progress(plural(n, "erasure") + " …"));
  try {
    all.contacts = await every(get, "/contacts?", "contacts", (n) => progress(plural(n, "contact") + " in Systeme.io …"));
  } catch (error) {
    if (error.status !== 503) throw error;
    all.unavailable = "The contacts in Systeme.io are missing: " + error.message;
  }
  return all;
}

// every returns all of a list, page by page.
async function every(get, path, name, progress) {
  const list = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(path + (cursor && "&cursor=" + encodeURIComponent(cursor)));
    list.push(...page[name]);
    cursor = page.nextCursor;
    progress(list.length);
  }
  return list;
}
