// The list of IBs, with a search.

import { api } from "./api.js";
import { h, replace } from "./dom.js";
import { count, day } from "./text.js";

/** showIBs shows the page of the list that ?q= and ?cursor= name. */
export async function showIBs({ me, view, query, signal, go }) {
  const sought = query.get("q") ?? "";
  const results = h("div", { class: "card scroll", "aria-busy": "true" }, h("span", { class: "bone ibs-bone" }));
  replace(view, searchForm(sought, go), results);
  document.title = "Brokers: ClientFlow";
  const { ibs, nextCursor } = await find(sought, query.get("cursor"), signal);
  if (signal.aborted) return;
  results.removeAttribute("aria-busy");
  replace(results, ibs.length > 0 ? table(ibs, me.timeZone) : nobody(sought));
  view.append(paging(query, nextCursor));
}

function searchForm(sought, go) {
  const form = h("form", { class: "search", role: "search", onsubmit: search },
    h("input", { type: "search", name: "q", value: sought, maxlength: 254, "aria-label": "Search brokers", placeholder: "Name, email, prefix" }),
    h("button", {}, "Search"));
  function search(event) {
    event.preventDefault();
    const q = form.elements.q.value.trim();
    go(q === "" ? "" : "?" + new URLSearchParams({ q }));
  }
  return h("div", { class: "head" }, form);
}

// find returns a page of the list. A search looks at some IBs at a time, so it is
// asked again until it has found any, or looked at all.
async function find(sought, cursor, signal) {
  for (;;) {
    const query = new URLSearchParams();
    if (sought) query.set("q", sought);
    if (cursor) query.set("cursor", cursor);
    const page = await api("GET", "/admin/ibs?" + query);
    if (page.ibs.length > 0 || page.nextCursor === null || signal.aborted) return page;
    cursor = page.nextCursor;
  }
}

function table(ibs, timeZone) {
  const column = (name) => h("th", { role: "columnheader", scope: "col", class: name === "Leads" && "number" }, name);
  return h("table", { role: "table", class: "ibs" },
    h("caption", { class: "out-of-sight" }, "Introducing brokers, newest first"),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Broker", "Tag prefix", "Leads", "Since", "Workflows"].map(column))),
    h("tbody", { role: "rowgroup" }, ibs.map((ib) => row(ib, timeZone))));
}

// The roles are there for phones, where the style makes no table of it.
function row(ib, timeZone) {
  const cell = (...children) => h("td", { role: "cell" }, children);
  return h("tr", { role: "row" },
    cell(h("a", { href: "/admin?ib=" + ib.userId }, h("bdi", {}, ib.name)), h("div", { class: "quiet small" }, ib.email)),
    cell(h("code", {}, ib.systemeTagPrefix)),
    h("td", { role: "cell", class: "number" }, count(ib.leadCount)),
    cell(day(ib.createdAt, timeZone)),
    cell(state(ib)));
}

/** state is how far an IB is set up. */
export function state(ib) {
  if (ib.disabled) return h("span", { class: "badge bad" }, "Shut out");
  return ib.systemeWorkflowsConfigured
    ? h("span", { class: "badge good" }, "Set up")
    : h("span", { class: "badge wait" }, "To be set up");
}

function nobody(sought) {
  if (sought === "") {
    return h("div", { class: "empty" }, h("h2", {}, "No brokers yet"), h("p", {}, "They appear here once they have signed up and confirmed their email."));
  }
  return h("div", { class: "empty" },
    h("h2", {}, "Nobody was found"),
    h("p", {}, "No name, email or prefix has a word that begins with “" + sought + "”."),
    h("a", { class: "button", href: "/admin" }, "Show all brokers"));
}

function paging(query, nextCursor) {
  const to = (cursor) => {
    const q = query.get("q");
    return "/admin?" + new URLSearchParams({ ...(q && { q }), ...(cursor && { cursor }) });
  };
  return h("nav", { class: "row", "aria-label": "Pages of the list" },
    query.has("cursor") && h("a", { class: "button", href: to(null) }, "Newest"),
    nextCursor && h("a", { class: "button", href: to(nextCursor) }, "Older"));
}
