/* Level 4: why this line? */

import { drawCurve } from "./chart_curve.js";
import { drawHeat } from "./chart_heat.js";
import { categoryName, detailOf, disagreementsOf, lines, revisionsOf, struckBy } from "./data.js";
import { fromUnits, rough, toUnits } from "./exact.js";
import {
  count,
  day,
  dayLong,
  euros,
  factor,
  html,
  impressions,
  missing,
  NOTHING,
  needed,
  percent,
  told,
} from "./format.js";
import { head, label } from "./head.js";
import { struckPanel } from "./incidents.js";
import { causePanel } from "./line_cause.js";
import { contract, pastOf } from "./line_contract.js";
import { dayTable, siteTable } from "./line_delivery.js";
import { standing } from "./list_table.js";
import { bandBadge, breakable, crumbs, tile } from "./parts.js";

export const sentence = (row, detail) => {
  if (row.lifecycle === "scheduled") return html`Starts on ${day(row.effective_start, dayLong)}.`;
  if (row.lifecycle === "cancelled")
    return html`Cancelled by its newest list: it keeps what was delivered, and nothing judges it.`;
  if (!row.covered)
    return html`Not judged: ${count(row.days_fetched)} of ${count(row.elapsed_days)} flight days were fetched.`;
  if (row.lifecycle === "live") {
    if (missing(row.projected))
      return row.elapsed_days
        ? html`Hardly anything was due until now; nothing can be projected yet.`
        : html`Its first day is running; nothing can be projected yet.`;
    const gap = fromUnits(toUnits(row.impression_goal) - toUnits(row.projected));
    return rough(gap) > 0
      ? html`At the pace of its last days it will end ${impressions(gap)} impressions short, worth
        ${euros(row.value_at_risk_eur, 2)}.`
      : html`At the pace of its last days it will reach its goal.`;
  }
  if (rough(row.shortfall) === 0)
    return html`Goal
    met${rough(row.surplus) > 0 ? html`, with ${impressions(row.surplus)} impressions more than promised` : ""}.`;
  return html`Fell short by ${impressions(row.shortfall)} impressions, worth
  ${euros(row.value_at_risk_eur, 2)}.`;
};
const outside = (row) =>
  rough(row.delivered_outside_flight) > 0 &&
  html`${impressions(row.delivered_outside_flight)} of them outside the flight`;
const bestWeek = (row) =>
  missing(row.best_week_daily)
    ? "unknown"
    : html`${impressions(row.best_week_daily)}: ${row.reachable ? "reachable" : "out of reach"}`;
/* The tiles that domain/figures.py enters, by the kind of their figure. */
const AS_TOLD = {
  impressions,
  factor,
  whole: count,
  euros: (value) => euros(value, 2),
  cpm: (value) => euros(value, 2),
  share: (value) => percent(value, 2),
  date: day,
};
const plainTiles = (row) =>
  head.tiles
    .filter(({ when }) => when === "always" || (when === "live") === (row.lifecycle === "live"))
    .map(({ name, title, kind }) => tile(title, (AS_TOLD[kind] ?? ((value) => value ?? NOTHING))(row[name])));
const whileLive = (row) => [
  tile("Pace", factor(row.pacing_index), label("paces", row.pace)),
  tile(
    "Needed a day",
    needed(row.required_daily),
    html`for ${count(row.flight_days - row.elapsed_days)}
    days${missing(row.required_factor) ? "" : html`, ${factor(row.required_factor)} times its recent pace`};
    best week ${bestWeek(row)}`,
  ),
];
const afterwards = (row) => [
  tile("Short", impressions(row.shortfall)),
  tile("Billable", euros(row.billable_eur, 2), html`${euros(row.delivered_value_eur, 2)} delivered`),
];
export const facts = (row) =>
  html`<dl class="tiles">
    ${tile("Goal", count(row.impression_goal), "impressions")}
    ${tile("Delivered", impressions(row.delivered), outside(row))}
    ${tile("Fulfilled", percent(row.fulfillment_pct, 2), standing(row))}
    ${row.lifecycle === "live" ? whileLive(row) : afterwards(row)} ${plainTiles(row)}
    ${tile("Value at risk", euros(row.value_at_risk_eur, 2), html`at a CPM of ${euros(row.cpm_eur, 2)}`)}
  </dl>`;
