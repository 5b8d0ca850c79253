// What the IB decides about its form: where visitors go after sending it, and which
// websites may use it.

import { api } from "./api.js";
import { h, one, replace } from "./dom.js";
import { onSubmit } from "./forms.js";
import { toast } from "./shell.js";

const most = 20; // as many as the API takes

/** editThanks lets the IB change the thank-you address. */
export function editThanks({ thankYouUrl }) {
  const form = one("thanks");
  const input = form.elements.namedItem("thankYouUrl");
  input.value = thankYouUrl ?? "";
  enable(form);
  onSubmit(form, async (values) => {
    const me = await api("PATCH", "/me", { thankYouUrl: values.thankYouUrl });
    input.value = me.thankYouUrl ?? "";
    toast("The thank-you page is saved.");
  });
}

/** editOrigins lets the IB change the list of allowed origins. */
export function editOrigins({ allowedOrigins }) {
  const form = one("origins");
  const add = one("add-origin");
  enable(form);
  show(allowedOrigins);
  add.addEventListener("click", () => {
    show([...typed(), ""]);
    inputs().at(-1).focus();
  });
  onSubmit(form, async () => {
    const wanted = typed().map(origin).filter((text) => text !== "");
    show(wanted); // in the places by which the API names them
    const me = await api("PATCH", "/me", { allowedOrigins: wanted });
    show(me.allowedOrigins);
    toast("The allowed websites are saved.");
  });

  function show(origins) {
    const rows = origins.length > 0 ? origins : [""];
    replace(one("origin-rows"), rows.map((text, i) => row(text, i, () => remove(i))));
    add.disabled = rows.length >= most;
  }

  function remove(i) {
    show(typed().filter((_, at) => at !== i));
    inputs()[Math.min(i, inputs().length - 1)].focus();
  }
}

const inputs = () => [...one("origin-rows").querySelectorAll("input")];
const typed = () => inputs().map((input) => input.value);

function row(text, i, remove) {
  const id = "origin-" + i;
  const input = h("input", { id, name: `allowedOrigins[${i}]`, inputmode: "url", autocapitalize: "none", spellcheck: "false", placeholder: "https://example.com" });
  input.value = text;
  return h("div", { class: "field" },
    h("label", { class: "out-of-sight", for: id }, "Website " + (i + 1)),
    h("div", { class: "origin" }, input,
      h("button", { type: "button", "aria-label": "Remove website " + (i + 1), onclick: remove }, "Remove")));
}

// origin makes an origin of what people paste: a page's address, or a bare domain.
function origin(text) {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const address = trimmed.includes("://") ? trimmed : "https://" + trimmed;
  return URL.canParse(address) ? new URL(address).origin : trimmed;
}

function enable(form) {
  for (const control of form.elements) control.disabled = false;
}
