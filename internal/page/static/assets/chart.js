// The chart of leads on each of some days.

import { svg } from "./dom.js";
import { count, date, plural } from "./text.js";

const above = 10; // room for the topmost number
const below = 26; // and for the dates
const beside = 20; // for the half of the last date

/**
 * drawDays draws days, each {date, leads}, into an element, as wide as that is. With
 * the pointer, or with the arrow keys, one day at a time is picked: readout shows it,
 * and a screen reader says it.
 */
export function drawDays(plot, readout, days) {
  const said = summary(days);
  let picked = -1;
  const labels = days.map((day) => date(day.date, { weekday: "short", day: "numeric", month: "short" }) + ": " + plural(day.leads, "lead"));
  plot.setAttribute("role", "slider");
  plot.setAttribute("tabindex", "0");
  plot.setAttribute("aria-label", "Leads on each of the last " + days.length + " days");
  plot.setAttribute("aria-valuemin", "1");
  plot.setAttribute("aria-valuemax", days.length);
  const draw = () => {
    if (plot.clientHeight > 0) plot.replaceChildren(...drawing(plot.clientWidth, plot.clientHeight, days)); // it is 0 when the page is covered
  };
  const pick = (index) => {
    plot.querySelector(".picked")?.classList.remove("picked");
    picked = index;
    plot.querySelectorAll(".slot")[index]?.classList.add("picked");
    readout.textContent = labels[index] ?? said;
    plot.setAttribute("aria-valuenow", (index < 0 ? days.length : index + 1));
    plot.setAttribute("aria-valuetext", labels[index] ?? said);
  };
  const under = (event) => {
    const bounds = plot.getBoundingClientRect();
    const left = gutter(days);
    const index = Math.floor(((event.clientX - bounds.left - left) / (bounds.width - left - beside)) * days.length);
    return Math.min(days.length - 1, Math.max(0, index));
  };
  plot.addEventListener("pointermove", (event) => pick(under(event)));
  plot.addEventListener("pointerdown", (event) => pick(under(event)));
  plot.addEventListener("pointerleave", () => pick(-1));
  plot.addEventListener("blur", () => pick(-1));
  plot.addEventListener("focus", () => picked < 0 && plot.matches(":focus-visible") && pick(days.length - 1));
  plot.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: picked - 1, ArrowDown: picked - 1, ArrowRight: picked + 1, ArrowUp: picked + 1, Home: 0, End: days.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    pick(Math.min(days.length - 1, Math.max(0, to)));
  });
  new ResizeObserver(() => { draw(); pick(picked); }).observe(plot);
}

function summary(days) {
  const most = days.reduce((a, b) => (b.leads > a.leads ? b : a));
  const sum = days.reduce((total, day) => total + day.leads, 0);
  return most.leads === 0 ? "" : plural(sum, "lead") + ", most on " + date(most.date) + ": " + count(most.leads);
}

// scale is where the axis ends and how far its lines are apart. It begins at nought,
// its numbers are whole, and four leads are the least that fill it.
function scale(most) {
  let step = 1;
  for (let power = 1; most / step > 5; power *= 10) {
    step = [1, 2, 5].map((n) => n * power).find((n) => most / n <= 5) ?? step;
  }
  return { top: Math.max(4, Math.ceil(most / step) * step), step };
}

// gutter is the room for the numbers beside the axis.
const gutter = (days) => 14 + 7.5 * count(scale(Math.max(...days.map((day) => day.leads))).top).length;

function drawing(width, height, days) {
  const { top, step } = scale(Math.max(...days.map((day) => day.leads)));
  const left = gutter(days);
  const slot = Math.max(0, width - left - beside) / days.length; // nothing, while the page is being laid out
  const y = (n) => above + (1 - n / top) * (height - above - below);
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  days.forEach((day, i) => drawn.append(svg("rect", { class: "slot", x: left + i * slot, y: above, width: slot, height: y(0) - above })));
  for (let n = 0; n <= top; n += step) {
    drawn.append(
      svg("line", { class: n === 0 ? "base" : null, x1: left, x2: width - beside, y1: y(n), y2: y(n) }),
      svg("text", { x: left - 8, y: y(n) + 4, "text-anchor": "end" }, count(n)));
  }
  days.forEach((day, i) => {
    const tall = y(0) - y(day.leads);
    const today = i === days.length - 1;
    if (day.leads > 0) {
      drawn.append(svg("rect", {
        class: today ? "day today" : "day", x: left + (i + 0.15) * slot, width: 0.7 * slot, rx: Math.min(3, slot / 5),
        y: y(0) - Math.max(tall, 1.5), height: Math.max(tall, 1.5),
      }));
    }
    if ((days.length - 1 - i) % 7 === 0) {
      drawn.append(svg("text", { x: left + (i + 0.5) * slot, y: height - 6, "text-anchor": "middle" }, today ? "Today" : date(day.date)));
    }
  });
  if (days.some((day) => day.leads > 0)) return [drawn];
  const nothing = document.createElement("p");
  nothing.textContent = "No leads in the last " + days.length + " days";
  return [drawn, nothing];
}
