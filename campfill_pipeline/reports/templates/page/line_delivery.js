/* Where and on which days a line was delivered. */

import { rough } from "./exact.js";
import { count, day, html, impressions } from "./format.js";
import { many, say, text } from "./language.js";
import { fields, levels, line as words } from "./words.js";

export const siteTable = (detail) => {
  if (!detail.sites.length) return "";
  const [shown, all] = [detail.sites.length, detail.site_count];
  const most = rough(detail.sites[0][1]);
  return html`<section class="panel" aria-labelledby="h-sites">
    <h2 id="h-sites">
      ${words.sites}
      <span class="soft"
        >${shown < all ? words.strongest(count(shown), count(all)) : words.allSites(count(all))}</span
      >
    </h2>
    <table class="ranking sites">
      <thead>
        <tr>
          <th scope="col">${fields.site}</th>
          <th scope="col" class="n">${fields.impressions}</th>
          <th scope="col" class="n low">${fields.plays}</th>
        </tr>
      </thead>
      <tbody>
        ${detail.sites.map(
          ([site, reached, bids, wins, plays]) =>
            html`<tr>
              <th scope="row">
                ${site || words.siteless}<span class="rank" aria-hidden="true"
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
const NAMED = { api: text("the reporting API"), csv: text("CSV exports") };
const named = (source) => {
  const hours = source.replace(/_day$/, "");
  const name = NAMED[hours] ?? hours;
  return hours === source ? name : text("{source} (whole days)", { source: name });
};
const onDays = ([source, days]) =>
  many("{source} on {days} day", "{source} on {days} days", days, {
    source: named(source),
    days: count(days),
  });
/* Which source counts, on how many days: of several, one counts for a day. */
const toldBy = (sources) =>
  sources.length
    ? html`<p class="soft told-by">
        ${say("Counted from {sources}.", {
          sources: sources.map((one, place) => html`${place ? ", " : ""}${onDays(one)}`),
        })}
      </p>`
    : "";
export const dayTable = (detail) =>
  html`${toldBy(detail.sources)}
    <details>
      <summary>${levels.asTable}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${words.dayTable}">
        <table class="days">
          <thead>
            <tr>
              <th scope="col">${fields.day}</th>
              <th scope="col" class="n">${fields.impressions}</th>
              <th scope="col" class="n">${fields.bids}</th>
              <th scope="col" class="n">${fields.wins}</th>
              <th scope="col" class="n">${fields.plays}</th>
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
