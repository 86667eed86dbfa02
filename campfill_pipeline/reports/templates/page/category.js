/* Level 2: where? One category, by band, over time, by buyer, placement and advertiser. */

import { address, inVain } from "./addresses.js";
import { drawTrend } from "./chart_trend.js";
import { categoryName, inCategory, inPeriod, lines, pickTrend, pickWindow } from "./data.js";
import { percentOf, rough, sum } from "./exact.js";
import { count, day, money, html, impressions, NOTHING, percent, plain, points } from "./format.js";
import { head, label } from "./head.js";
import { BANDS, KINDS, PURCHASE_TYPES } from "./keys.js";
import { locale } from "./language.js";
import {
  crumbs,
  hero,
  noneJudged,
  PERIOD_ASKED,
  periodOf,
  periodSwitch,
  sideBar,
  strangersNote,
  tile,
  TREND_OF,
  trendChip,
  trendElsewhere,
} from "./parts.js";
import { ended, fields, levels, PERIODS, where } from "./words.js";

const ranked = (rows, field) => {
  const groups = new Map();
  for (const row of rows) {
    const key = row[field] || "";
    if (!groups.has(key)) groups.set(key, { key, rows: [] });
    groups.get(key).rows.push(row);
  }
  const list = [...groups.values()]
    .map((group) => ({
      key: group.key,
      lines: group.rows.length,
      seats: new Set(group.rows.map((row) => row.buyer)).size,
      short: group.rows.filter((row) => rough(row.shortfall) > 0).length,
      shortfall: sum(group.rows.map((row) => row.shortfall)),
      eur: sum(group.rows.map((row) => row.value_at_risk_eur)),
    }))
    .filter((group) => group.short > 0);
  return list.sort((a, b) => rough(b.shortfall) - rough(a.shortfall) || a.key.localeCompare(b.key, locale));
};
const rankedTable = (name, field, rows, filters) => {
  const groups = ranked(rows, field);
  const most = groups.length ? rough(groups[0].shortfall) : 0;
  const nameOf = ({ key, seats }) =>
    key
      ? html`<a href="${address("/lines", { ...filters, [field]: key })}">${key}</a>
          ${field === "agency" && seats > 1 ? html`<span class="soft">${where.seats(count(seats))}</span>` : ""}`
      : html`<span class="soft">${where.notTold}</span>`;
  const body = groups.slice(0, 12).map(
    (group) =>
      html`<tr data-key="${group.key}">
        <th scope="row">
          ${nameOf(group)}
          <span class="soft">${where.short(count(group.short), count(group.lines), group.lines)}</span
          ><span class="rank" aria-hidden="true"
            ><i style="width:${most ? ((100 * rough(group.shortfall)) / most).toFixed(1) : 0}%"></i
          ></span>
        </th>
        <td class="n">${impressions(group.shortfall)}</td>
        <td class="n">${money(group.eur)}</td>
      </tr>`,
  );
  return html`<section class="panel" aria-labelledby="h-${field}">
    <h2 id="h-${field}">${name}</h2>
    ${
      groups.length
        ? html`<table class="ranking" data-field="${field}">
              <thead>
                <tr>
                  <th scope="col">${name}</th>
                  <th scope="col" class="n">${fields.short}</th>
                  <th scope="col" class="n">${fields.worth}</th>
                </tr>
              </thead>
              <tbody>
                ${body}
              </tbody>
            </table>
            ${groups.length > 12 ? html`<p class="soft">${where.smaller(count(groups.length - 12))}</p>` : ""}`
        : html`<p class="calm">${rows.length ? where.none : ended.none(PERIODS[filters.period])}</p>`
    }
  </section>`;
};
const bandTable = (rows, filters) => {
  const counted = BANDS.map((band) => {
    const own = rows.filter((row) => row.band === band);
    return { band, lines: own.length, shortfall: sum(own.map((row) => row.shortfall)) };
  });
  return html`<div class="stack tall" aria-hidden="true">
      ${counted.map(({ band, lines }) => lines > 0 && html`<i class="band-${band}" style="flex:${lines} 0 0"></i>`)}
    </div>
    <table class="bands">
      <thead>
        <tr>
          <th scope="col">${fields.band}</th>
          <th scope="col" class="n">${fields.lines}</th>
          <th scope="col" class="n">${fields.share}</th>
          <th scope="col" class="n">${fields.impressionsShort}</th>
        </tr>
      </thead>
      <tbody>
        ${counted.map(
          (row) =>
            html`<tr data-band="${row.band}">
              <th scope="row">
                <i class="key band-${row.band}" aria-hidden="true"></i
                ><a href="${address("/lines", { ...filters, band: row.band })}"
                  >${label("bands", row.band)}</a
                >
                <span class="soft">${label("band_limits", row.band)}</span>
              </th>
              <td class="n">${count(row.lines)}</td>
              <td class="n">${rows.length ? `${plain(percentOf(row.lines, rows.length), 1)} %` : NOTHING}</td>
              <td class="n">${impressions(row.shortfall)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
};
const trendTable = (trend) =>
  html`<details>
    <summary>${levels.asTable}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${where.trendTable}">
      <table>
        <thead>
          <tr>
            <th scope="col">${fields.day}</th>
            <th scope="col" class="n">${ended.met}</th>
            <th scope="col" class="n">${where.againstBefore}</th>
            <th scope="col">${where.trend}</th>
          </tr>
        </thead>
        <tbody>
          ${trend.days
            .map((at, i) => [at, i])
            .reverse()
            .slice(0, 60)
            .map(
              ([at, i]) =>
                html`<tr>
                  <th scope="row">${day(at)}</th>
                  <td class="n">${percent(trend.pct[i])}</td>
                  <td class="n">${points(trend.change[i])}</td>
                  <td>${where.trends[trend.trend[i]] || "–"}</td>
                </tr>`,
            )}
        </tbody>
      </table>
    </div>
  </details>`;
export const category = async (kind, purchase, query) => {
  const period = periodOf(query);
  const all = (await lines()).rows;
  const rows = all.filter((row) => inCategory(row, kind, purchase) && inPeriod(row, period));
  const total = pickWindow(period, kind, purchase);
  const trend = pickTrend(kind, purchase);
  const filters = {
    state: "ended",
    period,
    kind: kind === "all" ? "" : kind,
    purchase: purchase === "all" ? "" : purchase,
  };
  const losses = head.losses
    .filter((row) => row.period === period && row.kind === kind && row.purchase_type === purchase)
    .map((row) => ({ ...row, href: address("/lines", { ...filters, side: row.side }) }));
  const name = categoryName(kind, purchase);
  const asked = [["kind", kind], ["purchase", purchase], ...query];
  const unknown = inVain(asked, {
    kind: [fields.kind, ["all", ...KINDS]],
    purchase: [fields.purchase, ["all", ...PURCHASE_TYPES]],
    ...PERIOD_ASKED,
  });
  const others = head.windows.filter(
    (row) => row.period === period && row.lines > 0 && (row.kind === "all") === (row.purchase_type === "all"),
  );
  const chip = (row) => {
    const current = row.kind === kind && row.purchase_type === purchase ? "true" : "false";
    const to = address(`/where/${row.kind}/${row.purchase_type}`, { period });
    return html`<a href="${to}" aria-current="${current}"
      >${categoryName(row.kind, row.purchase_type)} <span>${plain(row.lines)}</span></a
    >`;
  };
  const met = ended.ofLines(count(total?.fulfilled ?? 0), count(total?.lines ?? 0), total?.lines ?? 0);
  /* Of nothing that was judged nothing is known: no zero that would read as good news. */
  const inAll = (field) => (rows.length ? sum(rows.map((row) => row[field])) : null);
  const lacking = impressions(inAll("shortfall"));
  const short = rows.filter((row) => rough(row.shortfall) > 0).length;
  return {
    title: name,
    body: html`${crumbs([levels.overview, address("/", { period })], [name])}
      ${hero(
        where.question,
        name,
        periodSwitch(period, (to) => address(`/where/${kind}/${purchase}`, { period: to })),
      )}
      ${strangersNote(unknown, address("/where/all/all", { period }))}
      <nav class="chips" aria-label="${where.category}">${others.map(chip)}</nav>
      <dl class="tiles">
        ${tile(ended.met, percent(total?.fulfilled_pct), met)}
        ${tile(ended.delivered, percent(total?.delivered_pct), where.capped(percent(total?.capped_pct)))}
        ${tile(fields.impressionsShort, lacking, where.inLines(count(short), short))}
        ${tile(fields.worth, money(inAll("value_at_risk_eur")), where.ownCpm)}
      </dl>
      <p class="go">
        <a class="button" href="${address("/lines", filters)}"
          >${where.which} <span aria-hidden="true">→</span></a
        >
      </p>
      <section class="panel" aria-labelledby="h-side">
        <h2 id="h-side">${ended.sides}</h2>
        ${total?.lines ? sideBar(losses) : noneJudged(period)}
      </section>
      <div class="two">
        <section class="panel" aria-labelledby="h-bands">
          <h2 id="h-bands">${where.bands}</h2>
          ${bandTable(rows, filters)}
        </section>
        <section class="panel" aria-labelledby="h-trend">
          <h2 id="h-trend">${where.metTrend}</h2>
          ${
            period === TREND_OF
              ? html`<p>${trendChip(trend)}</p>
                  <div class="chart" id="trend"></div>
                  ${trendTable(trend)}`
              : trendElsewhere(address(`/where/${kind}/${purchase}`, { period: TREND_OF }))
          }
        </section>
      </div>
      <div class="two">
        ${rankedTable(fields.agencies, "agency", rows, filters)}
        ${rankedTable(fields.buyers, "buyer", rows, filters)}
        ${rankedTable(fields.placements, "placement", rows, filters)}
        ${rankedTable(fields.advertisers, "advertiser", rows, filters)}
      </div>`,
    draw: () => period === TREND_OF && drawTrend("trend", trend),
  };
};
