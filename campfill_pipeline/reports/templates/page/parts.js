import { percentOf, rough, share, sum } from "./exact.js";
import { Markup, count, money, html, impressions, missing, plain, points } from "./format.js";
import { label } from "./head.js";
import { BAND_SIGNS, SIDES } from "./keys.js";
import { ended, fields, levels, list, PERIOD_NAMES, PERIODS, where } from "./words.js";

export const periodSwitch = (current, address) =>
  html`<nav class="switch" aria-label="${fields.endedIn}">
    ${Object.keys(PERIOD_NAMES).map(
      (period) =>
        html`<a href="${address(period)}" aria-current="${period === current ? "true" : "false"}"
          >${PERIOD_NAMES[period]}</a
        >`,
    )}
  </nav>`;
export const hero = (question, title, beside = "") =>
  html`<section class="hero">
    <div class="hero-text">
      <p class="eyebrow">${question}</p>
      <h1 tabindex="-1">${title}</h1>
    </div>
    ${beside}
  </section>`;
export const bandBadge = (band) =>
  html`<span class="badge band-${band}"
    ><span aria-hidden="true">${BAND_SIGNS[band]}</span> ${label("bands", band)}</span
  >`;
/* What an address asks for in vain, [caption, value] of each, and the way to the same level without it. */
export const strangersNote = (unknown, to) => {
  const told = unknown.map(([name, value], at) => html`${at ? ", " : ""}${name && `${name} `}“${value}”`);
  return told.length > 0 && html`<p class="alarm">${list.unknown(told)} <a href="${to}">${list.over}</a></p>`;
};
/* The period that an address asks for; the shortest where it asks for none that is known. */
export const PERIOD_ASKED = { period: [fields.endedWithin, Object.keys(PERIODS)] };
export const periodOf = (query) =>
  Object.hasOwn(PERIODS, query.get("period")) ? query.get("period") : TREND_OF;
/* The period whose share is told day after day: beside another's figure its trend would be read as that one's. */
export const TREND_OF = "7d";
export const trendElsewhere = (to) => html`<p class="soft"><a href="${to}">${where.trendElsewhere}</a></p>`;
const TREND_SIGNS = { improving: "▲", declining: "▼", stable: "▶" };
export const trendChip = (trend) => {
  const last = trend.days.length - 1;
  if (last < 0 || !trend.trend[last]) return html`<span class="trend none">${where.noTrend}</span>`;
  const word = trend.trend[last];
  return html`<span class="trend trend-${word}"
    ><span aria-hidden="true">${TREND_SIGNS[word]}</span> ${where.trends[word]}
    <span class="soft">${where.change(points(trend.change[last]))}</span></span
  >`;
};
export const sparkline = (trend) => {
  const values = trend.pct.slice(-60);
  const known = values.filter((value) => !missing(value)).map(Number);
  if (known.length < 2) return "";
  const low = Math.max(0, Math.min(...known) - 2),
    span = Math.max(100 - low, 1),
    step = 200 / Math.max(values.length - 1, 1);
  let path = "",
    pen = "M";
  values.forEach((value, at) => {
    if (missing(value)) {
      pen = "M";
      return;
    }
    path += `${pen}${(at * step).toFixed(1)} ${(38 - (36 * (Number(value) - low)) / span).toFixed(1)}`;
    pen = "L";
  });
  return html`<svg class="spark" viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden="true">
    <line x1="0" x2="200" y1="2" y2="2" class="spark-goal" />
    <path d="${path}" />
  </svg>`;
};
/* A part in whole percent; what is there is never shown as nothing. */
export const portion = (part, whole) => {
  const size = percentOf(part, whole);
  return `${rough(size) > 0 && rough(size) < 1 ? "< 1" : plain(size)}\u00a0%`;
};
/* Where no line was judged there is no shortfall either, but nothing is known: never say that none fell short. */
export const noneJudged = (period) => html`<p class="calm">${ended.none(PERIODS[period])}</p>`;
export const sideBar = (rows) => {
  const total = sum(rows.map((row) => row.impressions));
  if (rough(total) === 0) return html`<p class="calm">${where.noneAtAll}</p>`;
  const kept = SIDES.map((side) => rows.find((row) => row.side === side)).filter(
    (row) => row && rough(row.impressions) > 0,
  );
  const width = (row) => share(row.impressions, total).toFixed(3);
  return html` <div class="stack" aria-hidden="true">
      ${kept.map((row) => html`<i class="side-${row.side}" style="flex:${width(row)} 0 0"></i>`)}
    </div>
    <table class="sides">
      <thead>
        <tr>
          <th scope="col">${fields.side}</th>
          <th scope="col" class="n">${fields.share}</th>
          <th scope="col" class="n">${fields.impressionsShort}</th>
          <th scope="col" class="n">${fields.worth}</th>
          <th scope="col" class="n">${fields.lines}</th>
        </tr>
      </thead>
      <tbody>
        ${kept.map(
          (row) =>
            html`<tr data-side="${row.side}">
              <th scope="row">
                <i class="key side-${row.side}" aria-hidden="true"></i
                ><a href="${row.href}">${label("sides", row.side)}</a
                ><span class="soft">${label("side_meanings", row.side)}</span>
              </th>
              <td class="n">${portion(row.impressions, total)}</td>
              <td class="n">${impressions(row.impressions)}</td>
              <td class="n">${money(row.eur)}</td>
              <td class="n">${count(row.lines)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${fields.together}</th>
          <td class="n"></td>
          <td class="n">${impressions(total)}</td>
          <td class="n">${money(sum(kept.map((row) => row.eur)))}</td>
          <td class="n">${count(kept.reduce((all, row) => all + row.lines, 0))}</td>
        </tr>
      </tfoot>
    </table>`;
};
/* Names are long and joined by underscores: they may break after one. */
export const breakable = (name) =>
  name.split("_").map((part, at, parts) => html`${part}${at < parts.length - 1 ? new Markup("_<wbr>") : ""}`);
export const lineLink = (row) => html`<a href="#/line/${row.id}">${breakable(row.name)}</a>`;
export const crumbs = (...steps) =>
  html`<nav class="crumbs" aria-label="${levels.path}">
    <ol>
      ${steps.map(
        ([name, href], at) =>
          html`<li>
            ${href ? html`<a href="${href}">${name}</a>` : html`<span aria-current="page">${name}</span>`}
          </li>`,
      )}
    </ol>
  </nav>`;
export const tile = (name, value, note = "") =>
  html`<div class="tile">
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${note ? html`<dd class="soft">${note}</dd>` : ""}
  </div>`;
export const pager = (shown, all) =>
  html`<p class="pager">
    <span>${list.shownOf(count(shown), count(all), all)}</span
    >${shown < all ? html` <button type="button" class="ghost" data-more>${list.more}</button>` : ""}
  </p>`;

/* A short table of what to look at; on a phone each row becomes a card. `columns`: what each is called, and whether it
   holds figures. */
export const attentionTable = (columns, rows) =>
  html`<table class="attention" role="table">
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(
          ([name, figures]) =>
            html`<th scope="col" role="columnheader" ${figures ? html`class="n"` : ""}>${name}</th>`,
        )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows}
    </tbody>
  </table>`;
