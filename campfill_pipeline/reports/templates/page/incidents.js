/* Incidents: a site that fell silent or weak for all lines that were there is one problem, not one of each line. */

import { address } from "./addresses.js";
import { count, money, html, impressions, moment } from "./format.js";
import { head } from "./head.js";
import { attentionTable } from "./parts.js";
import { incident } from "./words.js";

const MOST = 5;
const hours = (row) => html`${moment(row.from_hour)} – ${moment(row.until_hour)}`;
export const incidentName = (row) =>
  html`<strong>${row.site || incident.noSite}</strong> ${incident.was[row.silence]}, ${hours(row)}`;
const entry = (row, at) =>
  html`<tr role="row" data-incident="${at}">
    <th scope="row" role="rowheader">
      ${row.site || incident.noSite}<span class="soft">${incident.silences[row.silence]}, ${hours(row)}</span>
    </th>
    <td role="cell" class="n" data-label="${incident.lines}">
      <a href="${address("/lines", { state: "all", incident: String(at) })}" data-opens="${row.lines}"
        >${count(row.lines)}</a
      >
    </td>
    <td role="cell" class="n" data-label="${incident.lost}">
      ${impressions(row.impressions_lost)}<span class="soft">${money(row.eur_lost)}</span>
    </td>
    <td role="cell" class="n" data-label="${incident.savable}">
      ${impressions(row.impressions_savable)}<span class="soft">${money(row.eur_savable)}</span>
    </td>
  </tr>`;
export const incidentPanel = () => {
  const found = head.incidents || [];
  if (!found.length) return "";
  const more = found.length > MOST && html`<p class="soft">${incident.more(count(found.length - MOST))}</p>`;
  return html`<section class="panel" aria-labelledby="h-incidents">
    <h2 id="h-incidents">${incident.title}</h2>
    <p class="soft">${incident.what}</p>
    ${attentionTable(
      [[incident.site], [incident.lines, true], [incident.lost, true], [incident.savable, true]],
      found.slice(0, MOST).map(entry),
    )}
    ${more}
  </section>`;
};
/* On a line: what struck it, and whether that is why it is short. */
export const struckPanel = (struck) =>
  struck.length === 0
    ? ""
    : html`<section class="panel cause" aria-labelledby="h-struck">
        <h2 id="h-struck">${struck[0].explains ? incident.explains : incident.partly}</h2>
        <p>${struck[0].explains ? incident.notItsOwn : incident.aPart}</p>
        <ul class="evidence">
          ${struck.map(
            (one) =>
              html`<li>
                ${incidentName(head.incidents[one.at])}:
                ${incident.ofThisLine(impressions(one.lost), count(head.incidents[one.at].lines))}
              </li>`,
          )}
        </ul>
      </section>`;
