// The page /app/form.

import { h, one } from "./dom.js";
import { editOrigins, editThanks } from "./form-settings.js";
import { showSnippets } from "./form-snippets.js";
import { offerTest } from "./form-test.js";
import { copyButton, open } from "./shell.js";

open((me) => {
  share(me);
  showSnippets(me);
  offerTest(me);
  editThanks(me);
  editOrigins(me);
});

function share({ formUrl, formKey }) {
  const link = one("link");
  link.href = formUrl;
  link.textContent = formUrl.replace(/^https?:\/\//, "");
  one("link-actions").append(copyButton(formUrl, "the link"),
    h("a", { class: "button", href: formUrl, target: "_blank", rel: "noreferrer" }, "Open"));
  one("code").src = one("svg").href = "/qr/" + formKey;
  one("png").href = "/qr/" + formKey + "?as=png";
  one("preview").src = "/forms/" + formKey + "?preview=1"; // cannot be sent
}
