/* What was promised for a line, where that stands, and what became of it. */

import { count, day, money, html, missing, moment } from "./format.js";
import { head, label } from "./head.js";
import { fields, contract as words } from "./words.js";

const source = (upload, sheet, row) => {
  const found = head.uploads[upload];
  return found
    ? html`<strong>${found.file_name}</strong
        >${sheet ? words.sheet(sheet) : ""}${missing(row) ? "" : words.row(row)}
        <span class="soft">${words.received(moment(found.received_at))}</span>`
    : "–";
};
export const contract = (row) =>
  html`<section class="panel" aria-labelledby="h-contract">
    <h2 id="h-contract">${words.title}</h2>
    <dl class="contract">
      <div>
        <dt>${words.from}</dt>
        <dd>${source(row.upload, row.sheet, row.row_no)}</dd>
      </div>
      <div>
        <dt>${fields.runtime}</dt>
        <dd>
          ${row.runtime}
          ${row.start_date ? "" : html`<span class="soft">${words.counted(day(row.effective_start))}</span>`}
        </dd>
      </div>
      <div>
        <dt>${fields.impressionGoal}</dt>
        <dd>${count(row.impression_goal)}</dd>
      </div>
      <div>
        <dt>${fields.cpm}</dt>
        <dd>${money(row.cpm_eur, 4)}</dd>
      </div>
      <div>
        <dt>${fields.budget}</dt>
        <dd>${money(row.budget_eur, 2)}</dd>
      </div>
      <div>
        <dt>${fields.buyer}</dt>
        <dd>${row.buyer}</dd>
      </div>
      <div>
        <dt>${fields.advertiser}</dt>
        <dd>${row.advertiser || "–"}</dd>
      </div>
      <div>
        <dt>${fields.placement}</dt>
        <dd>${row.placement || "–"}</dd>
      </div>
      <div>
        <dt>${fields.id}</dt>
        <dd><code>${row.id}</code></dd>
      </div>
      ${
        row.external_id &&
        html`<div>
          <dt>${words.listedAs}</dt>
          <dd><code>${row.external_id}</code></dd>
        </div>`
      }
    </dl>
  </section>`;
const FIELDS = {
  name: fields.name,
  runtime: fields.runtime,
  impression_goal: fields.impressionGoal,
  budget_eur: fields.budget,
  cpm_eur: fields.cpm,
  buyer: fields.buyer,
  kind: fields.kind,
  kind_listed: fields.kind,
};
const termOf = (field, value) => {
  if (missing(value)) return words.blank;
  if (field === "impression_goal") return count(value);
  if (field === "budget_eur" || field === "cpm_eur") return money(value, field === "cpm_eur" ? 4 : 2);
  return value;
};
const noPast = (row) =>
  row.revision > 1
    ? html`<p>${words.earlier(count(row.revision), html`<code>campfill line ${row.id}</code>`)}</p>`
    : html`<p>${words.unchanged}</p>`;
const change = ([field, before, after]) =>
  html`<li>
    ${FIELDS[field] || field}: <del>${termOf(field, before)}</del> <span aria-hidden="true">→</span>
    <ins>${termOf(field, after)}</ins>
  </li>`;
export const pastOf = (row, list) =>
  html`<section class="panel" aria-labelledby="h-history">
    <h2 id="h-history">${words.history}</h2>
    ${list.length ? "" : noPast(row)}
    <ol class="revisions">
      ${list.map(
        (entry) =>
          html`<li>
            <p>
              <strong>${words.revision(entry.revision, label("actions", entry.action))}</strong>
              <span class="soft">${words.validFrom(moment(entry.valid_from))}</span>
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
