// One IB: who it is, and the workflows that are to be made for it in Systeme.io.

import { state } from "./admin-ibs.js";
import { guide } from "./admin-guide.js";
import { api, wordsOf } from "./api.js";
import { h, replace } from "./dom.js";
import { confirmed, copyButton, toast } from "./shell.js";
import { count, day } from "./text.js";

/** showIB shows the IB with an id, with its set-up guide. */
export async function showIB({ me, view, signal }, userId) {
  replace(view, h("div", { class: "card view-bones", "aria-busy": "true" }, h("span", { class: "bone" })));
  const path = "/admin/ibs/" + encodeURIComponent(userId);
  let ib, setUp;
  try {
    [ib, setUp] = await Promise.all([api("GET", path), api("GET", path + "/workflows")]);
  } catch (error) {
    if (error.status !== 404) throw error;
  }
  if (signal.aborted) return;
  if (!setUp) return replace(view, gone());
  document.title = ib.name + ": ClientFlow";
  replace(view, back(), facts(ib, me), guide(ib, setUp, configure));

  async function configure(configured) {
    await api("PUT", path + "/workflows", { configured });
    toast(configured ? "Marked as set up." : "Marked as to be set up.");
  }
}

const back = () => h("p", {}, h("a", { href: "/admin" }, "← All brokers"));

function gone() {
  return h("div", { class: "card empty" },
    h("h2", {}, "There is no such broker"),
    h("a", { class: "button primary", href: "/admin" }, "Show all brokers"));
}

function facts(ib, me) {
  const badge = h("span", {}, state(ib));
  const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("section", { class: "card stack", "aria-labelledby": "ib-name" },
    h("div", { class: "head" },
      h("div", {}, h("h2", { id: "ib-name" }, named(ib)), h("p", { class: "quiet" }, ib.email)),
      badge),
    h("dl", { class: "facts" },
      fact("Tag prefix", h("code", {}, ib.systemeTagPrefix), copyButton(ib.systemeTagPrefix, "the tag prefix")),
      fact("Leads", count(ib.leadCount)),
      fact("Since", day(ib.createdAt, me.timeZone)),
      fact("Form", h("a", { href: "/forms/" + ib.formKey }, "Open the form"))),
    ib.userId === me.userId ? null : h("div", {}, shutOut(ib, badge)));
}

// named is a name among other words, which may be written the other way.
const named = (ib) => h("bdi", {}, ib.name);

// shutOut is the button that shuts an IB out, or lets it in again.
function shutOut(ib, badge) {
  const button = h("button", { type: "button", onclick: press });
  label();
  return button;

  function label() {
    replace(button, h("span", {}, ib.disabled ? ["Let ", named(ib), " in again"] : ["Shut ", named(ib), " out"]));
    button.className = ib.disabled ? "named" : "named danger";
  }

  async function press() {
    const sure = ib.disabled || await confirmed({
      title: ["Shut ", named(ib), " out?"],
      text: "With the next request the dashboard and the form stop working. Nothing is deleted, and you can let this broker in again.",
      action: "Shut out",
    });
    if (!sure || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await api("PUT", "/admin/ibs/" + ib.userId + "/disabled", { disabled: !ib.disabled });
      ib.disabled = !ib.disabled;
      replace(badge, state(ib));
      toast(ib.name + (ib.disabled ? " is shut out." : " is let in again."));
    } catch (error) {
      toast(wordsOf(error));
    }
    button.ariaBusy = null;
    label();
  }
}
