/* The list of lines: its columns, their order, its rows. */

import { lineCategory } from "./data.js";
import { rough } from "./exact.js";
import { count, day, money, factor, html, impressions, locale, missing, needed, percent } from "./format.js";
import { label } from "./head.js";
import { BAND_SIGNS, NEVER_JUDGED } from "./keys.js";
import { lineLink } from "./parts.js";
import { fields, line as words, list } from "./words.js";

export const COLUMNS = {
  name: { head: fields.line, text: (row) => row.name },
  end_date: { head: fields.flight, flight: true, text: (row) => row.end_date },
  impression_goal: { head: fields.goal, number: true, low: true, not: "live" },
  delivered: { head: fields.delivered, number: true, low: true },
  fulfillment_pct: { head: fields.fulfilled, number: true },
  pacing_index: { head: fields.pace, number: true, only: "live" },
  projected: { head: fields.projected, number: true, only: "live", low: true },
  required_daily: { head: fields.needed, number: true, only: "live", low: true },
  shortfall: { head: fields.short, number: true, not: "live" },
  value_at_risk_eur: { head: fields.atRisk, number: true },
  cause: { head: fields.cause, text: (row) => row.cause || "", low: true },
};
const columnsFor = (state) =>
  Object.entries(COLUMNS).filter(
    ([, column]) => (!column.only || column.only === state) && column.not !== state,
  );
/* Judged lines, then those that have not begun, then those that cannot be judged. */
const standingLast = (row) => (row.lifecycle === "scheduled" ? 1 : row.covered ? 0 : 2);
const sortedBy = (sort) => sort.replace(/^-/, "");
/* Whether an address may ask for this order: a column, with a minus for the largest first. */
export const isOrder = (sort) => Object.hasOwn(COLUMNS, sortedBy(sort));
export const sorted = (rows, sort) => {
  const [key, down] = [sortedBy(sort), sort.startsWith("-")];
  const column = COLUMNS[key];
  const order = column.text
    ? (a, b) => column.text(a).localeCompare(column.text(b), locale)
    : (a, b) =>
        missing(a[key]) || missing(b[key])
          ? missing(b[key]) - missing(a[key])
          : rough(a[key]) - rough(b[key]);
  return [...rows].sort(
    (a, b) =>
      standingLast(a) - standingLast(b) ||
      (missing(a[key]) !== missing(b[key])
        ? missing(a[key]) - missing(b[key])
        : (down ? -1 : 1) * order(a, b)) ||
      a.at - b.at,
  );
};
export const standing = (row) =>
  row.lifecycle === "cancelled"
    ? words.cancelledShort
    : row.lifecycle === "scheduled"
      ? words.notStarted
      : !row.covered
        ? words.notJudgedShort
        : row.lifecycle === "live"
          ? words.soFar
          : html`<span aria-hidden="true">${BAND_SIGNS[row.band]}</span> ${label("bands", row.band)}`;
const about = (row) => [lineCategory(row), row.kind === "deal" ? row.buyer : row.advertiser, row.placement];
const fetchedDays = (row) =>
  html`<span class="soft"
    >${words.fetchedOf(count(row.days_fetched), count(row.elapsed_days), row.elapsed_days)}</span
  >`;
const ofGoal = (row) => html`<span class="soft whole">${words.ofGoal(count(row.impression_goal))}</span>`;
export const cells = {
  name: (row) =>
    html`<th scope="row" role="rowheader">
      ${lineLink(row)}<span class="soft">${about(row).filter(Boolean).join(" · ")}</span>
    </th>`,
  end_date: (row) =>
    html`<td role="cell" data-label="${COLUMNS.end_date.head}" class="flight">
      ${row.start_date ? day(row.start_date) : words.asap}
      <span aria-hidden="true">–</span>
      ${day(row.end_date)}${row.covered || NEVER_JUDGED.includes(row.lifecycle) ? "" : fetchedDays(row)}
    </td>`,
  impression_goal: (row) =>
    html`<td role="cell" data-label="${COLUMNS.impression_goal.head}" class="n low">
      ${count(row.impression_goal)}
    </td>`,
  delivered: (row, state) =>
    html`<td role="cell" data-label="${COLUMNS.delivered.head}" class="n low">
      ${impressions(row.delivered)} ${state === "live" ? ofGoal(row) : ""}
    </td>`,
  fulfillment_pct: (row) =>
    html`<td role="cell" data-label="${COLUMNS.fulfillment_pct.head}" class="n pct">
      ${percent(row.fulfillment_pct)}<span
        class="fill ${row.lifecycle === "live" ? "running" : `band-${row.band}`}"
        aria-hidden="true"
        ><i style="width:${Math.min(rough(row.fulfillment_pct), 100).toFixed(1)}%"></i></span
      ><span class="soft">${standing(row)}</span>
    </td>`,
  pacing_index: (row) =>
    html`<td role="cell" data-label="${COLUMNS.pacing_index.head}" class="n">
      ${factor(row.pacing_index)}<span class="soft">${row.pace ? label("paces", row.pace) : ""}</span>
    </td>`,
  projected: (row) =>
    html`<td role="cell" data-label="${COLUMNS.projected.head}" class="n low">
      ${impressions(row.projected)}
    </td>`,
  required_daily: (row) =>
    html`<td role="cell" data-label="${COLUMNS.required_daily.head}" class="n low">
      ${needed(row.required_daily)}
    </td>`,
  shortfall: (row) =>
    html`<td role="cell" data-label="${COLUMNS.shortfall.head}" class="n">${impressions(row.shortfall)}</td>`,
  value_at_risk_eur: (row) =>
    html`<td role="cell" data-label="${COLUMNS.value_at_risk_eur.head}" class="n">
      ${money(row.value_at_risk_eur)}
    </td>`,
  cause: (row) =>
    html`<td role="cell" data-label="${COLUMNS.cause.head}" class="low">
      ${row.cause ? html`${label("causes", row.cause)}<span class="soft">${label("sides", row.side)}</span>` : ""}
    </td>`,
};
export const listTable = (rows, filters, shown) =>
  html`<table class="list" role="table">
    <caption class="unseen">
      ${list.sortedBy(COLUMNS[sortedBy(filters.sort)].head)}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columnsFor(filters.state).map(([key, column]) => {
          const state =
            filters.sort === key ? "ascending" : filters.sort === `-${key}` ? "descending" : "none";
          return html`<th
            scope="col"
            role="columnheader"
            aria-sort="${state}"
            class="${[column.number && "n", column.low && "low", column.flight && "flight"].filter(Boolean).join(" ")}"
          >
            <button
              type="button"
              data-sort="${state === "descending" || (state === "none" && !column.number) ? key : `-${key}`}"
            >
              ${column.head}<span aria-hidden="true"
                >${state === "ascending" ? " ↑" : state === "descending" ? " ↓" : ""}</span
              >
            </button>
          </th>`;
        })}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.slice(0, shown).map(
        (row) =>
          html`<tr role="row" data-line="${row.id}">
            ${columnsFor(filters.state).map(([key]) => cells[key](row, filters.state))}
          </tr>`,
      )}
    </tbody>
  </table>`;
