/* What was promised for a line, where that stands, and what became of it. */

import { count, day, euros, html, missing, moment } from "./format.js";
import { head, label } from "./head.js";

const source = (upload, sheet, row) => {
  const found = head.uploads[upload];
  return found
    ? html`<strong>${found.file_name}</strong
        >${sheet ? html`, sheet ${sheet}` : ""}${missing(row) ? "" : html`, row <data value="${row}">${row}</data>`}
        <span class="soft">received ${moment(found.received_at)}</span>`
    : "–";
};
export const contract = (row) =>
  html`<section class="panel" aria-labelledby="h-contract">
    <h2 id="h-contract">Contract</h2>
    <dl class="contract">
      <div>
        <dt>From the list</dt>
        <dd>${source(row.upload, row.sheet, row.row_no)}</dd>
      </div>
      <div>
        <dt>Runtime</dt>
        <dd>
          ${row.runtime}
          ${row.start_date ? "" : html`<span class="soft">counted from ${day(row.effective_start)}</span>`}
        </dd>
      </div>
      <div>
        <dt>Impression goal</dt>
        <dd>${count(row.impression_goal)}</dd>
      </div>
      <div>
        <dt>CPM</dt>
        <dd>${euros(row.cpm_eur, 4)}</dd>
      </div>
      <div>
        <dt>Budget</dt>
        <dd>${euros(row.budget_eur, 2)}</dd>
      </div>
      <div>
        <dt>Buyer</dt>
        <dd>${row.buyer}</dd>
      </div>
      <div>
        <dt>Advertiser</dt>
        <dd>${row.advertiser || "–"}</dd>
      </div>
      <div>
        <dt>Placement</dt>
        <dd>${row.placement || "–"}</dd>
      </div>
      <div>
        <dt>ID</dt>
        <dd><code>${row.id}</code></dd>
      </div>
      ${
        row.external_id &&
        html`<div>
          <dt>Listed as</dt>
          <dd><code>${row.external_id}</code></dd>
        </div>`
      }
    </dl>
  </section>`;
const FIELDS = {
  name: "Name",
  runtime: "Runtime",
  impression_goal: "Impression goal",
  budget_eur: "Budget",
  cpm_eur: "CPM",
  buyer: "Buyer",
  kind: "Kind",
  kind_listed: "Kind",
};
const termOf = (field, value) => {
  if (missing(value)) return "blank";
  if (field === "impression_goal") return count(value);
  if (field === "budget_eur" || field === "cpm_eur") return euros(value, field === "cpm_eur" ? 4 : 2);
  return value;
};
const noPast = (row) =>
  row.revision > 1
    ? html`<p>
        This is revision ${count(row.revision)}. <code>campfill line ${row.id}</code> tells the earlier ones.
      </p>`
    : html`<p>Revision 1: unchanged since it first came.</p>`;
const change = ([field, before, after]) =>
  html`<li>
    ${FIELDS[field] || field}: <del>${termOf(field, before)}</del> <span aria-hidden="true">→</span>
    <ins>${termOf(field, after)}</ins>
  </li>`;
export const pastOf = (row, list) =>
  html`<section class="panel" aria-labelledby="h-history">
    <h2 id="h-history">What became of the contract</h2>
    ${list.length ? "" : noPast(row)}
    <ol class="revisions">
      ${list.map(
        (entry) =>
          html`<li>
            <p>
              <strong>Revision ${entry.revision}, ${label("actions", entry.action)}</strong>
              <span class="soft">valid from ${moment(entry.valid_from)}</span>
            </p>
            <p>${source(entry.upload, entry.sheet, entry.row)}</p>
            ${
              entry.changes.length
                ? html`<ul>
                    ${entry.changes.map(change)}
                  </ul>`
                : ""
            }
          </li>`,
      )}
    </ol>
  </section>`;
