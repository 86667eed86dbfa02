/* Before the start: lines whose goal needs more than their sites ever gave, while it can still be changed. */

import { count, html } from "./format.js";
import { head } from "./head.js";
import { told } from "./language.js";
import { attentionTable, breakable } from "./parts.js";
import { fields, upcoming } from "./words.js";

const MOST = 5;
const entry = (row) =>
  html`<tr role="row" data-unlikely="${row.id}">
    <th scope="row" role="rowheader"><a href="#/line/${row.id}">${breakable(row.name)}</a></th>
    <td role="cell">${told(row.reason)}</td>
  </tr>`;
export const upcomingPanel = () => {
  const found = head.unlikely || [];
  if (!found.length) return "";
  const more =
    head.unlikely_count > MOST &&
    html`<p class="soft">${upcoming.more(count(head.unlikely_count - MOST))}</p>`;
  return html`<section class="panel" aria-labelledby="h-upcoming">
    <h2 id="h-upcoming">${upcoming.title}</h2>
    <p class="soft">${upcoming.what}</p>
    ${attentionTable([[fields.line], [fields.why]], found.slice(0, MOST).map(entry))} ${more}
  </section>`;
};
