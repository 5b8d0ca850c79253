// Forms that are sent by a script: errors beside their fields, in words.

import { wordsOf } from "./api.js";
import { h } from "./dom.js";

/**
 * onSubmit calls send with a form's values when it is submitted, once at a time, and
 * shows what was bad: each message beside its field, the rest above the form.
 */
export function onSubmit(form, send) {
  form.noValidate = true; // the API's words, for everyone the same
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button:not([type=button])");
    if (button.getAttribute("aria-busy") === "true") return;
    clear(form);
    button.setAttribute("aria-busy", "true");
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (error) {
      show(form, error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

/** clear takes all messages off a form. */
export function clear(form) {
  for (const message of form.querySelectorAll(".error, .notice.bad")) message.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    describe(input, (ids) => ids.filter((id) => id !== errorID(input)));
  }
}

/** show puts a Problem onto a form, and the focus into the first field that was bad. */
export function show(form, problem) {
  const rest = [];
  for (const [name, message] of Object.entries(problem.fields ?? {})) {
    const input = form.elements.namedItem(name);
    if (input instanceof Element) mark(input, message);
    else rest.push(name + " " + message);
  }
  const first = form.querySelector("[aria-invalid]");
  if (first === null || rest.length > 0) {
    const notice = h("p", { class: "notice bad", role: "alert", tabindex: "-1" }, [wordsOf(problem), ...rest].join(" "));
    form.prepend(notice);
    if (first === null) notice.focus();
  }
  first?.focus();
}

// mark says of a field what is wrong with it, beside what it says of itself. The
// API's messages go on where the name of the field begins.
function mark(input, message) {
  input.setAttribute("aria-invalid", "true");
  describe(input, (ids) => [errorID(input), ...ids]);
  const name = input.labels[0]?.firstChild.textContent.trim() || "This field";
  input.closest(".field").append(h("p", { class: "error", id: errorID(input) }, name + " " + message + "."));
}

const errorID = (input) => (input.id || input.name) + "-error";

// describe changes which elements describe a field.
function describe(input, change) {
  const ids = change((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (ids.length > 0) input.setAttribute("aria-describedby", ids.join(" "));
  else input.removeAttribute("aria-describedby");
}
