/* Level 3: which lines? The list, worst first, narrowed by the address, so that every view can be sent on. */

import { address, go } from "./addresses.js";
import { PERIODS, lines } from "./data.js";
import { sum } from "./exact.js";
import { Markup, count, euros, html, impressions, locale } from "./format.js";
import { head, label } from "./head.js";
import { BANDS, PACES, PURCHASE_TYPES, SIDES } from "./keys.js";
import { STATES, narrowed } from "./list_filters.js";
import { COLUMNS, listTable, sorted } from "./list_table.js";
import { crumbs, pager, tile } from "./parts.js";

const NO_LINE = html`<p class="calm">No line fits. <a href="#/lines">Start over</a></p>`;
const STEP = 100;
const options = (all, current) =>
  all.map(
    ([value, text]) =>
      html`<option value="${value}" ${value === current ? new Markup(" selected") : ""}>${text}</option>`,
  );
const choice = (name, caption, current, all, everything = "All") =>
  html`<div class="field">
    <label for="f-${name}">${caption}</label
    ><select id="f-${name}" name="${name}">
      <option value="">${everything}</option>
      ${options(all, current)}
    </select>
  </div>`;
export const named = (group, keys) => keys.map((key) => [key, label(group, key)]);
const distinct = (rows, field) =>
  [...new Set(rows.map((row) => row[field]).filter(Boolean))]
    .sort((a, b) => a.localeCompare(b, locale))
    .map((value) => [value, value]);
export const lineList = async (query) => {
  const all = (await lines()).rows;
  const filters = Object.fromEntries(
    [
      "q",
      "state",
      "period",
      "kind",
      "purchase",
      "band",
      "pace",
      "buyer",
      "placement",
      "advertiser",
      "cause",
      "side",
      "sort",
    ].map((name) => [name, query.get(name) || ""]),
  );
  if (!STATES[filters.state]) filters.state = "ended";
  if (!COLUMNS[filters.sort.replace("-", "")])
    filters.sort = filters.state === "live" ? "-value_at_risk_eur" : "-shortfall";
  const rows = sorted(narrowed(all, filters), filters.sort);
  let shown = STEP;
  const lacking =
    filters.state !== "live" && tile("Impressions short", impressions(sum(rows.map((row) => row.shortfall))));
  const result = (limit) =>
    html`<dl class="tiles slim">
        ${tile("Lines", count(rows.length))} ${lacking}
        ${tile("Value at risk", euros(sum(rows.map((row) => row.value_at_risk_eur))))}
      </dl>
      ${rows.length ? [listTable(rows, filters, limit), pager(Math.min(limit, rows.length), rows.length)] : NO_LINE}`;
  const change = (values, quiet) => go(address("/lines", { ...filters, ...values }), quiet);
  return {
    title: "Which lines?",
    body: html`${crumbs(["Overview", "#/"], ["Lines"])}
      <h1 tabindex="-1">Which lines?</h1>
      <form class="filters" role="search" aria-label="Narrow the list">
        <div class="field search">
          <label for="f-q">Search</label
          ><input
            id="f-q"
            type="search"
            name="q"
            value="${filters.q}"
            placeholder="Name, buyer, advertiser, ID"
            autocomplete="off"
          />
        </div>
        <div class="field">
          <label for="f-state">Show</label
          ><select id="f-state" name="state">
            ${options(Object.entries(STATES), filters.state)}
          </select>
        </div>
        ${
          filters.state === "live"
            ? choice("pace", "Pace", filters.pace, named("paces", PACES))
            : choice("period", "Ended in", filters.period, Object.entries(PERIODS), "any time")
        }
        ${choice("kind", "Kind", filters.kind, named("kinds", ["campaign", "deal"]))}
        ${choice("purchase", "Purchase type", filters.purchase, named("purchase_types", PURCHASE_TYPES))}
        ${choice("band", "Band", filters.band, named("bands", BANDS))}
        ${choice("cause", "Cause", filters.cause, named("causes", Object.keys(head.words.causes)))}
        ${choice("side", "Kind of problem", filters.side, named("sides", SIDES))}
        ${choice("buyer", "Buyer", filters.buyer, distinct(all, "buyer"))}
        ${choice("placement", "Placement", filters.placement, distinct(all, "placement"))}
        ${choice("advertiser", "Advertiser", filters.advertiser, distinct(all, "advertiser"))}
        <a class="ghost" href="#/lines">Start over</a>
      </form>
      <div id="result" aria-live="polite">${result(shown)}</div>`,
    draw: () => {
      const form = document.querySelector("form.filters"),
        output = document.getElementById("result");
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", (event) => {
        if (event.target.name === "q") return;
        const fresh = event.target.name === "state" ? { period: "", pace: "", sort: "" } : {};
        change({ [event.target.name]: event.target.value, ...fresh });
      });
      let waiting;
      form.elements.q.addEventListener("input", (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => change({ q: event.target.value }, true), 150);
      });
      output.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button?.dataset.sort) change({ sort: button.dataset.sort }, true);
        if (button && "more" in button.dataset) {
          shown += STEP * 5;
          output.innerHTML = String(result(shown));
        }
      });
    },
  };
};
