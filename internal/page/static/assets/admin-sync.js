// How the sync is doing: a picture of the way from the leads to Systeme.io and back,
// looked at again every few seconds while it is seen.

import { api, wordsOf } from "./api.js";
import { h, replace } from "./dom.js";
import { confirmed, toast } from "./shell.js";
import { count, plural } from "./text.js";

const every = 5000; // milliseconds

/** showSync shows the sync until its signal says that it was left. */
export async function showSync({ view, signal }) {
  document.title = "Sync: ClientFlow";
  const usage = new Usage();
  const note = h("p", { class: "quiet small" }, "Looking…"); // not aloud: it changes with each look
  const trouble = h("p", { role: "status" });
  const redriving = h("div", { hidden: true }, redrive(look));
  let stations = changing();
  replace(view, picture(stations), note, trouble, redriving);
  for (; !signal.aborted; await new Promise((done) => setTimeout(done, every))) {
    if (document.visibilityState === "visible") await look();
  }

  // look leaves alone what has not changed, where the keyboard may be.
  async function look() {
    try {
      const health = await api("GET", "/admin/sync");
      const now = changing(health, usage.since(health.rate));
      stations.forEach((station, i) => station.replaceWith(now[i]));
      stations = now;
      redriving.hidden = health.deadLetters.depth === 0;
      note.textContent = "Looked at " + new Date().toLocaleTimeString() + ", and again every 5 seconds.";
      trouble.textContent = "";
    } catch (error) {
      const words = wordsOf(error);
      if (trouble.textContent !== words) trouble.textContent = words;
    }
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

// changing are the stations that each look shows anew; bones before the first.
const changing = (health, used) => [queue(health?.queue), account(health?.rate, used), dead(health?.deadLetters), hook(health?.webhook)];

function picture([queued, called, failed, told]) {
  return h("div", { class: "flow" },
    station("Leads", "Each new lead is put into the queue.", h("a", { href: "/admin" }, "See the brokers")),
    arrow("→"),
    queued,
    arrow("→"),
    called,
    h("span", { class: "down dead", "aria-hidden": "true" }, "↓"),
    h("span", { class: "down back", "aria-hidden": "true" }, "↓"),
    failed,
    told);
}

const arrow = (sign) => h("span", { class: "arrow", "aria-hidden": "true" }, sign);

function station(name, text, ...more) {
  return h("section", { class: "card" }, h("h2", {}, name), h("p", { class: "quiet small" }, text), more);
}

const bone = () => h("span", { class: "bone figure" });

function queue(depth) {
  return station("Queue", "Leads on their way to Systeme.io.",
    depth ? h("p", { class: "figure" }, count(depth.depth)) : bone(),
    depth && h("p", { class: "counts" },
      h("span", {}, count(depth.waiting) + " waiting"),
      h("span", {}, count(depth.inFlight) + " under way"),
      h("span", {}, count(depth.delayed) + " put off")));
}

function account(rate, used) {
  return station("Systeme.io", "Contacts and tags of all brokers. All calls share one rate.",
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
  const card = station("Dead letters", "What failed too often. Nothing is lost: put it back once the cause is mended.",
    letters ? h("p", { class: "figure" }, count(letters.depth)) : bone(),
    letters && h("p", {}, letters.depth === 0
      ? h("span", { class: "badge good" }, "None")
      : h("span", { class: "badge bad" }, letters.oldestAgeSeconds === null ? "To be looked at" : "Oldest: " + age(letters.oldestAgeSeconds))));
  card.classList.add("dead");
  return card;
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
  const card = station("Webhook", "Tells ClientFlow what workflows did.",
    webhook ? h("p", {}, h("span", { class: "badge " + look }, text)) : bone(),
    webhook && h("p", { class: "small" }, webhook.detail));
  card.classList.add("back");
  return card;
}

function redrive(look) {
  const button = h("button", { type: "button", class: "primary", onclick: press }, "Put dead letters back into the queue");
  async function press() {
    const sure = await confirmed({
      title: "Put dead letters back?",
      text: "Each gets all its tries again. Do this once what made them fail is mended.",
      action: "Put back",
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
