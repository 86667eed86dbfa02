/* Level 1: are we all right? The present first: what is at risk now, then what ended. */

import { address, inVain } from "./addresses.js";
import { alarmList, gapNote } from "./alarms.js";
import { drawTrend } from "./chart_trend.js";
import { categoryName, lineCategory, pickTrend, pickWindow } from "./data.js";
import { rough, sum } from "./exact.js";
import {
  count,
  day,
  dayLong,
  dayMedium,
  daysLater,
  money,
  html,
  impressions,
  moment,
  percent,
  shortMoment,
} from "./format.js";
import { head, label } from "./head.js";
import { headline, headlineMore, undelivered } from "./headline.js";
import { incidentPanel } from "./incidents.js";
import { LINELESS, PACES } from "./keys.js";
import { told } from "./language.js";
import {
  attentionTable,
  breakable,
  noneJudged,
  PERIOD_ASKED,
  periodOf,
  periodSwitch,
  sideBar,
  sparkline,
  strangersNote,
  TREND_OF,
  trendChip,
  trendElsewhere,
} from "./parts.js";
import { upcomingPanel } from "./upcoming.js";
import { data, disagreements, ended, fields, now, right } from "./words.js";

/* What guaranteed lines lack is not only missing money but owed: a make-good. */
const owed = (period) => {
  const rows = head.losses.filter(
    (row) => row.period === period && row.kind !== "all" && row.purchase_type === "guaranteed",
  );
  const lines = rows.reduce((all, row) => all + row.lines, 0);
  if (!lines) return "";
  const opens = address("/lines", { state: "ended", period, purchase: "guaranteed", short: "1" });
  const link = html`<a href="${opens}" data-opens="${lines}">${ended.guaranteed(count(lines), lines)}</a>`;
  const [lacking, eur] = [sum(rows.map((row) => row.impressions)), sum(rows.map((row) => row.eur))];
  return html`<p class="owed">${ended.owed(impressions(lacking), money(eur), link)}</p>`;
};
const part = (title, value, note) =>
  html`<div>
    <dt>${title}</dt>
    <dd>${value}</dd>
    <dd class="soft">${note}</dd>
  </div>`;
const dataStatement = () => {
  const { freshness, coverage } = head;
  const late = !freshness.complete_through || freshness.complete_through < daysLater(head.as_of, -1);
  const unjudged = coverage.begun - coverage.judged;
  const since = late
    ? html`${freshness.complete_through && html`<strong>${data.late}</strong> `}${gapNote(freshness.gaps)}`
    : data.gapless(day(freshness.complete_from, dayMedium));
  const link = html`<a href="#/lines?state=uncovered" data-opens="${unjudged}">${count(unjudged)}</a>`;
  const later =
    coverage.scheduled > 0 && html` · ${data.later(count(coverage.scheduled), coverage.scheduled)}`;
  const through = freshness.complete_through ? day(freshness.complete_through, dayLong) : data.noDay;
  const arrived = freshness.fetched_at ? moment(freshness.fetched_at, shortMoment) : data.never;
  const doubt = told(freshness.doubt_note) && html` <strong>${told(freshness.doubt_note)}</strong>`;
  const received = freshness.list_received_at ? moment(freshness.list_received_at, shortMoment) : data.noList;
  return html`<section class="statement${late ? " late" : ""}" aria-labelledby="h-data">
    <h2 id="h-data" class="unseen">${data.title}</h2>
    <dl>
      ${part(data.through, through, since)}
      ${part(data.arrived, arrived, html`${freshness.today_fetched_at ? data.todayIn : data.todayOut}${doubt}`)}
      ${part(
        data.judged,
        html`${count(coverage.judged)} <small>${data.of(count(coverage.begun))}</small>`,
        unjudged ? data.notJudged(link, unjudged) : data.allJudged,
      )}
      ${part(data.list, received, html`${freshness.list_file || ""}${later}`)}
    </dl>
  </section>`;
};
const windowCard = (row, period) => {
  const trend = pickTrend(row.kind, row.purchase_type);
  const where = address(`/where/${row.kind}/${row.purchase_type}`, { period });
  return html`<li class="card" data-card="${row.kind}/${row.purchase_type}">
    <h3><a href="${where}">${categoryName(row.kind, row.purchase_type)}</a></h3>
    <p class="big">${percent(row.fulfilled_pct)}</p>
    <p class="soft">${ended.metOf(count(row.fulfilled), count(row.lines), row.lines)}</p>
    ${period === TREND_OF && [sparkline(trend), html`<p>${trendChip(trend)}</p>`]}
    <dl class="pair">
      <div>
        <dt>${ended.delivered}</dt>
        <dd>${percent(row.delivered_pct)}</dd>
      </div>
      <div>
        <dt>${ended.capped}</dt>
        <dd>${percent(row.capped_pct)}</dd>
      </div>
    </dl>
  </li>`;
};
const attentionRow = (item) =>
  html`<tr role="row" data-line="${item.id}">
    <th scope="row" role="rowheader">
      <a href="#/line/${item.id}">${breakable(item.name)}</a><span class="soft">${lineCategory(item)}</span>
    </th>
    <td role="cell">${told(item.reason)}</td>
    <td role="cell" class="n" data-label="${fields.atRisk}">${money(item.value_at_risk_eur)}</td>
  </tr>`;
