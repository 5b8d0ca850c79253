// The list of leads: one page of it at a time.

import { api } from "./api.js";
import { h, one, replace } from "./dom.js";
import { clear, show } from "./forms.js";
import { addressOf, statusBadge } from "./lead.js";
import { isFiltered, trail } from "./place.js";
import * as session from "./session.js";
import { syncAgain, syncState } from "./sync.js";
import { count, moment, plural, words } from "./text.js";
import { dayBegins, dayEnds } from "./zone.js";

const size = 25;

// A query that was asked before it was known who asks, and its answer to come.
let ahead = null;

/**
 * askAhead asks for a place's page of leads side by side with who asks, for the first
 * load to find. A filter's days begin in the caller's time zone, so they wait for it.
 */
export function askAhead(place) {
  if (session.current() === null || place.from || place.to) return;
  const query = queryOf(place, place.cursor, size);
  ahead = { query, answer: api("GET", query) };
  ahead.answer.catch(() => {}); // load shows it
}

function ask(query) {
  const answer = ahead?.query === query ? ahead.answer : api("GET", query);
  ahead = null;
  return answer;
}

function queryOf({ q, status, from, to }, cursor, limit, timeZone) {
  const wanted = {
    q, status, cursor, limit,
    from: from && dayBegins(from, timeZone),
    to: to && dayEnds(to, timeZone),
  };
  return "/leads?" + new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
}

/** List is the list as it is shown. do has what it calls: openLead(leadId), clear(). */
export class List {
  #me;
  #do;
  #leads = new Map(); // by id, in their order
  #place = null; // what is shown
  #next = null; // the cursor behind what is shown
  #run = 0; // of loads, of which the last alone may show anything
  #stopped = false;

  constructor(me, callbacks) {
    this.#me = me;
    this.#do = callbacks;
  }

