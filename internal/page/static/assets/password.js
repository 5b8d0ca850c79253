// Fields for passwords: what is typed can be shown, and a new one is held against the
// rules beside it as it is typed.

// In the order in which pages list them. The API has the last word.
const rules = [
  (text) => Array.from(text).length >= 8,
  (text) => /[a-z]/.test(text),
  (text) => /[A-Z]/.test(text),
  (text) => /[0-9]/.test(text),
  (text) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/.test(text),
];

/** enliven gives all password fields of the page their buttons and rules. */
export function enliven() {
  for (const secret of document.querySelectorAll(".secret")) {
    const input = secret.querySelector("input");
    const button = secret.querySelector("button");
    input.spellcheck = false; // which may send what is shown elsewhere
    input.autocapitalize = "none";
    button.addEventListener("click", () => reveal(input, button, input.type === "password"));
    input.form.addEventListener("submit", () => reveal(input, button, false));
    const list = secret.parentElement.querySelector(".rules");
    if (list) input.addEventListener("input", () => judge(list, input.value));
    input.form.addEventListener("reset", () => list && judge(list, ""));
  }
}

function reveal(input, button, shown) {
  input.type = shown ? "text" : "password";
  const word = shown ? "Hide" : "Show";
  button.textContent = word;
  button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^\w+/, word)); // by which it is called
}

function judge(list, text) {
  rules.forEach((holds, i) => list.children[i].classList.toggle("kept", holds(text)));
}
