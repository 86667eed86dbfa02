/* Level 1: are we all right? */

import { address } from "./addresses.js";
import { drawTrend } from "./chart_trend.js";
import { PERIODS, categoryName, pickTrend, pickWindow } from "./data.js";
import { rough, share, sum } from "./exact.js";
import {
  count,
  day,
  dayLong,
  dayMedium,
  daysLater,
  euros,
  html,
  impressions,
  moment,
  percent,
  plural,
  shortMoment,
  told,
} from "./format.js";
import { head, label } from "./head.js";
import { SIDES } from "./keys.js";
import { breakable, periodSwitch, portion, sideBar, sparkline, trendChip } from "./parts.js";

const headline = (period, total) => {
  if (!head.coverage.begun && !head.coverage.scheduled) return html`No campaign list has arrived yet.`;
  if (!total || total.lines === 0) return html`No line ended in ${PERIODS[period]}.`;
  const short = total.lines - total.fulfilled;
  if (short === 0) return html`Every line that ended in ${PERIODS[period]} reached its goal.`;
  return html`${count(short)} of ${count(total.lines)} lines that ended in ${PERIODS[period]} fell short.`;
};
const headlineMore = (period) => {
  const losses = head.losses.filter(
    (row) => row.period === period && row.kind === "all" && row.purchase_type === "all",
  );
  const lacking = sum(losses.map((row) => row.impressions));
  if (rough(lacking) === 0) return "";
  const parts = SIDES.map((side) => losses.find((row) => row.side === side))
    .filter((row) => row && share(row.impressions, lacking) >= 1)
    .sort((a, b) => rough(b.impressions) - rough(a.impressions));
  const phrase = (row, at) => {
    const before = at === 0 ? "" : at === parts.length - 1 ? " and " : ", ";
    return html`${before}${portion(row.impressions, lacking)} ${label("side_phrases", row.side)}`;
  };
  return html`They lack ${impressions(lacking)} impressions, worth
  ${euros(sum(losses.map((row) => row.eur)))}: ${parts.map(phrase)}.`;
};
/* What guaranteed lines lack is not only missing money but owed: a make-good. */
const owed = (period) => {
  const rows = head.losses.filter(
    (row) => row.period === period && row.kind !== "all" && row.purchase_type === "guaranteed",
  );
  const lines = rows.reduce((all, row) => all + row.lines, 0);
  if (!lines) return "";
  return html`<p class="owed">
    <strong>${impressions(sum(rows.map((row) => row.impressions)))}</strong> of these impressions, worth
    <strong>${euros(sum(rows.map((row) => row.eur)))}</strong>, are owed as make-goods for
    <a href="${address("/lines", { state: "ended", period, purchase: "guaranteed" })}"
      >${count(lines)} guaranteed ${plural(lines, "line", "lines")}</a
    >.
  </p>`;
};
const dataStatement = () => {
  const { freshness, coverage } = head;
  const late = !freshness.complete_through || freshness.complete_through < daysLater(head.as_of, -1);
  const unjudged = coverage.begun - coverage.judged;
  const since = late
    ? html`<strong>Older than the day before this page's date:</strong> ${freshness.gap_note}`
    : html`without a gap since ${day(freshness.complete_from, dayMedium)}`;
  const today = freshness.today_fetched_at
    ? "Today's hours so far count as delivered, but in no average."
    : "Nothing of today is counted yet.";
  const doubt = freshness.doubt_note && html` <strong>${freshness.doubt_note}</strong>`;
  const notJudged = unjudged
    ? html`<a href="#/lines?state=uncovered">${count(unjudged)}</a>
        ${plural(unjudged, "has a flight day that was", "have flight days that were")} never fetched: in no
        share, trend or cause.`
    : "Every flight day so far was fetched.";
  const later =
    coverage.scheduled > 0 &&
    html` · ${count(coverage.scheduled)} ${plural(coverage.scheduled, "line starts", "lines start")} later`;
  return html`<section class="statement${late ? " late" : ""}" aria-labelledby="h-data">
    <h2 id="h-data">What these figures rest on</h2>
    <dl>
      <div>
        <dt>Delivery is complete through</dt>
        <dd>${freshness.complete_through ? day(freshness.complete_through, dayLong) : "no day yet"}</dd>
        <dd class="soft">${since}</dd>
      </div>
      <div>
        <dt>Delivery last arrived</dt>
        <dd>${freshness.fetched_at ? moment(freshness.fetched_at, shortMoment) : "never"}</dd>
        <dd class="soft">${today}${doubt}</dd>
      </div>
      <div>
        <dt>Lines judged</dt>
        <dd>${count(coverage.judged)} <small>of ${count(coverage.begun)}</small></dd>
        <dd class="soft">${notJudged}</dd>
      </div>
      <div>
        <dt>Newest campaign list</dt>
        <dd>${freshness.list_received_at ? moment(freshness.list_received_at, shortMoment) : "none yet"}</dd>
        <dd class="soft">${freshness.list_file || ""}${later}</dd>
      </div>
    </dl>
  </section>`;
};
const windowCard = (row, period) => {
  const trend = pickTrend(row.kind, row.purchase_type);
  return html`<li class="card" data-card="${row.kind}/${row.purchase_type}">
    <h3>
      <a href="${address(`/where/${row.kind}/${row.purchase_type}`, { period })}"
        >${categoryName(row.kind, row.purchase_type)}</a
      >
    </h3>
    <p class="big">${percent(row.fulfilled_pct)}</p>
    <p class="soft">
      ${count(row.fulfilled)} of ${count(row.lines)} ${plural(row.lines, "line", "lines")} met the goal
    </p>
    ${sparkline(trend)}
    <p>${trendChip(trend)}</p>
    <dl class="pair">
      <div>
        <dt>Delivered ÷ goals</dt>
        <dd>${percent(row.delivered_pct)}</dd>
      </div>
      <div>
        <dt>Without surplus</dt>
        <dd>${percent(row.capped_pct)}</dd>
      </div>
    </dl>
  </li>`;
};
const attentionTable = () => {
  if (!head.attention.length)
    return html`<p class="calm">
      Nothing today: no live line is at risk and no ended line waits for a make-good.
    </p>`;
  const shown = head.attention.slice(0, 10);
  const more = html`<p>
    <a href="#/lines?state=attention">All ${count(head.attention_count)} lines that need attention</a>
  </p>`;
  return html`<table class="attention" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Line</th>
          <th scope="col" role="columnheader">Why</th>
          <th scope="col" role="columnheader" class="n">At risk</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.map(
          (item) =>
            html`<tr role="row" data-line="${item.id}">
              <th scope="row" role="rowheader">
                <a href="#/line/${item.id}">${breakable(item.name)}</a
                ><span class="soft">${categoryName(item.kind, item.purchase_type)}</span>
              </th>
              <td role="cell">${told(item.reason)}</td>
              <td role="cell" class="n" data-label="At risk">${euros(item.value_at_risk_eur)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${head.attention_count > shown.length ? more : ""}`;
};
const liveNow = () => {
  const live = head.live;
  const all = ["behind", "on_track", "ahead", "unmeasured"];
  const total = all.reduce((lines, pace) => lines + live[pace].lines, 0);
  if (!total) return html`<p class="calm">No line is running.</p>`;
  return html`<div class="stack" aria-hidden="true">
      ${all.map((pace) => html`<i class="pace-${pace}" style="flex:${live[pace].lines} 0 0"></i>`)}
    </div>
    <ul class="legend">
      ${all.map(
        (pace) =>
          html`<li>
            <i class="key pace-${pace}" aria-hidden="true"></i
            ><a href="#/lines?state=live&pace=${pace}">${label("paces", pace)}</a>
            <strong>${count(live[pace].lines)}</strong>
            ${rough(live[pace].eur) > 0 ? html`<span class="soft">${euros(live[pace].eur)} at risk</span>` : ""}
          </li>`,
      )}
    </ul>`;
};
const unfetched = (pile) =>
  pile.unfetched > 0 &&
  html`<span class="soft"
    >${pile.unfetched === pile.count ? "all" : count(pile.unfetched)} of them were not fully fetched</span
  >`;
const reconciliationList = () =>
  head.reconciliation.length === 0
    ? html`<p class="calm">List and reporting agree.</p>`
    : html`<ul class="piles">
          ${head.reconciliation.map(
            (pile) =>
              html`<li>
                <strong>${count(pile.count)}</strong>
                <span>${label("piles", pile.kind_of_issue)}${unfetched(pile)}</span>
              </li>`,
          )}
        </ul>
        <p class="soft">Each of them, one by one, is in the sheet Reconciliation of fulfillment.xlsx.</p>`;
export const overview = (query) => {
  const period = PERIODS[query.get("period")] ? query.get("period") : "7d";
  const total = pickWindow(period, "all", "all");
  const waiting = !head.coverage.begun && !head.coverage.scheduled;
  const cards = head.windows.filter(
    (row) => row.period === period && row.kind !== "all" && row.purchase_type !== "all" && row.lines > 0,
  );
  const losses = head.losses
    .filter((row) => row.period === period && row.kind === "all" && row.purchase_type === "all")
    .map((row) => ({ ...row, href: address("/lines", { state: "ended", period, side: row.side }) }));
  const trend = pickTrend("all", "all");
  return {
    title: "Are we all right?",
    body: html` <section class="hero">
        <div class="hero-text">
          <p class="eyebrow">Are we all right?</p>
          <h1 tabindex="-1">${headline(period, total)}</h1>
          <p class="lead">
            ${waiting ? html`Drop one into the inbox folder, and this page is made again.` : headlineMore(period)}
          </p>
        </div>
        ${periodSwitch(period, (to) => address("/", { period: to }))}
      </section>
      <div class="answer">
        <section class="panel figure" data-card="all/all" aria-labelledby="h-total">
          <h2 id="h-total"><a href="${address("/where/all/all", { period })}">Goals met</a></h2>
          <div class="figure-row">
            <p class="huge">${percent(total?.fulfilled_pct)}</p>
            <div>
              <p>${count(total?.fulfilled)} of ${count(total?.lines)} lines</p>
              <p>${trendChip(trend)}</p>
            </div>
          </div>
          <dl class="pair">
            <div>
              <dt>Delivered ÷ goals</dt>
              <dd>${percent(total?.delivered_pct)}</dd>
            </div>
            <div>
              <dt>Without surplus</dt>
              <dd>${percent(total?.capped_pct)}</dd>
            </div>
          </dl>
          <h3 class="soft">Share of lines that met their goal, in the seven days before each date</h3>
          <div class="chart low-chart" id="trend"></div>
        </section>
        <section class="panel" aria-labelledby="h-side">
          <h2 id="h-side">System or resources?</h2>
          ${sideBar(losses)}${owed(period)}
        </section>
      </div>
      ${dataStatement()}
      ${
        cards.length
          ? html`<section aria-labelledby="h-cards">
              <h2 id="h-cards" class="quiet">By kind and purchase type</h2>
              <ul class="cards">
                ${cards.map((row) => windowCard(row, period))}
              </ul>
            </section>`
          : ""
      }
      <section class="panel" aria-labelledby="h-attention">
        <h2 id="h-attention">Needs attention today</h2>
        ${attentionTable()}
      </section>
      <div class="two">
        <section class="panel" aria-labelledby="h-live">
          <h2 id="h-live">Running now</h2>
          ${liveNow()}
        </section>
        <section class="panel" aria-labelledby="h-rec">
          <h2 id="h-rec">Where list and reporting disagree</h2>
          ${reconciliationList()}
        </section>
      </div>`,
    draw: () => drawTrend("trend", trend),
  };
};
