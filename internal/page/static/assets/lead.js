// What pages that show leads have in common.

import { h } from "./dom.js";
import { words } from "./text.js";

/** statuses are those of a lead, in the order of its life. */
export const statuses = ["new", "engaged", "vip-prospect", "converted", "inactive", "re-engaged", "churned"];

const looks = { new: "accent", engaged: "wait", "vip-prospect": "wait", converted: "good", "re-engaged": "wait", churned: "bad" };

/** statusBadge shows a status. */
export const statusBadge = (status) => h("span", { class: "badge " + (looks[status] ?? "") }, words(status));

/** addressOf is the page that shows one lead. */
export const addressOf = (leadId) => "/app/leads?lead=" + encodeURIComponent(leadId);
