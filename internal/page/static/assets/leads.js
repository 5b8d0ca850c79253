// The page /app/leads: all leads of the IB, page by page. What it shows is in its
// address, so that it can be gone back to, reloaded and kept.

import { h, one, replace } from "./dom.js";
import { exportLeads } from "./leads-export.js";
import { askAhead, List } from "./leads-list.js";
import { watch } from "./leads-live.js";
import { addLead } from "./lead-add.js";
import { Panel } from "./lead-panel.js";
import { showErasures } from "./leads-erasures.js";
import { statuses } from "./lead.js";
import { go, isFiltered, listOf, place, trail } from "./place.js";
import { open, toast } from "./shell.js";
import { words } from "./text.js";

const filters = one("filters");
replace(one("status"), h("option", { value: "" }, "Any"), statuses.map((status) => h("option", { value: status }, words(status))));
fillIn(place());
askAhead(place());

open(async (me) => {
  const list = new List(me, { openLead, clear });
  const panel = new Panel(me, { close: closeLead, changed: (lead) => list.update(lead), erased });
  let listed = null; // the list that is shown, and the lead beside it
  let opened = "";

  // show brings the page to where its address is. A list that is shown already is left
  // as it is.
  async function show() {
    const now = place();
    if (!panel.mayLeave(now.lead)) return;
    panel.show(now.lead);
    if (now.lead === "" && opened !== "") list.focus(opened); // its row may be a new one by now
    opened = now.lead;
    if (listOf(now) !== listed) {
      listed = listOf(now);
      fillIn(now);
      await list.load(now);
    }
  }

  function openLead(leadId) {
    go({ ...place(), lead: leadId }, { opened: true });
    show();
  }

  function closeLead() {
    if (trail().opened) return history.back();
    go({ ...place(), lead: "" }, {}, true);
    show();
  }

  async function erased() {
    closeLead();
    toast("The lead is erased here. What is left of it in Systeme.io is being removed.");
    await Promise.all([list.load(place()), showErasures(me)]);
  }

  function filter(kept) {
    const { q, status, from, to } = Object.fromEntries(new FormData(filters));
    const wanted = { q: q.trim(), status, from, to, cursor: "", lead: "" };
    if (listOf(wanted) === listOf(place())) return;
    go(wanted, { newer: null, before: 0, ...kept }, Boolean(kept?.typing && trail().typing));
    show();
  }

  function clear() {
    go({}, { newer: null, before: 0 });
    show();
    one("q").focus();
  }

  function turn(to) {
    go({ ...place(), cursor: to.cursor, lead: "" }, { newer: to.newer, before: to.before });
    scrollTo(0, 0);
    one("said").focus();
    show();
  }

  let typed;
  filters.addEventListener("input", (event) => {
    clearTimeout(typed);
    typed = setTimeout(() => filter({ typing: event.target.id === "q" }), event.target.id === "status" ? 0 : 400);
  });
  filters.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typed);
    filter({ typing: true });
  });
  one("clear").addEventListener("click", clear);
  one("older").addEventListener("click", () => turn(list.older()));
  one("newer").addEventListener("click", () => turn(list.newer()));
  one("stop").addEventListener("click", () => list.stop());
  one("fresh").addEventListener("click", () => {
    one("said").focus();
    list.load(place());
  });
  one("export").addEventListener("click", exportLeads);
  one("add").addEventListener("click", () => addLead((leadId) => {
    if (!place().cursor && !isFiltered(place())) list.load(place());
    openLead(leadId);
  }));
  addEventListener("popstate", show);
  await show();
  watch(list);
  await showErasures(me);
});

// fillIn shows a place's filters.
function fillIn(now) {
  for (const name of ["q", "status", "from", "to"]) {
    const input = filters.elements.namedItem(name);
    if (input.value.trim() !== now[name]) input.value = now[name];
  }
  one("clear").disabled = !isFiltered(now);
}
