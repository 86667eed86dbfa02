/* Level 3: which lines? The list, worst first, narrowed by the address, so that every view can be sent on. */

import { address, go } from "./addresses.js";
import { fetchCommands } from "./alarms.js";
import { disputedLines, linesStruckBy, ended, lines } from "./data.js";
import { sum } from "./exact.js";
import { count, money, html, impressions, locale, Markup } from "./format.js";
import { head, label, words } from "./head.js";
import { BANDS, KINDS, PACES, PURCHASE_TYPES, SIDES } from "./keys.js";
import {
  countSet,
  judged,
  narrowed,
  readFilters,
  said,
  STATES,
  strangers,
  unawaited,
} from "./list_filters.js";
import { listTable, sorted } from "./list_table.js";
import { crumbs, pager, strangersNote, tile } from "./parts.js";
import { saveAs } from "./save.js";
import { fields, levels, list, PERIOD_NAMES } from "./words.js";

const STEP = 100;
const NARROW = matchMedia("(max-width: 40rem)");
let unfolded = false;

const options = (all, current) =>
  all.map(
    ([value, text]) =>
      html`<option value="${value}" ${value === current ? new Markup(" selected") : ""}>${text}</option>`,
  );
const field = (name, caption, control) =>
  html`<div class="field"><label for="f-${name}">${caption}</label>${control}</div>`;
const select = (name, all, current) =>
  html`<select id="f-${name}" name="${name}">
    ${options(all, current)}
  </select>`;
const choice = (name, caption, current, all, everything = list.all) =>
  field(name, caption, select(name, [["", everything], ...all], current));
const named = (group, keys) => keys.map((key) => [key, label(group, key)]);
const distinct = (rows, name) =>
  [...new Set(rows.map((row) => row[name]).filter(Boolean))]
    .sort((a, b) => a.localeCompare(b, locale))
    .map((value) => [value, value]);
const box = (name, value, text, checked) =>
  html`<label class="box"
    ><input
      type="checkbox"
      name="${name}"
      value="${value}"
      ${checked ? new Markup(" checked") : ""}
    />${text}</label
  >`;
const bandBoxes = (filters) => {
  const chosen = filters.band.split(",");
  return html`<fieldset class="field boxes">
    <legend>${fields.band}</legend>
    ${BANDS.map((band) => box("band", band, label("bands", band), chosen.includes(band)))}
  </fieldset>`;
};
const filterForm = (filters, all) => {
  const set = countSet(filters);
  const when =
    filters.state === "live"
      ? choice("pace", fields.pace, filters.pace, named("paces", PACES))
      : choice("period", fields.endedWithin, filters.period, Object.entries(PERIOD_NAMES), list.anyTime);
  const search = html`<input
    id="f-q"
    type="search"
    name="q"
    value="${filters.q}"
    placeholder="${list.where}"
    autocomplete="off"
  />`;
  return html`<details class="fold" ${NARROW.matches && !unfolded ? "" : new Markup(" open")}>
    <summary>
      ${list.narrow}${set > 0 && html` <span class="soft">${list.narrowed(count(set))}</span>`}
    </summary>
    <form class="filters" role="search" aria-label="${list.narrowing}">
      <div class="field search"><label for="f-q">${list.search}</label>${search}</div>
      ${field("state", list.show, select("state", Object.entries(STATES), filters.state))} ${when}
      ${choice("kind", fields.kind, filters.kind, named("kinds", KINDS))}
      ${choice("purchase", fields.purchase, filters.purchase, named("purchase_types", PURCHASE_TYPES))}
      ${choice("cause", fields.cause, filters.cause, named("causes", Object.keys(words.causes)))}
      ${choice("side", fields.side, filters.side, named("sides", SIDES))}
      ${choice("agency", fields.agency, filters.agency, distinct(all, "agency"))}
      ${choice("buyer", fields.buyer, filters.buyer, distinct(all, "buyer"))}
      ${choice("placement", fields.placement, filters.placement, distinct(all, "placement"))}
      ${choice("advertiser", fields.advertiser, filters.advertiser, distinct(all, "advertiser"))}
      ${choice("pile", fields.disagreement, filters.pile, named("piles", Object.keys(words.disagreements)))}
      ${bandBoxes(filters)}
      <div class="field short">${box("short", "1", list.short, filters.short)}</div>
      <a class="ghost" href="#/lines">${list.over}</a>
    </form>
  </details>`;
};
/* Sums over judged lines only; what a running line still has to deliver is no shortfall. */
const sums = (rows, filters) => {
  const counted = rows.filter(judged);
  const out = rows.filter((row) => !row.covered && !unawaited(row)).length;
  const over = counted.filter(ended);
  const short = filters.state !== "live" && sum(over.map((row) => row.shortfall));
  return html`<dl class="tiles slim">
      ${tile(fields.lines, count(rows.length))}
      ${short !== false && counted.length > 0 && tile(fields.impressionsShort, impressions(short))}
      ${counted.length > 0 && tile(fields.valueAtRisk, money(sum(counted.map((row) => row.value_at_risk_eur))))}
    </dl>
    ${out > 0 && counted.length > 0 && html`<p class="soft excluded">${list.exclude(count(out), out)}</p>`}`;
};
const missingDays = (filters) => {
  const { gaps } = head.freshness;
  return (
    (filters.state === "uncovered" || filters.cause === "not_fetched") &&
    gaps.length > 0 &&
    html`<p class="why-today">${label("cause_actions", "not_fetched")} ${fetchCommands(gaps)}</p>`
  );
};
const boxesOf = (form, name) =>
  [...form.querySelectorAll(`[name="${name}"]:checked`)].map((one) => one.value);