const needsAttention = () => {
  if (!head.attention.length)
    return html`<p class="calm">
      ${undelivered() || (head.coverage.begun && !head.coverage.judged) ? now.unknown : now.calm}
    </p>`;
  const shown = head.attention.slice(0, 10);
  const more = html`<p>
    <a href="#/lines?state=attention" data-opens="${head.attention_count}"
      >${now.all(count(head.attention_count))}</a
    >
  </p>`;
  return html`${attentionTable([[fields.line], [fields.why], [fields.atRisk, true]], shown.map(attentionRow))}
  ${head.attention_count > shown.length ? more : ""}`;
};
const liveNow = () => {
  const live = head.live;
  const total = PACES.reduce((lines, pace) => lines + live[pace].lines, 0);
  if (!total) return html`<p class="calm">${now.noneRunning}</p>`;
  const entry = (pace) =>
    html`<li>
      <i class="key pace-${pace}" aria-hidden="true"></i
      ><a href="#/lines?state=live&pace=${pace}" data-opens="${live[pace].lines}">${label("paces", pace)}</a>
      <strong>${count(live[pace].lines)}</strong>
      ${rough(live[pace].eur) > 0 ? html`<span class="soft">${now.atRisk(money(live[pace].eur))}</span>` : ""}
    </li>`;
  return html`<div class="stack" aria-hidden="true">
      ${PACES.map(
        (pace) =>
          live[pace].lines > 0 && html`<i class="pace-${pace}" style="flex:${live[pace].lines} 0 0"></i>`,
      )}
    </div>
    <ul class="legend">
      ${PACES.map(entry)}
    </ul>`;
};
const unfetched = (pile) =>
  pile.unfetched > 0 &&
  html`<span class="soft"
    >${
      pile.unfetched === pile.count
        ? disagreements.allUnfetched
        : disagreements.unfetched(count(pile.unfetched), pile.unfetched)
    }</span
  >`;
const pileName = (pile) => {
  const name = label("piles", pile.kind_of_issue);
  if (LINELESS.includes(pile.kind_of_issue) || !pile.lines) return name;
  const to = address("/lines", { state: "all", pile: pile.kind_of_issue });
  return html`<a href="${to}" data-opens="${pile.lines}">${name}</a>`;
};
const reconciliationList = () =>
  head.reconciliation.length === 0
    ? html`<p class="calm">${undelivered() ? now.unknown : disagreements.none}</p>`
    : html`<ul class="piles">
          ${head.reconciliation.map(
            (pile) =>
              html`<li>
                <strong>${count(pile.count)}</strong> <span>${pileName(pile)}${unfetched(pile)}</span>
              </li>`,
          )}
        </ul>
        <p class="soft">${disagreements.each(head.reconciliation_sheet)}</p>`;
