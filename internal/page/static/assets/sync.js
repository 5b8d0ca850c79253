// How far a lead's way to Systeme.io has come.

import { api } from "./api.js";
import { h } from "./dom.js";
import { toast } from "./shell.js";

const states = { pending: ["wait", "On its way"], synced: ["good", "Synced"], failed: ["bad", "Failed"] };

/** syncState shows where a lead is, why it failed, and the button to try again. */
export function syncState(lead, retry) {
  const [look, word] = states[lead.syncState];
  return h("div", { class: "sync" },
    h("span", { class: "badge " + look }, word),
    lead.syncError && h("span", { class: "small" }, lead.syncError),
    lead.syncState === "failed" && h("button", { type: "button", class: "plain again", onclick: retry, "aria-label": "Sync again: " + lead.name }, "Sync again"));
}

// A sync takes a second or two. One that meets a queue is not waited for to its end.
const waits = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];

/**
 * syncAgain asks for a lead to be synced again, and shows the lead whenever it has
 * news, until it is synced or failed, or has waited long enough.
 */
export async function syncAgain(lead, show) {
  try {
    await api("POST", "/leads/" + lead.leadId + "/resync");
    show({ ...lead, syncState: "pending", syncError: null });
    for (const wait of waits) {
      await new Promise((done) => setTimeout(done, wait));
      const now = await api("GET", "/leads/" + lead.leadId);
      if (now.syncState === "pending") continue;
      show(now);
      return toast(now.syncState === "synced" ? "The lead is in Systeme.io." : "Systeme.io did not take the lead.");
    }
    toast("The lead is still waiting. It goes on by itself: look again later.");
  } catch (error) {
    if (!(error.status >= 0)) throw error;
    toast(error.message);
  }
}
