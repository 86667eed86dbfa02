/* How right were we? What was said of lines while they ran, beside how they ended. */

import { count, day, dayMedium, decimal, html } from "./format.js";
import { head } from "./head.js";
import { attentionTable, crumbs, hero } from "./parts.js";
import { levels, right as words } from "./words.js";

const known = (value, unit = "") => (value === null ? "–" : html`${decimal(value)}${unit}`);
const row = (name, scores, told) =>
  html`<tr role="row">
    <th scope="row" role="rowheader">${name}</th>
    ${scores.map(
      (score) => html`<td role="cell" class="n" data-label="${words.rules[score.rule]}">${told(score)}</td>`,
    )}
  </tr>`;
const span = (error) =>
  error.to_day === error.from_day
    ? words.dayOne
    : error.to_day
      ? words.days(error.from_day, error.to_day)
      : words.later(error.from_day);
const rows = ({ scores, days_together: together }) => [
  row(
    words.alarms,
    scores,
    (score) =>
      html`${known(score.false_alarms_of_1000)}<span class="soft"
          >${words.of(count(score.false_alarms), count(score.healthy_line_days))}</span
        >`,
  ),
  together > 0 && row(words.apart, scores, (score) => known(score.apart_of_1000)),
  row(
    words.found,
    scores,
    (score) =>
      html`${known(score.weak_found_pct, " %")}<span class="soft"
          >${words.of(count(score.weak_found), count(score.weak_line_days))}</span
        >`,
  ),
  ...scores[0].errors.map((error, at) =>
    row(words.error(span(error)), scores, (score) => known(score.errors[at].error_pct, " %")),
  ),
];
const table = (found) =>
  attentionTable(
    [
      [html`<span class="unseen">${words.what}</span>`],
      ...found.scores.map((score) => [words.rules[score.rule], true]),
    ],
    rows(found).filter(Boolean),
  );
const told = (found) => {
  const thin = found.scores.some((score) => score.false_alarms_of_1000 === null);
  const [first, last] = [day(found.first_day, dayMedium), day(found.last_day, dayMedium)];
  return html`<section class="panel" aria-labelledby="h-right">
    <h2 id="h-right">${words.said(count(found.lines), found.days, first, last)}</h2>
    ${thin && html`<p><strong>${words.thin(head.least_line_days)}</strong></p>`} ${table(found)}
    <p class="soft">${words.how}</p>
    ${found.days_together > 0 && html`<p class="soft">${words.together(found.days_together)}</p>`}
  </section>`;
};
export const right = () => {
  const found = head.looked_back;
  return {
    title: words.title,
    body: html`${crumbs([levels.overview, "#/"], [words.title])} ${hero(words.question, words.title)}
    ${found ? told(found) : html`<p class="calm">${words.notYet}</p>`}`,
    draw: () => {},
  };
};
