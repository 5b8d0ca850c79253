// What was done to one lead, from the audit trail.

import { api } from "./api.js";
import { h, replace } from "./dom.js";
import { moment, words } from "./text.js";

/**
 * showHistory fills a section with the newest entries of a lead. The API looks at a
 * bounded part of the trail a call, so the first entry may need several; isWanted
 * tells whether that is still worth while.
 */
export async function showHistory(section, leadId, timeZone, isWanted) {
  const list = h("ol", { class: "history" });
  const state = h("p", { class: "small quiet", role: "status" });
  const older = h("button", { type: "button", onclick: () => load() }, "Show older");
  let cursor = "";
  async function load() {
    older.hidden = true;
    state.textContent = "Looking…";
    try {
      const before = list.childElementCount;
      do {
        const page = await api("GET", "/audit?leadId=" + leadId + (cursor && "&cursor=" + encodeURIComponent(cursor)));
        if (!isWanted()) return;
        list.append(...page.entries.map((entry) => item(entry, timeZone)));
        cursor = page.nextCursor;
      } while (cursor && list.childElementCount === before);
      state.textContent = list.childElementCount === 0 ? "Nothing yet. What was done is told here a moment later." : "";
    } catch (error) {
      if (!(error.status >= 0)) throw error;
      state.textContent = error.message;
    }
    older.hidden = !cursor;
  }
  const attach = () => replace(section, h("h3", {}, "History"), list, state, older);
  if (!section.hasChildNodes()) attach(); // else what stands there stays until there is more
  await load();
  if (isWanted()) attach();
}

const item = (entry, timeZone) => h("li", {},
  h("span", {}, (who[entry.actor] ?? words(entry.actor)) + " " + what(entry)),
  h("span", { class: "small quiet" }, moment(entry.at, timeZone)));

const who = { visitor: "The visitor", ib: "You", workflow: "A workflow", system: "ClientFlow" };

function what(entry) {
  const byIB = entry.actor === "ib";
  switch (entry.action) {
    case "captured": return byIB ? "added the lead" : "sent the form";
    case "resubmitted": return byIB ? "added the lead once more" : "sent the form once more";
    case "resync-requested": return "asked for another sync";
    case "changed": return (entry.actor === "system" ? "noted " : "changed ") + parts(entry);
    default: return words(entry.action).toLowerCase();
  }
}

const named = {
  notes: "the notes",
  systemeContactId: "the contact in Systeme.io",
  systemeTagsApplied: "the tags in Systeme.io",
  syncState: "how the sync went",
  syncBlocks: "a try to sync it",
  syncNote: "what was left out in Systeme.io",
};

function parts(entry) {
  const told = entry.actor === "workflow" && entry.statusAfter ? ["status"] : entry.changed; // its tag is the status
  const all = told.map((name) => (name === "status"
    ? "the status from " + words(entry.statusBefore ?? "") + " to " + words(entry.statusAfter ?? "")
    : named[name])).filter(Boolean);
  return new Intl.ListFormat("en").format(all.length > 0 ? all : ["the lead"]);
}
