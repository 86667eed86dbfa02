/* Level 4: why this line? */

import { drawCurve } from "./chart_curve.js";
import { drawHeat } from "./chart_heat.js";
import {
  careOf,
  categoryName,
  lineCategory,
  countsOf,
  detailOf,
  disagreementsOf,
  lines,
  revisionsOf,
  struckBy,
} from "./data.js";
import { fromUnits, rough, toUnits } from "./exact.js";
import {
  count,
  day,
  dayLong,
  money,
  factor,
  html,
  impressions,
  missing,
  NOTHING,
  needed,
  percent,
} from "./format.js";
import { head, label } from "./head.js";
import { struckPanel } from "./incidents.js";
import { told } from "./language.js";
import { carePanel } from "./line_care.js";
import { causePanel } from "./line_cause.js";
import { contract, pastOf } from "./line_contract.js";
import { dayTable, siteTable } from "./line_delivery.js";
import { standing } from "./list_table.js";
import { bandBadge, breakable, crumbs, tile } from "./parts.js";
import { disagreements, fields, levels, line as words } from "./words.js";

export const sentence = (row) => {
  if (row.lifecycle === "scheduled") return words.starts(day(row.effective_start, dayLong));
  if (row.lifecycle === "cancelled") return words.cancelled;
  if (!row.covered)
    return words.notJudged(count(row.days_fetched), count(row.elapsed_days), row.elapsed_days);
  if (row.lifecycle === "live") {
    if (missing(row.projected)) return row.elapsed_days ? words.hardlyDue : words.firstDay;
    const gap = fromUnits(toUnits(row.impression_goal) - toUnits(row.projected));
    return rough(gap) > 0
      ? words.willLack(impressions(gap), money(row.value_at_risk_eur, 2))
      : words.willReach;
  }
  if (rough(row.shortfall) === 0)
    return rough(row.surplus) > 0 ? words.metWith(impressions(row.surplus)) : words.met;
  return words.fellShort(impressions(row.shortfall), money(row.value_at_risk_eur, 2));
};
const outside = (row) =>
  rough(row.delivered_outside_flight) > 0 && words.outside(impressions(row.delivered_outside_flight));
const bestWeek = (row) =>
  missing(row.best_week_daily)
    ? words.unknown
    : (row.reachable ? words.reachable : words.outOfReach)(impressions(row.best_week_daily));
/* The tiles that domain/figures.py enters, by the kind of their figure. */
const AS_TOLD = {
  impressions,
  factor,
  whole: count,
  euros: (value) => money(value, 2),
  cpm: (value) => money(value, 2),
  share: (value) => percent(value, 2),
  date: day,
};
const plainTiles = (row) =>
  head.tiles
    .filter(({ when }) => when === "always" || (when === "live") === (row.lifecycle === "live"))
    .map(({ name, title, kind }) =>
      tile(label("tiles", title), (AS_TOLD[kind] ?? ((value) => value ?? NOTHING))(row[name])),
    );
const remaining = (row) => {
  const left = row.flight_days - row.elapsed_days;
  return missing(row.required_factor)
    ? words.neededFor(count(left), left, bestWeek(row))
    : words.neededTimes(count(left), left, factor(row.required_factor), bestWeek(row));
};
const whileLive = (row) => [
  tile(fields.pace, factor(row.pacing_index), label("paces", row.pace)),
  tile(fields.needed, needed(row.required_daily), remaining(row)),
];
const afterwards = (row) => [
  tile(fields.short, impressions(row.shortfall)),
  tile(words.billable, money(row.billable_eur, 2), words.worthDelivered(money(row.delivered_value_eur, 2))),
];
export const facts = (row) =>
  html`<dl class="tiles">
    ${tile(fields.goal, count(row.impression_goal), words.impressions)}
    ${tile(fields.delivered, impressions(row.delivered), outside(row))}
    ${tile(fields.fulfilled, percent(row.fulfillment_pct, 2), standing(row))}
    ${row.lifecycle === "live" ? whileLive(row) : afterwards(row)} ${plainTiles(row)}
    ${tile(fields.valueAtRisk, money(row.value_at_risk_eur, 2), words.atCpm(money(row.cpm_eur, 2)))}
  </dl>`;
