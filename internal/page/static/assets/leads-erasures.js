// The erasures that are under way.

import { api } from "./api.js";
import { h, one, replace } from "./dom.js";
import { moment } from "./text.js";

/** showErasures shows those that are not done; nothing when there are none. */
export async function showErasures(me, found = [], cursor = null) {
  let page;
  try {
    page = await api("GET", "/erasures" + (cursor ? "?cursor=" + encodeURIComponent(cursor) : ""));
  } catch (error) {
    if (!(error.status >= 0)) throw error;
    return; // they are shown the next time
  }
  const open = [...found, ...page.erasures.filter((erasure) => erasure.state !== "done")]
    .sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
  const section = one("erasures");
  section.hidden = open.length === 0 && page.nextCursor === null;
  replace(section,
    h("h2", { id: "erasures-title" }, "Being erased"),
    h("p", { class: "quiet" }, "These leads are gone here. What is left of them in Systeme.io is being removed, which takes a few minutes."),
    h("ul", { class: "history" }, open.map((erasure) => h("li", {},
      h("span", {}, "Erased on ", moment(erasure.requestedAt, me.timeZone)),
      h("span", { class: "small quiet" }, erasure.error ?? "In progress")))),
    page.nextCursor && h("button", { type: "button", onclick: () => showErasures(me, open, page.nextCursor) }, "Look for more"));
}
