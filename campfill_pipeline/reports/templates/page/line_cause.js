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
} from "./format.js";
import { label } from "./head.js";
import { alarms, cause as words } from "./words.js";

const hundredfold = (value) => fromUnits(toUnits(value) * 100n);
const STAGES = ["bids", "wins", "plays", "audience"];
const rate = (value) => (missing(value) ? NOTHING : factor(value, rough(value) < 1 ? 4 : 2));
const funnel = (evidence) =>
  html`<table class="funnel">
    <thead>
      <tr>
        <th scope="col">${words.stage}</th>
        <th scope="col" class="n">${words.thisLine}</th>
        <th scope="col" class="n">${words.usual}</th>
        <th scope="col">${words.against}</th>
        <th scope="col" class="n">${words.part}</th>
      </tr>
    </thead>
    <tbody>
      ${STAGES.map((key) => {
        const [name, unit] = words.stages[key];
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
const factsOf = (evidence, cause) => {
  const list = [];
  if (!missing(evidence.days_not_fetched))
    list.push(words.notFetched(count(evidence.days_not_fetched), evidence.days_not_fetched));
  if (!missing(evidence.flight_hours))
    list.push(
      evidence.hours_comparable && evidence.hours_comparable < evidence.flight_hours
        ? words.hoursLike(count(evidence.hours_without_bid), count(evidence.hours_comparable))
        : words.hours(count(evidence.hours_without_bid), count(evidence.flight_hours)),
    );
  if (evidence.first_hour)
    list.push(words.firstLast(moment(evidence.first_hour), moment(evidence.last_hour)));
  for (const [site, figure, due] of evidence.weakest_sites)
    list.push(words.weak(site || words.noSite, impressions(figure), impressions(due), cause));
  if (evidence.reference_basis === "history" || evidence.reference_basis === "flight") {
    list.push(
      words.usualIs(
        evidence.reference_basis,
        words.lines[evidence.reference_purchase_type] ?? evidence.reference_purchase_type,
        day(evidence.reference_first_day),
        day(evidence.reference_last_day),
        alarms.days(evidence.reference_days),
      ),
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
      ${(struck.some((one) => one.explains) ? words.funnel : words.why)(label("causes", row.cause))}
      <span class="side-chip side-${row.side}">${label("sides", row.side)}</span>
    </h2>
    <p class="lead">${label("cause_sentences", row.cause)}</p>
    <p>${actionOf(row)}</p>
    ${evidence?.stages ? funnel(evidence) : ""}${
      facts.length
        ? html`<h3>${words.checked}</h3>
            <ul class="evidence">
              ${facts.map((fact) => html`<li>${fact}</li>`)}
            </ul>`
        : ""
    }
  </section>`;
};
