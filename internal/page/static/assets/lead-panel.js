// One lead with all that is known of it, beside the list.

import { api } from "./api.js";
import { h, replace } from "./dom.js";
import { onSubmit } from "./forms.js";
import { showHistory } from "./lead-history.js";
import { statuses } from "./lead.js";
import { go, place } from "./place.js";
import { confirmed, copyButton, toast } from "./shell.js";
import { syncAgain, syncState } from "./sync.js";
import { count, moment, words } from "./text.js";

// The trail tells of a change a moment after it is made.
const untilTold = [1000, 5000];

/**
 * Panel shows one lead at a time. do has what it calls: close(), when the address is
 * to leave the lead; changed(lead); erased().
 */
export class Panel {
  #me;
  #do;
  #id = "";
  #lead = null; // as it was last read; null until then
  #form = null;
  #whole = h("div", { class: "whole" });
  #dialog = h("dialog", { class: "panel", "aria-labelledby": "lead-name" }, this.#whole);
  #facts = h("section", { "aria-label": "What is known" });
  #sync = h("section", { "aria-label": "Systeme.io" });
  #history = h("section", { "aria-label": "History" });

  constructor(me, callbacks) {
    this.#me = me;
    this.#do = callbacks;
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.#leave(); });
    this.#dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.#leave();
    });
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#leave()); // beside it
    addEventListener("beforeunload", (event) => this.#isChanged() && event.preventDefault());
  }

  /** show shows a lead, or none for "". */
  async show(leadId) {
    if (leadId === this.#id) return;
    this.#id = leadId;
    this.#lead = this.#form = null;
    if (leadId === "") return this.#dialog.close();
    replace(this.#whole, this.#top("Lead"), h("section", { "aria-busy": "true" },
      h("span", { class: "bone tall" }), h("span", { class: "bone tall" }), h("span", { class: "bone tall" })));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    try {
      const lead = await api("GET", "/leads/" + encodeURIComponent(leadId));
      if (leadId !== this.#id) return;
      this.#fill(lead);
      this.#do.changed(lead);
    } catch (error) {
      if (!(error.status >= 0)) throw error;
      if (leadId === this.#id) this.#fail(error);
    }
  }

  /**
   * mayLeave tells whether the address may go to another lead, or to none. When what
   * was typed would be lost, it brings the address back and asks first.
   */
  mayLeave(leadId) {
    if (leadId === this.#id || !this.#isChanged()) return true;
    go({ ...place(), lead: this.#id }, { opened: true });
    this.#leave();
    return false;
  }

  async #leave() {
    if (this.#isChanged() && !(await confirmed({
      title: "Leave without saving?", text: "What you changed of this lead is not saved yet.", action: "Leave",
    }))) return;
    this.#form = null;
    this.#do.close();
  }

  #isChanged() {
    const fields = this.#form?.elements;
    return Boolean(fields) && (fields.status.value !== this.#lead.status || fields.notes.value !== this.#lead.notes);
  }

  #top(name) {
    return h("div", { class: "top" },
      h("h2", { id: "lead-name", tabindex: "-1", autofocus: true }, h("bdi", {}, name)), // not on a button, which the same key would press
      h("button", { type: "button", onclick: () => this.#leave() }, "Close"));
  }

  #fail(error) {
    const gone = error.status === 404;
    replace(this.#whole, this.#top("Lead"), h("section", { class: "empty", role: "alert" },
      h("p", {}, gone ? "There is no such lead. It may have been erased." : error.message),
      !gone && h("button", { type: "button", onclick: () => {
        const leadId = this.#id;
        this.#id = "";
        this.show(leadId);
      } }, "Try again")));
  }

  #fill(lead) {
    this.#lead = lead;
    this.#form = this.#formOf(lead);
    this.#showFacts();
    replace(this.#history);
    const erase = h("section", {}, h("button", { type: "button", class: "danger", onclick: () => this.#erase() }, "Erase this lead"));
    replace(this.#whole, this.#top(lead.name), this.#form, this.#sync, this.#facts, erase, this.#history); // which comes late, and moves nothing
    this.#whole.querySelector("h2").focus({ preventScroll: true }); // what had the keyboard is gone
    this.#showHistory(lead);
  }

  #formOf(lead) {
    const form = h("form", { "aria-label": "Status and notes" },
      h("div", { class: "field" },
        h("label", { for: "lead-status" }, "Status"),
        h("select", { id: "lead-status", name: "status" },
          statuses.map((status) => h("option", { value: status, selected: status === lead.status }, words(status))))),
      h("div", { class: "field" },
        h("label", { for: "lead-notes" }, "Notes"),
        h("textarea", { id: "lead-notes", name: "notes", dir: "auto" }, lead.notes)),
      h("div", { class: "row" },
        h("button", { class: "primary" }, "Save"),
        h("span", { class: "small quiet", role: "status" })));
    const tell = () => { form.querySelector("[role=status]").textContent = this.#isChanged() ? "Not saved yet" : ""; };
    form.addEventListener("input", tell);
    onSubmit(form, async ({ status, notes }) => {
      const changes = {};
      if (status !== this.#lead.status) changes.status = status;
      if (notes !== this.#lead.notes) changes.notes = notes;
      if (Object.keys(changes).length === 0) return toast("There is nothing to save.");
      const saved = await api("PATCH", "/leads/" + lead.leadId, changes);
      if (form !== this.#form) return;
      if (form.elements.notes.value === notes) form.elements.notes.value = saved.notes; // without spaces around
      this.#become(saved);
      tell();
      toast("Saved.");
    });
    return form;
  }

  // become shows what the lead is now, and keeps what is being typed.
  #become(lead) {
    if (lead.leadId !== this.#id || this.#form === null) return this.#do.changed(lead);
    for (const name of ["status", "notes"]) {
      const input = this.#form.elements[name];
      if (input.value === this.#lead[name]) input.value = lead[name];
    }
    this.#lead = lead;
    this.#showFacts();
    this.#do.changed(lead);
    for (const later of untilTold) setTimeout(() => this.#lead === lead && this.#showHistory(lead), later);
  }

  #showHistory(lead) {
    showHistory(this.#history, lead.leadId, this.#me.timeZone, () => this.#lead === lead);
  }

  #showFacts() {
    const lead = this.#lead;
    const time = (at) => moment(at, this.#me.timeZone);
    const person = (text) => text && h("bdi", {}, text);
    const facts = {
      Email: h("div", { class: "row" }, h("a", { href: "mailto:" + encodeURIComponent(lead.email) }, person(lead.email)), copyButton(lead.email, "the email address")),
      Phone: lead.phone && h("a", { href: "tel:" + lead.phone.replace(/[^+\d]/g, "") }, person(lead.phone)),
      Type: lead.ibType && person(words(lead.ibType)),
      "Leads a month": lead.monthlyLeads,
      "Broker network": person(lead.brokerNetwork),
      "Came by": lead.source === "form" ? "Your form" : "You added it",
      "Sent": lead.submissions === 1 ? "Once" : count(lead.submissions) + " times",
      Captured: time(lead.createdAt),
      "Last changed": time(lead.updatedAt),
    };
    replace(this.#facts, h("h3", {}, "What is known"), h("dl", {},
      Object.entries(facts).filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
    replace(this.#sync, h("h3", {}, "Systeme.io"),
      syncState(lead, () => syncAgain(lead, (now) => this.#become(now))),
      lead.syncNote && h("p", { class: "small" }, lead.syncNote),
      lead.systemeSyncedAt && h("p", { class: "small quiet" }, "Synced on " + time(lead.systemeSyncedAt)),
      lead.systemeTagsApplied.length > 0 && h("ul", { class: "tags", "aria-label": "Tags" }, lead.systemeTagsApplied.map((tag) => h("li", {}, tag))));
  }

  async #erase() {
    const lead = this.#lead;
    const sure = await confirmed({
      title: "Erase this lead?",
      text: lead.name + " (" + lead.email + ") is erased here at once, with your notes, and cannot be brought back. In Systeme.io your tags are "
        + "taken off the contact, and the contact is deleted if it was made for a lead and nobody else has it. That takes a few minutes. Your file exports keep what is in them.",
      action: "Erase",
    });
    if (!sure) return;
    try {
      await api("DELETE", "/leads/" + lead.leadId);
    } catch (error) {
      if (!(error.status >= 0)) throw error;
      if (error.status !== 404) return toast(error.message);
    }
    this.#form = null;
    this.#dialog.close();
    this.#do.erased();
  }
}
