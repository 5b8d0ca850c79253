// The page /: signing up and in. Each view has a fragment of the address, and the
// email goes from one view to the next.

import { api, call, go } from "./api.js";
import { h, one } from "./dom.js";
import { clear, onSubmit, show } from "./forms.js";
import { enliven } from "./password.js";
import * as session from "./session.js";

const views = ["sign-in", "sign-up", "confirm", "forgot", "reset"];
const title = document.title;
const formOf = (view) => one(view).querySelector("form");
const emailOf = (view) => formOf(view).elements.namedItem("email");

// The email outlives a reload of the page; the password that was typed with it does
// not.
const emailKey = "clientflow.email";
let typed = "";

// enter shows a view, for an email.
function enter(view, email) {
  sessionStorage.setItem(emailKey, email);
  emailOf(view).value = email;
  location.hash = view;
}

// arrive readies the view that the address names, and puts the focus into it.
function arrive() {
  const view = location.hash.slice(1);
  document.title = title;
  if (!views.includes(view)) return;
  document.title = one(view + "-title").textContent + ": ClientFlow";
  if (emailOf(view).value === "") emailOf(view).value = sessionStorage.getItem(emailKey) ?? "";
  const inputs = [...formOf(view).querySelectorAll("input")];
  if (!one(view).contains(document.activeElement)) (inputs.find((input) => input.value === "") ?? inputs.at(-1)).focus();
}

// tell says something above the form of a view.
function tell(view, text, kind) {
  formOf(view).querySelector(".told")?.remove();
  formOf(view).prepend(h("p", { class: "notice told " + kind, role: "status" }, text));
}

// signIn keeps the session of whoever knows the password. It returns false, and the
// way is to the code, when the email is not confirmed yet.
async function signIn(email, password) {
  try {
    session.keep(await call("POST", "/login", { email, password }));
  } catch (error) {
    if (error.type !== "urn:problem-type:unconfirmed") throw error;
    typed = password;
    tell("confirm", error.message, "wait");
    enter("confirm", email);
    return false;
  }
  sessionStorage.removeItem(emailKey);
  return true;
}

// signInAfter signs in with what was just set, or leaves that to the sign-in when it
// does not succeed at once.
async function signInAfter(done, email, password) {
  try {
    if (password !== "" && await signIn(email, password)) return true;
  } catch (error) {
    if (!(error.status >= 0)) throw error;
  }
  tell("sign-in", done + " Please sign in.", "good");
  enter("sign-in", email);
  return false;
}

onSubmit(formOf("sign-in"), async ({ email, password }) => {
  if (await signIn(email, password)) await go(session.wanted());
});

onSubmit(formOf("sign-up"), async (values) => {
  await call("POST", "/signup", values);
  typed = values.password;
  enter("confirm", values.email);
});

onSubmit(formOf("confirm"), async ({ email, code }) => {
  await call("POST", "/signup/confirm", { email, code: code.replace(/\s/g, "") });
  if (!await signInAfter("Your address is confirmed.", email, typed)) return;
  // Days begin in the IB's time zone, of which only this device knows. When that
  // fails, the settings show it.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  await api("PATCH", "/me", { timeZone }).catch(() => {});
  await go(session.wanted());
});

onSubmit(formOf("forgot"), async ({ email }) => {
  await call("POST", "/password/forgot", { email });
  enter("reset", email);
});

onSubmit(formOf("reset"), async ({ email, code, password }) => {
  await call("POST", "/password/reset", { email, code: code.replace(/\s/g, ""), password });
  if (await signInAfter("Your new password is set.", email, password)) await go(session.wanted());
});

one("resend").addEventListener("click", async ({ currentTarget: button }) => {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  one("resent").textContent = one("resent").className = "";
  clear(formOf("confirm"));
  try {
    await call("POST", "/signup/resend", { email: emailOf("confirm").value });
    one("resent").className = "notice good";
    one("resent").textContent = "If a sign-up with this address waits for a code, another one is on its way. Only the newest code works.";
  } catch (error) {
    show(formOf("confirm"), error);
  } finally {
    button.removeAttribute("aria-busy");
  }
});

// offer shows the way to the dashboard to who is signed in. Whoever signs in at
// another tab goes on from here, too.
function offer(now) {
  for (const door of document.querySelectorAll(".doors a")) door.hidden = (now === null) === (door.pathname === "/app");
  if (now !== null && location.hash === "#sign-in" && new URLSearchParams(location.search).has("next")) go(session.wanted());
}

enliven();
if (session.wasEnded()) tell("sign-in", "You were signed out. Please sign in again.", "wait");
addEventListener("hashchange", arrive);
session.onChange(offer);
addEventListener("pageshow", (event) => event.persisted && location.reload()); // which was left while it was busy
offer(session.current());
// The browser itself looks at the fragment first, and takes the focus away.
if (document.readyState === "complete") arrive();
else addEventListener("load", arrive);