export const lineList = async (query) => {
  const all = (await lines()).rows;
  const filters = readFilters(query);
  const named = {
    disputed: filters.pile && (await disputedLines(filters.pile)),
    struck: filters.incident && (await linesStruckBy(Number(filters.incident))),
  };
  const rows = sorted(narrowed(all, filters, named), filters.sort);
  let shown = STEP;
  const table = (limit) => [
    listTable(rows, filters, limit),
    pager(Math.min(limit, rows.length), rows.length),
  ];
  const none = html`<p class="calm">${list.none} <a href="#/lines">${list.over}</a></p>`;
  const saving = html`<p class="save">
    ${list.saveAs} <button type="button" class="ghost" data-save="xlsx">XLSX</button>
    <button type="button" class="ghost" data-save="csv">CSV</button>
  </p>`;
  const unknown = strangersNote(strangers(query, all), "#/lines");
  const result = (limit) =>
    html`${unknown}
      <p class="said">${said(filters)}</p>
      ${sums(rows, filters)} ${missingDays(filters)} ${rows.length ? [saving, table(limit)] : none}`;
  const change = (values, quiet) => go(address("/lines", { ...filters, ...values }), quiet);
  const output = () => document.getElementById("result");
  const show = (limit) => {
    output().innerHTML = String(result(limit));
  };
  const changed = ({ target }) => {
    if (target.name === "q") return;
    const fresh = target.name === "state" ? { period: "", pace: "", sort: "" } : {};
    const value = target.type === "checkbox" ? boxesOf(target.form, target.name).join(",") : target.value;
    change({ [target.name]: value, ...fresh });
  };
  const clicked = (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.sort) change({ sort: pressed.dataset.sort }, true);
    if (pressed.dataset.save) saveAs(pressed.dataset.save, rows);
    if ("more" in pressed.dataset) {
      shown += STEP * 5;
      show(shown);
    }
  };
  return {
    title: list.question,
    body: html`${crumbs([levels.overview, "#/"], [levels.lines])}
      <h1 tabindex="-1">${list.question}</h1>
      ${filterForm(filters, all)}
      <div id="result" aria-live="polite">${result(shown)}</div>`,
    draw: () => {
      const form = document.querySelector("form.filters");
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", changed);
      form.parentElement.addEventListener("toggle", (event) => {
        unfolded = event.target.open;
      });
      let waiting;
      form.elements.q.addEventListener("input", (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => change({ q: event.target.value }, true), 150);
      });
      output().addEventListener("click", clicked);
    },
    /* Paper has no button for more: all rows. */
    print: () => show(rows.length),
    printed: () => show(shown),
  };
};