const verdict = (row) => {
  if (!row.covered) return "not judged";
  if (row.lifecycle === "live") return html`<span class="badge">${label("paces", row.pace)}</span>`;
  return row.lifecycle === "scheduled" ? "" : bandBadge(row.band);
};
/* Changes that somebody noted, and what came of each against the due curve. */
const noteList = (notes) =>
  notes?.length
    ? html`<h3>Noted changes</h3>
        <ul class="evidence" id="notes">
          ${notes.map(
            (note) =>
              html`<li>
                <strong>${day(note.day, dayLong)}</strong>${note.of_all ? " (for all lines)" : ""}:
                ${note.text}${note.effect ? html`<span class="soft"> ${told(note.effect)}</span>` : ""}
              </li>`,
          )}
        </ul>`
    : "";
const trimmedNote = (row) =>
  html`<p class="soft">
    Hours and sites of this line were left out to keep the file small:
    <code>campfill line ${row.id}</code> tells them.
  </p>`;
export const line = async (id) => {
  const row = (await lines()).byId.get(id);
  const leftOut =
    head.left_out > 0 &&
    html`It may be one of the ${count(head.left_out)} lines that were left out to keep the file small.`;
  if (!row)
    return {
      title: "No such line",
      body: html`${crumbs(["Overview", "#/"], ["Lines", "#/lines"], ["Not found"])}
        <h1 tabindex="-1">This page has no line with that ID</h1>
        <p>
          ${leftOut} Ask for it with
          <code>campfill line ${id}</code>.
        </p>`,
      draw: () => {},
    };
  const [detail, past, disputed, struck] = await Promise.all([
    detailOf(row),
    revisionsOf(row),
    disagreementsOf(row),
    struckBy(row),
  ]);
  const category = categoryName(row.kind, row.purchase_type);
  const where = `#/where/${row.kind}/${row.purchase_type}`;
  const hasDays = detail?.days;
  const trimmed = hasDays && !detail.hours && row.lifecycle !== "scheduled" && detail.trimmed;
  return {
    title: row.name,
    body: html`${crumbs(["Overview", "#/"], [category, where], ["Lines", "#/lines"], ["This line"])}
      <section class="hero of-line">
        <div class="hero-text">
          <p class="eyebrow">${category} · ${label("lifecycles", row.lifecycle)} · ${verdict(row)}</p>
          <h1 tabindex="-1">${breakable(row.name)}</h1>
          <p class="lead">${sentence(row, detail)}</p>
          ${row.attention ? html`<p class="why-today"><strong>Today:</strong> ${told(row.attention)}</p>` : ""}
        </div>
      </section>
      ${facts(row)}${struckPanel(struck)}${causePanel(row, detail, struck)}
      ${
        hasDays
          ? html`<section class="panel" aria-labelledby="h-curve">
              <h2 id="h-curve">Delivery against the promise</h2>
              <div class="chart tall" id="curve"></div>
              ${detail.rests_on ? html`<p class="soft" id="rests-on">${told(detail.rests_on)}</p>` : ""}
              ${noteList(detail.notes)} ${dayTable(detail)}
            </section>`
          : ""
      }
      ${
        detail?.hours
          ? html`<div class="two uneven">
              <section class="panel" aria-labelledby="h-heat">
                <h2 id="h-heat">
                  When it ran
                  <span class="soft"
                    >impressions by ${detail.hours.weekly ? "week" : "day"} and hour, ${head.timezone}</span
                  >
                </h2>
                <div class="chart heat" id="heat"></div>
              </section>
              ${siteTable(detail)}
            </div>`
          : ""
      }
      ${trimmed ? trimmedNote(row) : ""}
      <div class="two">${contract(row)}${pastOf(row, past)}</div>
      ${
        disputed.length
          ? html`<section class="panel" aria-labelledby="h-disputed">
              <h2 id="h-disputed">Where list and reporting disagree</h2>
              <dl class="contract">
                ${disputed.map(
                  ([kind, facts]) =>
                    html`<div>
                      <dt>${label("disagreements", kind)}</dt>
                      <dd>${facts}</dd>
                    </div>`,
                )}
              </dl>
            </section>`
          : ""
      }`,
    draw: () => {
      if (hasDays) drawCurve("curve", row, detail);
      if (detail?.hours) drawHeat("heat", detail.hours);
    },
  };
};
