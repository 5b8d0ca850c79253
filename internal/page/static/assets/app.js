// The page /app: how the IB's leads are doing.

import { api } from "./api.js";
import { drawDays } from "./chart.js";
import { h, one, replace } from "./dom.js";
import { addressOf, statusBadge, statuses } from "./lead.js";
import * as session from "./session.js";
import { copyButton, open } from "./shell.js";
import { count, date, lately, percent, words } from "./text.js";

const shownLeads = 5;
const shownTypes = 7;

// What is shown is asked for side by side with who asks.
const answers = session.current() && Promise.all([api("GET", "/stats"), api("GET", "/leads?limit=" + shownLeads)]);
answers?.catch(() => {}); // open shows it

open(async (me) => {
  const [stats, newest] = await answers;
  if (stats.totalLeads === 0 && newest.leads.length === 0) return showFirst(me);
  showFigures(stats);
  drawDays(one("days"), one("days-readout"), stats.byDay);
  showTable(stats.byDay);
  showNewest(newest.leads, me.timeZone);
  showStatuses(stats.byStatus);
  showTypes(stats.byType);
  one("board").removeAttribute("aria-busy");
});

function showFigures(stats) {
  const today = stats.byDay.at(-1).date;
  const before = new Date(today.slice(0, 7) + "-01");
  before.setUTCMonth(before.getUTCMonth() - 1);
  replace(one("this-month"), count(stats.thisMonth));
  replace(one("change"), change(stats), " by now last month (", count(stats.lastMonthToDate), ")");
  replace(one("last-month"), count(stats.lastMonth));
  replace(one("last-month-name"), date(before, { month: "long", year: "numeric" }), ", the whole month");
  replace(one("total"), count(stats.totalLeads));
  replace(one("converted"), count(stats.converted));
  replace(one("share"), percent(stats.converted, stats.totalLeads), " of all leads");
}

// change says how this month does against the last as far as that had come. A share
// of very few says nothing, so it is a number then.
function change({ thisMonth, lastMonthToDate }) {
  const more = thisMonth - lastMonthToDate;
  if (more === 0) return [h("span", { class: "badge" }, "As many"), " as"];
  const few = lastMonthToDate < 10 || Math.abs(more) < lastMonthToDate / 100;
  const amount = few ? count(Math.abs(more)) : percent(Math.abs(more), lastMonthToDate);
  return [h("span", { class: "badge " + (more > 0 ? "good" : "bad") }, amount, more > 0 ? " more" : " fewer"), " than"];
}

function showTable(days) {
  const row = (day) => h("tr", {}, h("th", { scope: "row" }, date(day.date, { dateStyle: "full" })), h("td", {}, count(day.leads)));
  one("days-table").append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Leads a day" },
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Day"), h("th", { scope: "col" }, "Leads"))),
      h("tbody", {}, days.toReversed().map(row)))));
}

function showNewest(leads, timeZone) {
  replace(one("newest"), leads.map((lead) => h("li", {},
    h("a", { href: addressOf(lead.leadId) },
      h("span", { class: "who-and-when" },
        h("bdi", { class: "name" }, lead.name),
        h("span", { class: "small quiet" }, lately(lead.createdAt, timeZone))),
      statusBadge(lead.status)))));
}

// bar is one line of a list of bars; most is the number that fills it.
function bar(label, leads, most) {
  const filled = h("span");
  filled.style.width = (most === 0 ? 0 : (100 * leads) / most) + "%";
  return h("li", {},
    label,
    h("span", { class: "number" }, count(leads)),
    h("span", { class: "track", "aria-hidden": "true" }, filled));
}

function showStatuses(byStatus) {
  const most = Math.max(...Object.values(byStatus));
  replace(one("statuses"), statuses.map((status) =>
    bar(h("a", { class: "label", href: "/app/leads?status=" + status }, words(status)), byStatus[status], most)));
}

function showTypes(byType) {
  const types = Object.entries(byType).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const most = types[0]?.[1];
  const list = one("types");
  const lines = types.map(([type, leads]) => bar(h("bdi", { class: "label", title: words(type) }, words(type)), leads, most));
  if (lines.length === 0) {
    replace(list, h("li", { class: "none" }, "None of your leads has a type. A form gives one in its field ", h("code", {}, "ib_type"), "."));
    return;
  }
  replace(list, lines.slice(0, shownTypes));
  if (lines.length <= shownTypes) return;
  const more = h("button", { type: "button", class: "plain", onclick: () => {
    replace(list, lines);
    more.remove();
    lines[shownTypes].tabIndex = -1;
    lines[shownTypes].focus();
  } }, "Show all ", count(lines.length), " types");
  list.after(more);
}

// showFirst says to an IB without leads what to do for some.
function showFirst(me) {
  const step = (title, ...rest) => h("li", {}, h("div", {}, h("h3", {}, title), rest));
  one("board").replaceWith(h("section", { class: "card first stack", "aria-labelledby": "first-title" },
    h("h2", { id: "first-title" }, "Your first lead"),
    h("p", { class: "quiet" }, "There are no leads yet. Three steps to the first:"),
    h("ol", {},
      step("Try your form",
        h("p", { class: "quiet" }, "Send yourself one lead, and see it arrive here."),
        h("a", { class: "button primary", href: "/app/form" }, "Open your form")),
      step("Share its address",
        h("p", { class: "quiet" }, "It is a page of its own. Put the address into a mail, a profile or an advertisement."),
        h("div", { class: "address" }, h("code", {}, me.formUrl), copyButton(me.formUrl, "the form’s address"))),
      step("Put it on your own site",
        h("p", { class: "quiet" }, "A few lines for whoever looks after your site, ready to paste."),
        h("a", { href: "/app/form" }, "Get the lines")))));
}
