// The page /app/settings.

import { api, leave } from "./api.js";
import { h, one, replace } from "./dom.js";
import { offerExport } from "./export.js";
import { onSubmit } from "./forms.js";
import { enliven } from "./password.js";
import { confirmed, copyButton, fail, open, toast } from "./shell.js";

open((me) => {
  showFacts(me);
  one("name").value = me.name;
  one("user").defaultValue = me.email; // which a reset leaves
  showZones(me.timeZone);
  one("revoke").addEventListener("click", () => signOutEverywhere(one("revoke"), me.role === "ADMIN"));
  for (const control of document.querySelectorAll("fieldset, #collect, #revoke")) control.disabled = false;
  offerExport();
});

enliven();

onSubmit(one("profile"), async ({ name, timeZone }) => {
  const me = await api("PATCH", "/me", { name, timeZone });
  one("name").value = me.name;
  document.querySelector(".who > span").textContent = me.name;
  toast("Saved.");
});

onSubmit(one("password"), async (values) => {
  await api("POST", "/me/password", values);
  one("password").reset();
  toast("Your password is changed. Devices that are signed in stay so.");
});

async function signOutEverywhere(button, isAdmin) {
  const sure = await confirmed({
    title: "Sign out everywhere?",
    text: "Your session ends on all devices. You sign in again here." +
      (isAdmin ? " The admin's pages may still be used elsewhere for up to an hour." : ""),
    action: "Sign out everywhere",
  });
  if (!sure) return;
  button.setAttribute("aria-busy", "true");
  try {
    await api("POST", "/me/sessions/revoke");
    await leave();
  } catch (error) {
    if (!(error.status >= 0)) return fail(error);
    toast(error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function showFacts(me) {
  replace(one("fact-email"), me.email);
  replace(one("fact-workflows"), me.systemeWorkflowsConfigured
    ? h("span", { class: "badge good" }, "Set up")
    : [h("span", { class: "badge wait" }, "Not set up yet"), h("span", { class: "quiet small" }, "The admin does this. Your leads are kept meanwhile.")]);
  replace(one("fact-prefix"), h("code", {}, me.systemeTagPrefix), copyButton(me.systemeTagPrefix, "the tag prefix"));
  replace(one("fact-user"), h("code", {}, me.userId), copyButton(me.userId, "the user id"));
}

// showZones lists all time zones by region, so that typing a city's name finds it.
function showZones(chosen) {
  const select = one("time-zone");
  const regions = new Map();
  for (const zone of new Set([...Intl.supportedValuesOf("timeZone"), chosen])) {
    const [region, ...city] = zone.split("/");
    if (city.length === 0 || zone === "UTC") continue;
    const option = h("option", { value: zone }, city.join(", ").replaceAll("_", " "));
    regions.set(region, [...(regions.get(region) ?? []), option]);
  }
  const single = new Set(["UTC", ...(chosen.includes("/") ? [] : [chosen])]);
  replace(select, [...single].map((zone) => h("option", { value: zone }, zone)),
    [...regions].map(([label, options]) => h("optgroup", { label }, options)));
  select.value = chosen;
  select.addEventListener("change", tellTime);
  tellTime();
}

// tellTime says what the clocks of the chosen time zone show, so that a wrong one is
// noticed.
function tellTime() {
  const time = new Date().toLocaleTimeString(undefined, { timeStyle: "short", timeZone: one("time-zone").value });
  one("there").textContent = "It is " + time + " there.";
}
