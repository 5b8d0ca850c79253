// Sends a test lead through the form, and shows how far it comes, step by step.

import { api, call, wordsOf } from "./api.js";
import { h, one, replace } from "./dom.js";
import { confirmed } from "./shell.js";

// How long the page follows a lead, in milliseconds.
const patience = 60_000;

/** offerTest makes the button send a lead with the IB's own address. */
export function offerTest(me) {
  const button = one("send-test");
  button.disabled = false;
  button.addEventListener("click", () => alone(async () => {
    begin();
    const before = await send(me);
    end(me, before, await follow(me, before));
  }));
}

// alone does one thing at a time, and says why when it did not work.
async function alone(work) {
  const button = one("send-test");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    const step = one("steps").querySelector('[data-state="doing"]');
    if (step !== null) mark(step.dataset.step, "failed");
    say("bad", wordsOf(error));
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function begin() {
  for (const step of one("steps").children) mark(step.dataset.step, null);
  replace(one("tags"));
  replace(one("outcome"));
  replace(one("outcome-actions"));
}

// send sends the lead, as a visitor would. An address that is a lead already is not
// sent again: it would be counted as sent twice. It returns what there was before.
async function send({ email, name, formKey }) {
  mark("sent", "doing");
  const [known, { totalLeads }] = await Promise.all([find(email), api("GET", "/stats")]);
  if (known === undefined) {
    await call("POST", `/forms/${formKey}/leads`,
      { email, name, ib_type: "forex-ib", monthly_leads: "1-49", utm_source: "clientflow-test", page_url: location.origin + location.pathname });
  }
  mark("sent", "done");
  return { known, counted: known === undefined ? totalLeads : totalLeads - 1 };
}

// A whole address is one read.
const find = async (email) => (await api("GET", "/leads?q=" + encodeURIComponent(email))).leads[0];

// follow looks for the lead, ever more seldom, until it is synced, or cannot be, or
// patience ends. It returns the lead as it is then; undefined for none.
async function follow({ email }, before) {
  const began = performance.now();
  for (let pause = 300; ; pause = Math.min(pause * 1.4, 4000)) {
    const [lead, { totalLeads }] = await Promise.all([find(email), api("GET", "/stats")]);
    const counted = totalLeads > before.counted;
    show(lead, counted);
    const settled = counted && lead !== undefined && lead.syncState !== "pending";
    if (settled || performance.now() - began > patience) return lead;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function show(lead, counted) {
  const here = lead !== undefined;
  const tags = lead?.systemeTagsApplied ?? [];
  const failed = lead?.syncState === "failed";
  const synced = lead?.syncState === "synced";
  const reached = tags.length > 0 || synced;
  mark("captured", here ? "done" : "doing");
  mark("counted", counted ? "done" : here ? "doing" : null);
  mark("contact", reached ? "done" : failed ? "failed" : counted ? "doing" : null);
  mark("tags", synced ? "done" : failed ? "failed" : reached ? "doing" : null);
  replace(one("tags"), tags.map((tag) => h("code", { class: "badge good" }, tag)));
}

// mark gives a step its state, for those who see it and those who do not.
function mark(name, state) {
  const step = one("steps").querySelector(`[data-step="${name}"]`);
  if ((step.dataset.state ?? null) === state) return;
  step.querySelector("span")?.remove();
  if (state === null) return delete step.dataset.state;
  step.dataset.state = state;
  step.append(h("span", { class: "out-of-sight" }, ` (${{ doing: "under way", done: "done", failed: "failed" }[state]})`));
}

// end says what came of it, and what can be done next.
function end(me, before, lead) {
  const actions = [];
  if (lead === undefined) {
    say("wait", "The form took it, but no lead of yours arrived. Where an address belongs to one IB alone, yours may belong to another.");
  } else if (lead.syncState === "failed") {
    say("bad", "Systeme.io did not take it. " + (lead.syncError ?? ""));
  } else if (lead.syncState === "pending") {
    say("wait", "This takes longer than usual. The lead is safe and goes on by itself: Systeme.io may be busy, or your address was erased a few minutes ago.");
    actions.push(button("Look again", () => alone(async () => end(me, before, await follow(me, before)))));
  } else if (before.known) {
    say("good", "Your address was a lead already, so nothing was sent. Erase it to see the whole way again.");
  } else {
    say("good", "It works: your test lead came all the way, and its workflows have started.");
  }
  if (lead !== undefined) {
    actions.push(h("a", { class: "button", href: "/app/leads?lead=" + lead.leadId }, "See the lead"),
      button("Erase the test lead", () => alone(() => erase(lead))));
  }
  replace(one("outcome-actions"), actions);
}

async function erase(lead) {
  const sure = await confirmed({
    title: "Erase the test lead?",
    text: lead.email + " and all that you noted of it are erased here, and its tags in Systeme.io within minutes.",
    action: "Erase",
  });
  if (!sure) return;
  await api("DELETE", "/leads/" + lead.leadId);
  begin();
  say("good", "The test lead is erased.");
  one("send-test").focus();
}

const say = (tone, text) => replace(one("outcome"), h("p", { class: "notice " + tone }, text));
const button = (text, onclick) => h("button", { type: "button", onclick }, text);
