// The page /admin. What it shows stands in its address: the list of IBs, one IB with
// ?ib=, or the sync with ?view=sync.

import { showIB } from "./admin-ib.js";
import { showIBs } from "./admin-ibs.js";
import { showSync } from "./admin-sync.js";
import { h, one, replace } from "./dom.js";
import { fail, open } from "./shell.js";

open((me) => {
  if (me.role !== "ADMIN") return refuse();
  addEventListener("popstate", () => location.search !== shown && show(me));
  document.addEventListener("click", (event) => follow(event, me));
  return show(me);
});

function refuse() {
  replace(one("main"), h("div", { class: "card empty" },
    h("h1", {}, "This page is for administrators"),
    h("a", { class: "button primary", href: "/app" }, "To your overview")));
}

// Views that were left must not go on asking or showing.
let left = new AbortController();
let shown; // the query of the view

async function show(me) {
  shown = location.search;
  left.abort();
  left = new AbortController();
  const { signal } = left;
  const query = new URLSearchParams(location.search);
  const sync = query.get("view") === "sync";
  for (const link of document.querySelectorAll(".views a")) {
    const isHere = link.search === (sync ? "?view=sync" : "");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const view = one("view");
  const context = { me, view, query, signal, go };
  try {
    if (sync) await showSync(context);
    else if (query.has("ib")) await showIB(context, query.get("ib"));
    else await showIBs(context);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }

  /** go shows another address of this page. */
  function go(search) {
    history.pushState(null, "", "/admin" + search);
    return show(me);
  }
}

// follow shows what a link of this page leads to, without loading the page again.
function follow(event, me) {
  const link = event.target.closest?.("a");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || link.pathname !== "/admin" || link.hash || link.origin !== location.origin || !isPlain) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  scrollTo(0, 0);
  one("main").focus({ preventScroll: true });
  show(me);
}