const verdict = (row) => {
  if (!row.covered) return words.notJudgedShort;
  if (row.lifecycle === "live") return html`<span class="badge">${label("paces", row.pace)}</span>`;
  return row.lifecycle === "scheduled" ? "" : bandBadge(row.band);
};
/* Changes that somebody noted, and what came of each against the due curve. */
const noteList = (notes) =>
  notes?.length
    ? html`<h3>${words.noted}</h3>
        <ul class="evidence" id="notes">
          ${notes.map(
            (note) =>
              html`<li>
                <strong>${day(note.day, dayLong)}</strong>${note.of_all ? words.ofAll : ""}:
                ${note.text}${note.effect ? html`<span class="soft"> ${told(note.effect)}</span>` : ""}
              </li>`,
          )}
        </ul>`
    : "";
const trimmedNote = (row) =>
  html`<p class="soft">${words.trimmed(html`<code>campfill line ${row.id}</code>`)}</p>`;
const secondCounts = (counted) =>
  counted.length
    ? html`<section class="panel" aria-labelledby="h-counts">
        <h2 id="h-counts">${words.counts}</h2>
        <dl class="contract">
          ${counted.map(
            ({ by, beyond, facts }) =>
              html`<div>
                <dt>${beyond ? "▲ " : ""}${by}</dt>
                <dd>${told(facts)}</dd>
              </div>`,
          )}
        </dl>
      </section>`
    : "";

export const line = async (id) => {
  const row = (await lines()).byId.get(id);
  const leftOut = head.left_out > 0 && words.leftOut(count(head.left_out));
  if (!row)
    return {
      title: words.unknownTitle,
      body: html`${crumbs([levels.overview, "#/"], [levels.lines, "#/lines"], [levels.notFound])}
        <h1 tabindex="-1">${words.unknownHead}</h1>
        <p>${leftOut} ${words.askWith(html`<code>campfill line ${id}</code>`)}</p>`,
      draw: () => {},
    };
  const [detail, past, disputed, struck, counted, care] = await Promise.all([
    detailOf(row),
    revisionsOf(row),
    disagreementsOf(row),
    struckBy(row),
    countsOf(row),
    careOf(row),
  ]);
  const category = categoryName(row.kind, row.purchase_type);
  const where = `#/where/${row.kind}/${row.purchase_type}`;
  const hasDays = detail?.days;
  const trimmed = hasDays && !detail.hours && row.lifecycle !== "scheduled" && detail.trimmed;
  return {
    title: row.name,
    body: html`${crumbs([levels.overview, "#/"], [category, where], [levels.lines, "#/lines"], [levels.thisLine])}
      <section class="hero of-line">
        <div class="hero-text">
          <p class="eyebrow">
            ${lineCategory(row)} · ${label("lifecycles", row.lifecycle)} · ${verdict(row)}
          </p>
          <h1 tabindex="-1">${breakable(row.name)}</h1>
          <p class="lead">${sentence(row)}</p>
          ${row.attention ? html`<p class="why-today"><strong>${words.today}</strong> ${row.attention}</p>` : ""}
        </div>
      </section>
      ${facts(row)}${struckPanel(struck)}${causePanel(row, detail, struck)}
      ${
        hasDays
          ? html`<section class="panel" aria-labelledby="h-curve">
              <h2 id="h-curve">${words.against}</h2>
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
                  ${words.whenItRan}
                  <span class="soft"
                    >${(detail.hours.weekly ? words.byWeek : words.byDay)(head.timezone)}</span
                  >
                </h2>
                <div class="chart heat" id="heat"></div>
              </section>
              ${siteTable(detail)}
            </div>`
          : ""
      }
      ${trimmed ? trimmedNote(row) : ""} ${carePanel(care)}
      <div class="two">${contract(row)}${pastOf(row, past)}</div>
      ${
        disputed.length
          ? html`<section class="panel" aria-labelledby="h-disputed">
              <h2 id="h-disputed">${disagreements.title}</h2>
              <dl class="contract">
                ${disputed.map(
                  ([kind, facts]) =>
                    html`<div>
                      <dt>${label("disagreements", kind)}</dt>
                      <dd>${told(facts)}</dd>
                    </div>`,
                )}
              </dl>
            </section>`
          : ""
      }
      ${secondCounts(counted)}`,
    draw: () => {
      if (hasDays) drawCurve("curve", row, detail);
      if (detail?.hours) drawHeat("heat", detail.hours);
    },
  };
};
