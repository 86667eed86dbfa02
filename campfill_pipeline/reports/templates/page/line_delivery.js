/* Where and on which days a line was delivered. */

import { rough } from "./exact.js";
import { count, day, html, impressions } from "./format.js";

export const siteTable = (detail) => {
  if (!detail.sites.length) return "";
  const [shown, all] = [detail.sites.length, detail.site_count];
  const most = rough(detail.sites[0][1]);
  return html`<section class="panel" aria-labelledby="h-sites">
    <h2 id="h-sites">
      Sites
      <span class="soft"
        >${shown < all ? html`the ${count(shown)} strongest of ${count(all)}` : html`all ${count(all)}`}</span
      >
    </h2>
    <table class="ranking sites">
      <thead>
        <tr>
          <th scope="col">Site</th>
          <th scope="col" class="n">Impressions</th>
          <th scope="col" class="n low">Plays</th>
        </tr>
      </thead>
      <tbody>
        ${detail.sites.map(
          ([site, reached, bids, wins, plays]) =>
            html`<tr>
              <th scope="row">
                ${site || "CSV export, which names no site"}<span class="rank" aria-hidden="true"
                  ><i style="width:${most ? ((100 * rough(reached)) / most).toFixed(1) : 0}%"></i
                ></span>
              </th>
              <td class="n">${impressions(reached)}</td>
              <td class="n low">${count(plays)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
};
const NAMED = { api: "the reporting API", csv: "CSV exports" };
const named = (source) => {
  const hours = source.replace(/_day$/, "");
  return (NAMED[hours] ?? hours) + (hours === source ? "" : " (whole days)");
};
/* Which source counts, on how many days: of several, one counts for a day. */
const toldBy = (sources) =>
  sources.length
    ? html`<p class="soft told-by">
        Counted from
        ${sources.map(([source, days], place) => html`${place ? ", " : ""}${named(source)} on ${count(days)} ${days === 1 ? "day" : "days"}`)}.
      </p>`
    : "";
export const dayTable = (detail) =>
  html`${toldBy(detail.sources)}
    <details>
      <summary>The same as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Delivery by day as a table">
        <table class="days">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" class="n">Impressions</th>
              <th scope="col" class="n">Bids</th>
              <th scope="col" class="n">Wins</th>
              <th scope="col" class="n">Plays</th>
            </tr>
          </thead>
          <tbody>
            ${detail.days.map(
              ([at, shown, bids, wins, plays]) =>
                html`<tr>
                  <th scope="row">${day(at)}</th>
                  <td class="n">${impressions(shown)}</td>
                  <td class="n">${count(bids)}</td>
                  <td class="n">${count(wins)}</td>
                  <td class="n">${count(plays)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
