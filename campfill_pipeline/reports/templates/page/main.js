/* Addresses: one per level and view. The back button works because every step is an address. */

import { oldPage } from "./alarms.js";
import { category } from "./category.js";
import { chartsArrived, clearCharts, openCharts } from "./charts.js";
import { compare } from "./compare.js";
import { dataArrived } from "./data.js";
import { offerExact } from "./exactly.js";
import { asUtc, day, dayLong, dayPlain, html, moment } from "./format.js";
import { head } from "./head.js";
import { line } from "./line.js";
import { lineList } from "./lines.js";
import { overview } from "./overview.js";
import { right } from "./right.js";
import { root } from "./theme.js";
import { figures, frame } from "./words.js";

const main = document.getElementById("content");
const knownThen = head.known === "then" ? frame.knownThen : "";
let visit = 0,
  firstVisit = true,
  current = null;
const level = async (path, query) => {
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (parts[0] === "where") return ["where", await category(parts[1] || "all", parts[2] || "all", query)];
  if (parts[0] === "lines") return ["lines", await lineList(query)];
  if (parts[0] === "line" && parts[1]) return ["lines", await line(parts[1].toLowerCase())];
  if (parts[0] === "compare") return ["compare", await compare(query)];
  if (parts[0] === "right") return ["overview", right()];
  return ["overview", overview(query, parts.join("/"))];
};
const stay = () => {
  const active = document.activeElement;
  return active?.name && main.contains(active)
    ? { name: active.name, value: active.type === "checkbox" && active.value, at: active.selectionStart }
    : active?.dataset?.sort && main.contains(active)
      ? { sort: active.dataset.sort.replace("-", "") }
      : null;
};
const restore = (place) => {
  if (!place) return false;
  const element = place.name
    ? main.querySelector(`[name="${place.name}"]${place.value ? `[value="${place.value}"]` : ""}`)
    : [...main.querySelectorAll("[data-sort]")].find(
        (button) => button.dataset.sort.replace("-", "") === place.sort,
      );
  if (!element) return false;
  element.focus({ preventScroll: true });
  if (place.at !== null && place.at !== undefined && element.setSelectionRange)
    element.setSelectionRange(place.at, place.at);
  return true;
};
export const show = async (quiet = false) => {
  const mine = ++visit;
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  const place = stay();
  const [nav, view] = await level(path, new URLSearchParams(query));
  if (mine !== visit) return;
  clearCharts();
  current = view;
  main.innerHTML = String(view.body);
  document.title = `${frame.title(view.title, dayPlain.format(asUtc(head.as_of)))}${knownThen}`;
  for (const link of document.querySelectorAll("[data-nav]"))
    link.toggleAttribute("aria-current", link.dataset.nav === nav);
  view.draw();
  if (!quiet && !(place?.name && path === "/lines" && restore(place))) {
    window.scrollTo(0, 0);
    if (!firstVisit) main.querySelector("h1").focus({ preventScroll: true });
  } else restore(place);
  firstVisit = false;
  main.dataset.shown = location.hash.slice(1) || "/";
};
const complain = (fault) => {
  main.innerHTML = String(
    html`<h1 tabindex="-1">${frame.cannot}</h1>
      <p>${frame.why(fault.message)}</p>
      <p><a href="#/">${frame.back}</a></p>`,
  );
};
const showOrComplain = (quiet) => show(quiet === true).catch(complain);
window.addEventListener("hashchange", () => showOrComplain());
window.addEventListener("narrowed", () => showOrComplain(true));
document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
let resizing;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    for (const chart of openCharts()) chart.resize();
  }, 100);
});
/* Paper is about 670 pixels wide; it is drawn at once, because printing does not wait for the next frame. */
window.addEventListener("beforeprint", () => {
  current?.print?.();
  for (const chart of openCharts()) {
    chart.resize({ width: Math.min(chart.getWidth(), 640) });
    chart.getZr().flush();
  }
});
window.addEventListener("afterprint", () => {
  current?.printed?.();
  for (const chart of openCharts()) chart.resize({ width: "auto" });
});
document.getElementById("stamp").innerHTML = String(
  html`${frame.asOf(day(head.as_of, dayLong))}${knownThen}<span class="soft">
      ${frame.made(moment(head.made_at))}</span
    >`,
);
document.getElementById("foot").innerHTML = String(
  html`<p>${frame.madeBy(moment(head.made_at), head.timezone)} ${figures.rounding}</p>`,
);
const sayAge = () => {
  const text = oldPage(new Date());
  const place = document.getElementById("old");
  place.hidden = !text;
  place.innerHTML = String(text);
};
sayAge();
setInterval(sayAge, 60_000);
offerExact(() => showOrComplain(true));
window.campfill = {
  dataArrived,
  chartsArrived: (echarts) => {
    chartsArrived(echarts);
    root.dataset.charts = "ready";
  },
};
showOrComplain();
