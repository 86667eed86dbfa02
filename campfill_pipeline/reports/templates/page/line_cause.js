/* Why a line fell short: its funnel against the usual, and what can be checked. */

import { fetchCommands, gapsWithin } from "./alarms.js";
import { fromUnits, rough, toUnits } from "./exact.js";
import {
  Markup,
  NOTHING,
  count,
  day,
  daysLater,
  exact,
  factor,
  html,
  impressions,
  missing,
  moment,
  plain,
  plural,
} from "./format.js";
import { label } from "./head.js";

const hundredfold = (value) => fromUnits(toUnits(value) * 100n);
const STAGES = [
  ["bids", "Selected", "bids"],
  ["wins", "Auctions won", "wins per bid"],
  ["plays", "Played", "plays per win"],
  ["audience", "Audience", "impressions per play"],
];
const rate = (value) => (missing(value) ? NOTHING : factor(value, rough(value) < 1 ? 4 : 2));
const funnel = (evidence) =>
  html`<table class="funnel">
    <thead>
      <tr>
        <th scope="col">Stage</th>
        <th scope="col" class="n">This line</th>
        <th scope="col" class="n">Needed / usual</th>
        <th scope="col">Against the usual</th>
        <th scope="col" class="n">Part of the loss</th>
      </tr>
    </thead>
    <tbody>
      ${STAGES.map(([key, name, unit]) => {
        const stage = evidence.stages[key];
        const ratio = missing(stage.ratio) ? null : rough(stage.ratio) * 100;
        return html`<tr data-stage="${key}" ${stage.named ? new Markup(' class="named"') : ""}>
          <th scope="row">${name}<span class="soft">${unit}</span></th>
          <td class="n">${key === "bids" ? count(stage.actual) : rate(stage.actual)}</td>
          <td class="n">${key === "bids" ? impressions(stage.baseline) : rate(stage.baseline)}</td>
          <td>
            <span class="gauge" aria-hidden="true"
              ><i style="width:${Math.min(ratio || 0, 150) / 1.5}%"></i><b></b></span
            ><span class="gauge-text"
              >${missing(stage.ratio) ? NOTHING : exact(stage.ratio, `${plain(hundredfold(stage.ratio), 1)} %`)}</span
            >
          </td>
          <td class="n">
            ${missing(stage.share) ? NOTHING : exact(stage.share, `${plain(hundredfold(stage.share))} %`)}
          </td>
        </tr>`;
      })}
    </tbody>
  </table>`;
const UNITS = {
  not_selected: "bids",
  too_few_bids: "bids",
  lost_auctions: "wins",
  won_but_not_played: "plays",
  low_audience: "impressions",
};
const factsOf = (evidence, cause) => {
  const list = [];
  if (!missing(evidence.days_not_fetched))
    list.push(
      html`${count(evidence.days_not_fetched)} flight
      ${plural(evidence.days_not_fetched, "day was", "days were")} not fetched.`,
    );
  if (!missing(evidence.flight_hours))
    list.push(
      evidence.hours_comparable && evidence.hours_comparable < evidence.flight_hours
        ? html`${count(evidence.hours_without_bid)} of the ${count(evidence.hours_comparable)} flight hours in
          which lines like it had bids had none.`
        : html`${count(evidence.hours_without_bid)} of ${count(evidence.flight_hours)} flight hours had no
          bid.`,
    );
  if (evidence.first_hour)
    list.push(
      html`First hour with delivery: ${moment(evidence.first_hour)}; the last: ${moment(evidence.last_hour)}.`,
    );
  for (const [site, figure, due] of evidence.weakest_sites)
    list.push(
      html`Weak site: ${site || "(none named)"}, ${impressions(figure)} ${UNITS[cause] || ""} where
      ${impressions(due)} were due.`,
    );
  if (evidence.reference_basis === "history" || evidence.reference_basis === "flight") {
    list.push(
      html`Usual is what
      ${evidence.reference_purchase_type === "all" ? "all" : evidence.reference_purchase_type} lines that met
      their target got
      ${evidence.reference_basis === "history" ? "before this flight" : "in the hours of this flight"},
      ${day(evidence.reference_first_day)} to ${day(evidence.reference_last_day)}
      (${count(evidence.reference_days)} ${plural(evidence.reference_days, "day", "days")} with delivery), at
      this line's own sites and hours.`,
    );
  }
  return list;
};
/* What to do; of missing days the command that fetches them. An ASAP line also needs the day before it began. */
const actionOf = (row) => {
  if (row.cause !== "not_fetched") return label("cause_actions", row.cause);
  const first = row.start_date ? row.effective_start : daysLater(row.effective_start, -1);
  const days = gapsWithin(first, row.end_date);
  return html`${label("cause_actions", row.cause)} ${fetchCommands(days.length ? days : [[first, first]])}`;
};
export const causePanel = (row, detail, struck) => {
  if (!row.cause) return "";
  const evidence = detail?.evidence,
    facts = evidence ? factsOf(evidence, row.cause) : [];
  return html`<section class="panel cause" aria-labelledby="h-cause">
    <h2 id="h-cause">
      ${struck.some((one) => one.explains) ? "What its funnel shows" : "Why"}: ${label("causes", row.cause)}
      <span class="side-chip side-${row.side}">${label("sides", row.side)}</span>
    </h2>
    <p class="lead">${label("cause_sentences", row.cause)}</p>
    <p>${actionOf(row)}</p>
    ${evidence?.stages ? funnel(evidence) : ""}${
      facts.length
        ? html`<h3>What can be checked</h3>
            <ul class="evidence">
              ${facts.map((fact) => html`<li>${fact}</li>`)}
            </ul>`
        : ""
    }
  </section>`;
};