  /** leads are those that are shown. */
  get leads() {
    return [...this.#leads.values()];
  }

  /** first is the query of the first page; null unless that is shown. */
  get first() {
    const isShown = this.#place !== null && !this.#place.cursor && !one("leads").hasAttribute("aria-busy");
    return isShown ? this.#query("", size) : null;
  }

  /** stop ends the search of a page that is not full yet. */
  stop() {
    this.#stopped = true;
  }

  /**
   * load shows the page of a place. The API looks at a bounded number of leads a call,
   * so a filtered page may need several.
   */
  async load(place) {
    const run = ++this.#run;
    const isLast = () => run === this.#run;
    this.#begin(place);
    try {
      let cursor = place.cursor;
      do {
        const page = await ask(this.#query(cursor, size - this.#leads.size));
        if (!isLast()) return;
        this.#append(page.leads);
        this.#next = cursor = page.nextCursor;
        if (this.#goesOn()) this.#say("Looking further back: " + plural(this.#leads.size, "lead") + " found so far…");
      } while (this.#goesOn());
      this.#end();
    } catch (error) {
      if (!(error.status >= 0)) throw error;
      if (isLast()) this.#fail(error);
    }
  }

  #goesOn() {
    one("stop").hidden = this.#next === null || this.#leads.size >= size || this.#stopped;
    return !one("stop").hidden;
  }

  #query(cursor, limit) {
    return queryOf(this.#place, cursor, limit, this.#me.timeZone);
  }

  #begin(place) {
    this.#place = place;
    this.#next = null;
    this.#stopped = false;
    this.#leads.clear();
    one("leads").setAttribute("aria-busy", "true");
    for (const id of ["fresh", "pager", "stop"]) one(id).hidden = true;
    clear(one("filters"));
    this.#say("Loading…");
  }

  #append(leads) {
    if (this.#leads.size === 0) replace(one("rows")); // what stood there: bones, or another page
    one("leads").hidden = false;
    replace(one("nothing"));
    for (const lead of leads) {
      this.#leads.set(lead.leadId, lead);
      one("rows").append(this.#row(lead));
    }
  }

  #end() {
    one("leads").removeAttribute("aria-busy");
    const found = this.#leads.size;
    const { before, newer } = trail();
    if (found > 0) this.#say(this.#counted(found, this.#place.cursor && newer === null ? null : before));
    else this.#nothing();
    one("newer").hidden = !this.#place.cursor;
    one("newer").textContent = newer === null ? "Newest" : "Newer";
    one("older").hidden = this.#next === null;
    one("older").textContent = this.#stopped ? "Go on looking" : "Older";
    one("pager").hidden = one("newer").hidden && one("older").hidden;
  }

  #counted(found, before) {
    if (this.#stopped) return plural(found, "lead") + " found, before you stopped the search";
    if (before === null || before === 0 && this.#next === null) return plural(found, "lead");
    return found === 1 ? "Lead " + count(before + 1) : "Leads " + count(before + 1) + " to " + count(before + found);
  }

  #nothing() {
    one("leads").hidden = true;
    if (this.#stopped) return this.#say("None found, before you stopped the search");
    if (this.#place.cursor) return this.#say("No more leads");
    this.#say("No leads");
    const filtered = isFiltered(this.#place);
    replace(one("nothing"), h("div", { class: "empty" },
      h("h2", {}, filtered ? "No lead is like that" : "No leads yet"),
      h("p", {}, filtered ? "Search for the beginning of a name or of an email address, or for fewer things at once." : "They come by your form, or you add them yourself."),
      filtered ? h("button", { type: "button", onclick: this.#do.clear }, "Show all leads") : h("a", { class: "button", href: "/app/form" }, "Open your form")));
  }

  #fail(error) {
    one("leads").removeAttribute("aria-busy");
    one("stop").hidden = true;
    one("leads").hidden = true;
    replace(one("rows"));
    this.#say("Nothing could be loaded");
    const { cursor, ...bad } = error.fields;
    if (Object.keys(bad).length > 0) return show(one("filters"), error);
    replace(one("nothing"), h("div", { class: "empty", role: "alert" },
      h("h2", {}, cursor ? "This page of the list is gone" : "The leads could not be loaded"),
      h("p", {}, cursor ? "Its address is not that of any page." : error.message),
      cursor ? h("button", { type: "button", onclick: this.#do.clear }, "Show the newest leads")
        : h("button", { type: "button", onclick: () => this.load(this.#place) }, "Try again")));
  }

  #say(text) {
    if (one("said").textContent !== text) one("said").textContent = text;
  }

  /** older is the place behind what is shown, and newer the one before. */
  older() {
    const { newer, before } = trail();
    const here = { cursor: this.#place.cursor, before };
    const known = newer ?? (this.#place.cursor ? null : []);
    return { cursor: this.#next, before: before + this.#leads.size, newer: known && [...known, here] };
  }

  newer() {
    const newer = trail().newer;
    const last = newer?.at(-1) ?? { cursor: "", before: 0 };
    return { ...last, newer: newer && newer.length > 1 ? newer.slice(0, -1) : null };
  }

  /** update shows what a lead has become, where it stands. */
  update(lead) {
    const known = this.#leads.get(lead.leadId);
    if (!known || JSON.stringify(known) === JSON.stringify(lead)) return;
    this.#leads.set(lead.leadId, lead);
    const row = one("rows").querySelector(`[data-lead="${CSS.escape(lead.leadId)}"]`);
    const fresh = this.#row(lead);
    const focused = row.contains(document.activeElement);
    row.replaceWith(fresh);
    if (focused) fresh.querySelector(".who").focus();
  }

  /** focus brings the keyboard to a lead, or to what is said of the list. */
  focus(leadId) {
    (one("rows").querySelector(`[data-lead="${CSS.escape(leadId)}"] .who`) ?? one("said")).focus();
  }

  #row(lead) {
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into a tab of its own
      event.preventDefault();
      this.#do.openLead(lead.leadId);
    };
    const cell = (...children) => h("td", { role: "cell" }, children);
    const type = lead.ibType && words(lead.ibType);
    return h("tr", { role: "row", "data-lead": lead.leadId },
      cell(h("a", { class: "who", href: addressOf(lead.leadId), onclick: open }, h("bdi", { class: "name" }, lead.name), h("bdi", { class: "small quiet" }, lead.email))),
      cell(statusBadge(lead.status)),
      cell(type && h("bdi", { class: "type" }, type)),
      cell(moment(lead.createdAt, this.#me.timeZone)),
      cell(syncState(lead, () => syncAgain(lead, (now) => this.update(now)))));
  }
}
