// Adding a lead by hand.

import { ask } from "./api.js";
import { h } from "./dom.js";
import { onSubmit } from "./forms.js";
import { toast } from "./shell.js";

const volumes = ["1-49", "50-199", "200-499", "500+"];

/** addLead asks for a lead, sends it, and hands its id to done. */
export function addLead(done) {
  const form = h("form", { class: "stack" },
    text("name", "Name", { required: true, autocomplete: "off" }),
    text("email", "Email", { required: true, type: "email", autocomplete: "off" }),
    h("div", { class: "two" },
      text("phone", "Phone", { type: "tel", autocomplete: "off" }),
      text("broker_network", "Broker network"),
      text("ib_type", "Type", { placeholder: "Such as Forex IB" }),
      h("div", { class: "field" }, h("label", { for: "add-monthly_leads" }, "Leads a month"),
        h("select", { id: "add-monthly_leads", name: "monthly_leads" }, h("option", { value: "" }, "Not known"), volumes.map((volume) => h("option", {}, volume))))),
    h("div", { class: "field tick" },
      h("input", { id: "add-consent", name: "consent", type: "checkbox" }),
      h("label", { for: "add-consent" }, "They agreed to be contacted")),
    h("div", { class: "actions" },
      h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      h("button", { class: "primary" }, "Add")));
  const dialog = h("dialog", { "aria-labelledby": "add-title" }, h("div", {}, h("h2", { id: "add-title" }, "Add a lead"), form));
  onSubmit(form, async ({ consent, ...values }) => {
    const lead = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
    const response = await ask("POST", "/leads", { ...lead, consent: consent !== undefined });
    const { leadId } = await response.json();
    dialog.close();
    done(leadId);
    toast(response.status === 201 ? "The lead is added." : "That address was a lead of yours already. Here it is.");
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const text = (name, label, attributes = {}) => h("div", { class: "field" },
  h("label", { for: "add-" + name }, label),
  h("input", { id: "add-" + name, name, type: "text", ...attributes }));
