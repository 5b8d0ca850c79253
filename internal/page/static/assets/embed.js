// Keeps visitors on the page when they send a form that has the attribute data-clientflow,
// perhaps with words of thanks. Without this, the browser sends the same form.
//
// Hooks: data-clientflow-state is "sending", "invalid", "failed" or "sent"; messages are
// .clientflow-error and .clientflow-status; prevent the default of the event
// clientflow:sent to give other thanks.

(() => {
  if (window.clientflowForms) return;
  window.clientflowForms = true;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.hasAttribute("data-clientflow")) return;
    event.preventDefault();
    if (form.dataset.clientflowState === "sending") return;
    clear(form);
    carry(form);
    send(form);
  });

  // carry adds where the visitor came from, but nothing that would be refused.
  function carry(form) {
    const query = new URLSearchParams(location.search);
    const bad = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufffd]/u;
    const add = (name, value, most) => {
      const good = value && value.length <= most && !bad.test(value);
      if (good && !field(form, name)) form.append(element("input", { type: "hidden", name, value }));
    };
    for (const name of ["source", "medium", "campaign", "term", "content"]) add("utm_" + name, query.get("utm_" + name), 200);
    const page = (address) => /^https?:/.test(address) && address.split("#")[0];
    add("page_url", page(location.href), 2000);
    add("referrer", page(document.referrer), 2000);
  }

  async function send(form) {
    const values = Object.fromEntries(new FormData(form));
    values.consent = /^(on|true|1|yes)$/.test(values.consent);
    state(form, "sending");
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(values),
    }).catch(() => null);
    if (response?.ok) return thank(form);
    if (response) return show(form, await response.json().catch(() => ({})));
    state(form, ""); // no allowed origin
    HTMLFormElement.prototype.submit.call(form);
  }

  function thank(form) {
    state(form, "sent");
    form.reset();
    if (!form.dispatchEvent(new Event("clientflow:sent", { bubbles: true, cancelable: true }))) return;
    form.after(say(form.dataset.clientflow || "Thank you. Your request has been sent.", "status"));
    form.hidden = true;
    form.nextSibling.focus();
  }

  function show(form, { detail = "That did not work. Please try again.", errors = [] }) {
    const rest = errors.filter((error) => !mark(form, error)).map(({ field, message }) => field + " " + message);
    const bad = form.querySelector("[aria-invalid]");
    state(form, bad ? "invalid" : "failed");
    if (!bad || rest.length) form.append(say([detail, ...rest].join(" "), "alert"));
    (bad || form.lastChild).focus();
  }

  function mark(form, error) {
    const input = field(form, error.field);
    if (!input || input.type === "hidden") return false;
    const id = "clientflow-error-" + error.field;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    const message = element("div", { class: "clientflow-error", id }, "This field " + error.message + ".");
    (input.closest("label") || input).after(message);
    return true;
  }

  function clear(form) {
    form.querySelectorAll(".clientflow-error, .clientflow-status").forEach((message) => message.remove());
    form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  }

  const field = (form, name) => form.querySelector('[name="' + CSS.escape(name) + '"]');
  const state = (form, value) => form.setAttribute("data-clientflow-state", value);
  const say = (text, role) => element("div", { class: "clientflow-status", role, tabindex: "-1" }, text);

  function element(name, attributes, text = "") {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(text);
    return made;
  }
})();
