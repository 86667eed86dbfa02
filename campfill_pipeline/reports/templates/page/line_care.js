/* Who takes care of a line, and what was agreed to make good. */

import { count, day, dayLong, html, impressions } from "./format.js";
import { care as words } from "./words.js";

const said = (name, value) =>
  value &&
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
const makeGood = (one) =>
  html`<li>
    <strong>${words.states[one.state]}</strong>:
    ${words.delivered(impressions(one.delivered), count(one.agreed), day(one.first, dayLong), day(one.last, dayLong))}
    ${one.by ? html`<a href="#/line/${one.by}">${words.byAnother}</a>` : ""}
    ${one.text ? html`<span class="soft">${one.text}</span>` : ""}
  </li>`;
export const carePanel = (care) =>
  care
    ? html`<section class="panel" aria-labelledby="h-care">
        <h2 id="h-care">${words.title}</h2>
        <dl class="contract" id="care">
          ${said(words.owner, care.owner || words.nobody)} ${said(words.note, care.note)}
          ${said(words.until, care.until && day(care.until, dayLong))}
          ${said(words.muted, care.muted && day(care.muted, dayLong))}
        </dl>
        ${
          care.make_goods.length
            ? html`<h3>${words.goods}</h3>
                <ul class="evidence" id="make-goods">
                  ${care.make_goods.map(makeGood)}
                </ul>`
            : ""
        }
      </section>`
    : "";
