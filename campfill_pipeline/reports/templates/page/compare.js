/* Better or worse? The lines that ended in the seven days before two days, side by side. */

import { address, go, inVain } from "./addresses.js";
import { categoryName, lines } from "./data.js";
import { fromUnits, percentOf, sum, toUnits } from "./exact.js";
import {
  count,
  day,
  dayMedium,
  dayShort,
  daysLater,
  money,
  html,
  impressions,
  missing,
  percent,
  points,
  signed,
  signedMoney,
} from "./format.js";
import { head, label } from "./head.js";
import { SIDES } from "./keys.js";
import { crumbs, hero, strangersNote } from "./parts.js";
import { levels, compare as words } from "./words.js";

const DATE = /^\d{4}-\d\d-\d\d$/;
/* A day that there is: the 31st of February is read by browsers as the 3rd of March. */
const isDay = (value) =>
  DATE.test(value) &&
  value <= head.as_of &&
  !Number.isNaN(Date.parse(value)) &&
  daysLater(value, 0) === value;
const asked = (query, name, otherwise) => (isDay(query.get(name)) ? query.get(name) : otherwise);
const least = (a, b) => (toUnits(a) < toUnits(b) ? a : b);
const total = (rows, field) => sum(rows.map((row) => row[field]));
/* As the warehouse sums its windows: judged lines only, sums divided by sums. */
const summary = (rows) => {
  const met = rows.filter((row) => row.band === "goal_met").length;
  const goals = total(rows, "impression_goal");
  const capped = sum(rows.map((row) => least(row.delivered, row.impression_goal)));
  return {
    lines: rows.length,
    met,
    share: percentOf(met, rows.length),
    delivered: percentOf(total(rows, "delivered"), goals),
    capped: percentOf(capped, goals),
    short: rows.length ? total(rows, "shortfall") : null,
    eur: rows.length ? total(rows, "value_at_risk_eur") : null,
  };
};
const endedBefore = (rows, at) =>
  rows.filter((row) => row.covered && row.end_date >= daysLater(at, -7) && row.end_date < at);
const minus = (a, b) => (missing(a) || missing(b) ? null : fromUnits(toUnits(a) - toUnits(b)));
const SHOWN = {
  lines: [count, signed],
  met: [count, signed],
  share: [percent, points],
  delivered: [percent, points],
  capped: [percent, points],
  short: [impressions, signed],
  eur: [money, signedMoney],
};
const row = (name, [show, change], a, b, code = "") =>
  html`<tr data-row="${code}">
    <th scope="row">${name}</th>
    <td class="n">${show(a)}</td>
    <td class="n">${show(b)}</td>
    <td class="n">${change(minus(a, b))}</td>
  </tr>`;
const span = (at) => {
  const [first, last] = [daysLater(at, -7), daysLater(at, -1)];
  const format = first.slice(0, 4) === head.as_of.slice(0, 4) ? dayShort : dayMedium;
  return html`${day(first, format)} – ${day(last, format)}`;
};
const table = (id, title, a, b, rows) =>
  html`<section class="panel" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <table class="compare">
      <thead>
        <tr>
          <td></td>
          <th scope="col" class="n">${span(a)}</th>
          <th scope="col" class="n">${span(b)}</th>
          <th scope="col" class="n">${words.difference}</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
const categoriesOf = (rows) =>
  [...new Set(rows.map((one) => `${one.kind}/${one.purchase_type}`))].sort().map((key) => key.split("/"));
const shareIn = (rows, [kind, purchase]) =>
  summary(rows.filter((one) => one.kind === kind && one.purchase_type === purchase)).share;
const shortOn = (rows, side) =>
  rows.length ? sum(rows.filter((one) => (one.side || "none") === side).map((one) => one.shortfall)) : null;
const dayField = (name, caption, value) =>
  html`<div class="field">
    <label for="f-${name}">${caption}</label
    ><input type="date" id="f-${name}" name="${name}" value="${value}" max="${head.as_of}" />
  </div>`;

export const compare = async (query) => {
  const all = (await lines()).rows;
  const a = asked(query, "a", head.as_of);
  const b = asked(query, "b", daysLater(a, -7));
  const [these, those] = [endedBefore(all, a), endedBefore(all, b)];
  const [left, right] = [summary(these), summary(those)];
  const main = Object.entries(words.rows).map(([key, name]) =>
    row(name, SHOWN[key], left[key], right[key], key),
  );
  const categories = categoriesOf([...these, ...those]).map((key) =>
    row(categoryName(...key), SHOWN.share, shareIn(these, key), shareIn(those, key), key.join("/")),
  );
  const sides = SIDES.map((side) =>
    row(label("sides", side), SHOWN.short, shortOn(these, side), shortOn(those, side), side),
  );
  return {
    title: words.question,
    body: html`${crumbs([levels.overview, "#/"], [levels.compare])} ${hero(words.question, words.title)}
      ${strangersNote(inVain(query, { a: [words.first, isDay], b: [words.second, isDay] }), "#/compare")}
      <form class="filters days" aria-label="${words.title}">
        ${dayField("a", words.first, a)} ${dayField("b", words.second, b)}
        <a class="ghost" href="#/compare">${words.week}</a>
      </form>
      ${table("h-both", words.title, a, b, main)}
      <div class="two">
        ${categories.length ? table("h-category", words.byCategory, a, b, categories) : ""}
        ${table("h-sides", words.bySide, a, b, sides)}
      </div>
      <p class="soft">
        ${words.how}
        <code>campfill report --as-of ${b} --known then</code>.
      </p>`,
    draw: () => {
      const form = document.querySelector("form.days");
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", () => {
        if (form.elements.a.value && form.elements.b.value)
          go(address("/compare", { a: form.elements.a.value, b: form.elements.b.value }));
      });
    },
  };
};
