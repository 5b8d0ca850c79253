// How the sync is doing: a picture of the way from the leads to Systeme.io and back,
// looked at again every few seconds while it is seen.

import { api, wordsOf } from "./api.js";
import { h, one, replace } from "./dom.js";
import { confirmed, toast } from "./shell.js";
import { count, plural } from "./text.js";

const every = 5000; // milliseconds

/** showSync shows the sync until its signal says that it was left. */
export async function showSync({ view, signal }) {
  document.title = "Sync: ClientFlow";
  const usage = new Usage();
  const note = h("p", { class: "quiet small" }, "Looking…"); // not aloud: it changes with each look
  const trouble = h("p", { role: "status" });
  const redriving = redrive(look);
  let shown = changing();
  replace(view, picture(shown, redriving), note, trouble);
  for (; !signal.aborted; await new Promise((done) => setTimeout(done, every))) {
    if (document.visibilityState === "visible") await look();
  }

  // look leaves alone what has not changed, where the keyboard may be.
  async function look() {
    try {
      const health = await api("GET", "/admin/sync");
      const now = changing(health, usage.since(health.rate));
      shown.forEach((part, i) => part.replaceWith(now[i]));
      shown = now;
      offer(health.deadLetters.depth > 0);
      note.textContent = "Looked at " + new Date().toLocaleTimeString() + ", and again every 5 seconds.";
      trouble.textContent = "";
    } catch (error) {
      const words = wordsOf(error);
      if (trouble.textContent !== words) trouble.textContent = words;
    }
  }

  // offer does not leave the keyboard at a button that is gone.
  function offer(toRedrive) {
    if (!toRedrive && document.activeElement === redriving) one("main").focus({ preventScroll: true });
    redriving.hidden = !toRedrive;
  }
}

// Usage is how much of the rate of calls was used between two looks, as a part of 1.
class Usage {
  since(rate) {
    const now = performance.now();
    const used = this.calls === undefined ? null
      : (rate.calls - this.calls) / (rate.callsPerSecond * (now - this.at) / 1000);
    this.calls = rate.calls;
    this.at = now;
    return used === null ? null : Math.min(1, used);
  }
}

// changing are what each look finds anew at the stations; bones before the first.
const changing = (health, used) => [queue(health?.queue), account(health?.rate, used), dead(health?.deadLetters), hook(health?.webhook)];

function picture([queued, called, failed, told], redriving) {
  return h("div", { class: "flow" },
    station("", "Leads", "Each new lead is put into the queue.", h("a", { href: "/admin" }, "See the brokers")),
    arrow("→"),
    station("", "Queue", "Leads on their way to Systeme.io.", queued),
    arrow("→"),
    station("", "Systeme.io", "Contacts and tags of all brokers. All calls share one rate.", called),
    h("span", { class: "down dead", "aria-hidden": "true" }, "↓"),
    h("span", { class: "down back", "aria-hidden": "true" }, "↓"),
    station("dead", "Dead letters", "What failed too often. Nothing is lost: put it back once the cause is mended.",
      h("div", { class: "aside" }, failed, redriving)),
    station("back", "Webhook", "Tells ClientFlow what workflows did.", told));
}

const arrow = (sign) => h("span", { class: "arrow", "aria-hidden": "true" }, sign);

function station(place, name, text, ...more) {
  return h("section", { class: "card " + place }, h("h2", {}, name), h("p", { class: "quiet small" }, text), more);
}

const found = (...parts) => h("div", { class: "found" }, parts);
const bone = () => h("span", { class: "bone figure" });

function queue(depth) {
  return found(
    depth ? h("p", { class: "figure" }, count(depth.depth)) : bone(),
    depth && h("p", { class: "counts" },
      h("span", {}, count(depth.waiting) + " waiting"),
      h("span", {}, count(depth.inFlight) + " under way"),
      h("span", {}, count(depth.delayed) + " put off")));
}

function account(rate, used) {
  return found(
    rate ? h("p", { class: "figure" }, used === null ? "…" : Math.round(used * 100) + " %") : bone(),
    rate && h("meter", { min: 0, max: 1, value: used ?? 0, "aria-label": "Rate used" }),
    rate && h("p", { class: "counts" }, h("span", {}, "of " + plural(rate.callsPerSecond, "call") + " a second used"), brake(rate)));
}

function brake({ speed, pausedSeconds }) {
  if (pausedSeconds > 0) return h("span", { class: "badge bad" }, "Paused for " + age(Math.ceil(pausedSeconds)));
  if (speed < 1) return h("span", { class: "badge wait" }, "Slowed to " + Math.round(speed * 100) + " %");
  return null;
}

function dead(letters) {
  return found(
    letters ? h("p", { class: "figure" }, count(letters.depth)) : bone(),
    letters && h("p", {}, letters.depth === 0
      ? h("span", { class: "badge good" }, "None")
      : h("span", { class: "badge bad" }, letters.oldestAgeSeconds === null ? "To be looked at" : "Oldest: " + age(letters.oldestAgeSeconds))));
}

function age(seconds) {
  if (seconds < 120) return plural(seconds, "second");
  if (seconds < 7200) return plural(Math.round(seconds / 60), "minute");
  if (seconds < 172800) return plural(Math.round(seconds / 3600), "hour");
  return plural(Math.round(seconds / 86400), "day");
}

function hook(webhook) {
  const looks = { ok: ["good", "Working"], disabled: ["bad", "Switched off"], missing: ["bad", "Missing"], unknown: ["wait", "Not known"] };
  const [look, text] = looks[webhook?.state] ?? [];
  return found(
    webhook ? h("p", {}, h("span", { class: "badge " + look }, text)) : bone(),
    webhook && h("p", { class: "small" }, webhook.detail));
}

function redrive(look) {
  const button = h("button", { type: "button", class: "primary", hidden: true, onclick: press }, "Put back");
  async function press() {
    const sure = await confirmed({
      title: "Put dead letters back?",
      text: "Each gets all its tries again. Do this once what made them fail is mended.",
      action: "Put back",
      look: "primary",
    });
    if (!sure || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await api("POST", "/admin/sync/redrive");
      toast("They are being put back.");
      await look();
    } catch (error) {
      toast(wordsOf(error));
    }
    button.ariaBusy = null;
  }
  return button;
}
