// Forms that are sent by a script: errors beside their fields, in words.

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
    input.removeAttribute("aria-describedby");
  }
}

/** show puts a Problem onto a form, and the focus into the first field that was bad. */
export function show(form, problem) {
  if (!(problem.status >= 0)) console.error(problem); // a defect of ours, not an answer
  const rest = [];
  for (const [name, message] of Object.entries(problem.fields ?? {})) {
    const input = form.elements.namedItem(name);
    if (input instanceof Element) mark(input, message);
    else rest.push(name + " " + message);
  }
  const first = form.querySelector("[aria-invalid]");
  if (first === null || rest.length > 0) {
    const text = problem.status >= 0 ? problem.message : "Something went wrong on this page.";
    const notice = h("p", { class: "notice bad", role: "alert", tabindex: "-1" }, [text, ...rest].join(" "));
    form.prepend(notice);
    if (first === null) notice.focus();
  }
  first?.focus();
}

// mark says of a field what is wrong with it. The API's messages go on where "This
// field" begins.
function mark(input, message) {
  const id = (input.id || input.name) + "-error";
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.closest(".field").append(h("p", { class: "error", id }, "This field " + message + "."));
}
