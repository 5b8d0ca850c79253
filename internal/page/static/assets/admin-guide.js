// The set-up guide of one IB: each workflow with its trigger, its steps to tick off,
// and everything that is to be pasted behind a copy button.

import { wordsOf } from "./api.js";
import { h } from "./dom.js";
import { copyButton, toast } from "./shell.js";
import { plural } from "./text.js";

/**
 * guide is the guide of an IB, of what GET /admin/ibs/{userId}/workflows answers.
 * configure tells the API whether all of it is done.
 */
export function guide(ib, { configured, workflows }, configure) {
  const ticks = new Ticks(ib.userId);
  const parts = workflows.map((workflow, i) => card(workflow, i, ticks));
  return h("section", { class: "stack", "aria-labelledby": "guide" },
    h("div", { class: "head" },
      h("div", {},
        h("h2", { id: "guide" }, "Workflows to make in Systeme.io"),
        h("p", { class: "quiet" }, "Make each one, tick off what is done, then mark this broker as set up. Ticks are kept on this device.")),
      done(configured, ticks, configure)),
    h("div", { class: "workflows" }, parts));
}

// Ticks are the steps of one IB's guide that are done, kept on this device.
class Ticks {
  constructor(userId) {
    this.key = "clientflow.guide." + userId;
    this.done = new Set(JSON.parse(localStorage.getItem(this.key) ?? "[]"));
    this.total = 0;
    this.onChange = () => {};
  }

  has(step) {
    return this.done.has(step);
  }

  set(step, isDone) {
    if (isDone) this.done.add(step);
    else this.done.delete(step);
    localStorage.setItem(this.key, JSON.stringify([...this.done]));
    this.onChange();
  }
}

// done is how far the guide is, and the button that ends it.
function done(configured, ticks, configure) {
  const bar = h("progress", { max: ticks.total, "aria-label": "Steps done" });
  const text = h("span", { class: "quiet small" });
  const button = h("button", { type: "button", onclick: press });
  ticks.onChange = show;
  show();
  return h("div", { class: "row" }, h("div", {}, bar, h("br"), text), button);

  function show() {
    bar.value = ticks.done.size;
    text.textContent = ticks.done.size + " of " + plural(ticks.total, "step");
    button.textContent = configured ? "Set up: undo" : "Mark as set up";
    button.className = configured ? "" : "primary";
  }

  async function press() {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await configure(!configured);
      configured = !configured;
    } catch (error) {
      toast(wordsOf(error));
    }
    button.ariaBusy = null;
    show();
  }
}

function card(workflow, i, ticks) {
  const id = "workflow-" + i;
  return h("article", { class: "card workflow", "aria-labelledby": id },
    h("h3", { id }, (i + 1) + ". " + workflow.name),
    workflow.insteadOf && h("p", { class: "notice wait" }, "Make either this one or “" + workflow.insteadOf + "”: both start from the same tag."),
    copyable("Name", workflow.name),
    copyable("Starts when this tag is added", workflow.trigger.tag),
    steps(workflow.steps, id, ticks));
}

// copyable is a text that is to be pasted, and what it is.
function copyable(label, text) {
  return h("div", { class: "copyable" },
    h("span", {}, h("span", { class: "quiet" }, label), text),
    copyButton(text, label.toLowerCase() + " “" + text.slice(0, 60) + "”"));
}

function steps(list, at, ticks) {
  return h("ol", { class: "steps" }, list.map((step, i) => h("li", {}, one(step, at + "." + i, ticks))));
}

function one(step, at, ticks) {
  ticks.total++;
  const box = h("input", { type: "checkbox", id: at, checked: ticks.has(at), onchange: () => ticks.set(at, box.checked) });
  return h("div", { class: "step" }, box, h("label", { for: at }, title(step)), h("div", { class: "body" }, body(step, at, ticks)));
}

function title(step) {
  switch (step.kind) {
    case "wait": return "Wait " + plural(step.amount, step.unit.replace(/s$/, ""));
    case "email": return step.to === "lead" ? "Send an email to the lead" : "Send an email to " + step.to;
    case "condition": return step.question;
    case "add-tag": return "Add a tag";
  }
  return step.kind;
}

function body(step, at, ticks) {
  switch (step.kind) {
    case "email": return [copyable("Subject", step.subject), copyable("Text", step.body)];
    case "add-tag": return copyable("Tag", step.tag);
    case "condition": return [branch("If yes", step.yes, at + ".yes", ticks), branch("If no", step.no, at + ".no", ticks)];
  }
  return null;
}

function branch(name, list, at, ticks) {
  return list?.length > 0 && h("div", {}, h("p", { class: "branch" }, name), steps(list, at, ticks));
}
