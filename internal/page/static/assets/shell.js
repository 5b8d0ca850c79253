// What the pages behind the sign-in share: who is signed in, the bar above, and short
// messages below.

import { api, leave, watch, wordsOf } from "./api.js";
import { h, one } from "./dom.js";
import * as session from "./session.js";

/**
 * open shows a page to whoever is signed in: it calls show with the caller's record,
 * as GET /me has it. Without a caller the way is to the sign-in.
 */
export async function open(show) {
  if (session.current() === null) return leave();
  watch();
  const bar = document.querySelector(".bar");
  markHere(bar);
  bar.querySelector("button").addEventListener("click", signOut);
  try {
    const me = await api("GET", "/me");
    bar.querySelector(".who > span").textContent = me.name;
    bar.querySelector('a[href="/admin"]').hidden = me.role !== "ADMIN";
    await show(me);
  } catch (error) {
    fail(error);
  }
}

function markHere(bar) {
  for (const link of bar.querySelectorAll("nav a")) {
    if (link.pathname !== location.pathname) continue;
    link.setAttribute("aria-current", "page");
    link.parentElement.scrollLeft = link.offsetLeft; // on a narrow screen
  }
}

// signOut waits for nothing: whoever signs out may walk away. The request outlives the
// page, and the device forgets in any case.
function signOut() {
  const refreshToken = session.current()?.refreshToken;
  session.forget();
  const headers = { "content-type": "application/json" };
  if (refreshToken) fetch("/logout", { method: "POST", headers, body: JSON.stringify({ refreshToken }), keepalive: true }).catch(() => {});
  document.body.hidden = true;
  location.replace("/");
}

/** fail shows in the page's place that it could not be shown, and offers another try. */
export function fail(error) {
  one("main").replaceChildren(h("div", { class: "card empty", role: "alert" },
    h("h1", {}, "This could not be shown"),
    h("p", {}, wordsOf(error)),
    h("button", { type: "button", class: "primary", onclick: again }, "Try again")));
  if (error.status === 0) addEventListener("online", again, { once: true });
}

// again loads the page anew, which a browser without a line would answer with a page of its own.
function again() {
  if (navigator.onLine) location.reload();
  else toast("You are still offline.");
}

/** toast says something for a while, aloud to a screen reader. */
export function toast(text) {
  // Beside an open dialog nothing is seen or said. The page's own box is there from the
  // start: readers often miss what comes together with its box.
  const within = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  const box = within.querySelector(":scope > .toasts") ?? within.appendChild(h("div", { class: "toasts", role: "status" }));
  const message = box.appendChild(h("p", {}, text));
  setTimeout(() => message.remove(), 6000);
}

/**
 * copyButton copies a text to the clipboard. label is what it copies, for those who
 * do not see what it stands beside.
 */
export function copyButton(text, label) {
  const button = h("button", { type: "button", "aria-label": "Copy " + label, onclick: copy }, "Copy");
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
      toast("Copied " + label + ".");
    } catch {
      toast("Your browser did not allow that. Please select " + label + " and copy it.");
    }
  }
  return button;
}

/**
 * confirmed asks before something that cannot be undone, and resolves to whether to
 * go on. What does no harm has a look of "primary".
 */
export function confirmed({ title, text, action, look = "danger" }) {
  const dialog = h("dialog", { "aria-labelledby": "confirm-title" },
    h("form", { method: "dialog" },
      h("h2", { id: "confirm-title" }, title),
      h("p", {}, text),
      h("div", { class: "actions" },
        h("button", { value: "no", autofocus: true }, "Cancel"),
        h("button", { value: "yes", class: look }, action))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }));
}