const presentPart = () =>
  html`<section class="panel" aria-labelledby="h-live">
      <h2 id="h-live">${now.running}</h2>
      ${liveNow()}
      <p class="soft"><a href="#/right">${right.title}</a></p>
    </section>
    <section class="panel" aria-labelledby="h-attention">
      <h2 id="h-attention">${now.attention}</h2>
      ${needsAttention()}
    </section>
    ${incidentPanel()} ${upcomingPanel()}`;
const endedPart = (period, total, trend) => {
  const losses = head.losses
    .filter((row) => row.period === period && row.kind === "all" && row.purchase_type === "all")
    .map((row) => ({
      ...row,
      href: address("/lines", { state: "ended", period, side: row.side, short: "1" }),
    }));
  return html`<div class="answer">
    <section class="panel figure" data-card="all/all" aria-labelledby="h-total">
      <h3 id="h-total"><a href="${address("/where/all/all", { period })}">${ended.met}</a></h3>
      <div class="figure-row">
        <p class="huge">${percent(total?.fulfilled_pct)}</p>
        <p>${ended.ofLines(count(total?.fulfilled), count(total?.lines), total?.lines)}</p>
      </div>
      ${
        period === TREND_OF
          ? html`<h3 class="soft">${ended.trend}</h3>
              <p>${trendChip(trend)}</p>
              <div class="chart low-chart" id="trend"></div>`
          : trendElsewhere(address("/", { period: TREND_OF }))
      }
      <dl class="pair">
        <div>
          <dt>${ended.delivered}</dt>
          <dd>${percent(total?.delivered_pct)}</dd>
        </div>
        <div>
          <dt>${ended.capped}</dt>
          <dd>${percent(total?.capped_pct)}</dd>
        </div>
      </dl>
    </section>
    <section class="panel" aria-labelledby="h-side">
      <h3 id="h-side">${ended.sides}</h3>
      ${total?.lines ? sideBar(losses) : noneJudged(period)}${owed(period)}
    </section>
  </div>`;
};
/* `path` is what an address asks for where nothing is: the first level is shown, and said to be another. */
export const overview = (query, path = "") => {
  const period = periodOf(query);
  const total = pickWindow(period, "all", "all");
  const cards = head.windows.filter(
    (row) => row.period === period && row.kind !== "all" && row.purchase_type !== "all" && row.lines > 0,
  );
  const trend = pickTrend("all", "all");
  return {
    title: now.question,
    body: html`${strangersNote([...(path ? [["", path]] : []), ...inVain(query, PERIOD_ASKED)], "#/")}
      ${alarmList()}
      <section class="hero">
        <div class="hero-text">
          <p class="eyebrow">${now.question}</p>
          <h1 tabindex="-1">${headline()}</h1>
          <p class="lead">${headlineMore(period, total)}</p>
        </div>
      </section>
      ${dataStatement()} ${presentPart()}
      <section class="hero part">
        <h2>${ended.title}</h2>
        ${periodSwitch(period, (to) => address("/", { period: to }))}
      </section>
      ${endedPart(period, total, trend)}
      ${
        cards.length
          ? html`<section aria-labelledby="h-cards">
              <h2 id="h-cards" class="quiet">${ended.cards}</h2>
              <ul class="cards">
                ${cards.map((row) => windowCard(row, period))}
              </ul>
            </section>`
          : ""
      }
      <section class="panel" aria-labelledby="h-rec">
        <h2 id="h-rec">${disagreements.title}</h2>
        ${reconciliationList()}
      </section>`,
    draw: () => period === TREND_OF && drawTrend("trend", trend),
  };
};
