// The form as HTML for the IB's own website.

import { one } from "./dom.js";
import { copyButton } from "./shell.js";

/** showSnippets shows both ways to put the form onto a website, to be copied. */
export function showSnippets({ formUrl }) {
  const api = new URL(formUrl).origin;
  const rest = `method="post" action="${formUrl}/leads">
${fields}
</form>`;
  show("plain", `<form ${rest}`, "the plain HTML");
  show("script", `<script src="${api}/assets/embed.js" async></script>
<form data-clientflow ${rest}`, "the HTML with our script");
}

function show(id, snippet, label) {
  one(id).textContent = snippet;
  one(id + "-copy").append(copyButton(snippet, label));
}

// The last field is one that people do not see. Programs that fill in everything are
// known by it.
const fields = `  <p><label>Name
    <input name="name" autocomplete="name" maxlength="200" required></label></p>
  <p><label>Email
    <input name="email" type="email" autocomplete="email" maxlength="254" required></label></p>
  <p><label>Phone (optional)
    <input name="phone" type="tel" autocomplete="tel" maxlength="40"></label></p>
  <p><label>Your business (optional)
    <select name="ib_type">
      <option value="">Please choose</option>
      <option value="forex-ib">Forex introducing broker</option>
      <option value="crypto-affiliate">Crypto affiliate</option>
      <option value="other">Something else</option>
    </select></label></p>
  <p><label>Leads a month (optional)
    <select name="monthly_leads">
      <option value="">Please choose</option>
      <option>1-49</option>
      <option>50-199</option>
      <option>200-499</option>
      <option>500+</option>
    </select></label></p>
  <p><label>Broker or network (optional)
    <input name="broker_network" autocomplete="organization" maxlength="200"></label></p>
  <p><label><input name="consent" type="checkbox" value="yes">
    You may contact me about my request.</label></p>
  <div hidden><label>Leave this empty
    <input name="contact_me_by_fax" tabindex="-1" autocomplete="off"></label></div>
  <p><button>Request a demo</button></p>`;
