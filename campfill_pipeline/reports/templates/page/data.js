/* What travels in the page deflated, and is inflated when it is first needed. */

import { daysLater, missing } from "./format.js";
import { head, label } from "./head.js";
import { NEVER_JUDGED } from "./keys.js";
import { language } from "./language.js";
import { levels } from "./words.js";

const inflate = async (name) => {
  const element = document.getElementById(name);
  if (!element) return null;
  const packed = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
};
const readColumn = (column) =>
  Array.isArray(column) ? column : column.at.map((at) => (at < 0 ? null : column.of[at]));
const dashed = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
export let arrived = null;
const dataReady = new Promise((resolve) => {
  arrived = resolve;
});
export const dataArrived = () => arrived();
export let table = null;
export const lines = async () => {
  if (table) return table;
  await dataReady;
  const packed = await inflate("lines");
  const columns = Object.entries(packed).map(([name, column]) => [name, readColumn(column)]);
  const rows = columns[0][1].map((_, at) => {
    const row = { at };
    for (const [name, column] of columns) row[name] = column[at];
    row.id = dashed(row.id);
    if (nothingKnown(row)) {
      for (const name of head.no_zero) row[name] = null;
      row.pace = row.pace && "unmeasured";
    }
    row.attention = row[`attention_${language}`];
    row.search = [row.name, row.buyer, row.placement, row.advertiser, row.id, row.external_id]
      .join(" ")
      .toLowerCase();
    return row;
  });
  table = { rows, byId: new Map(rows.map((row) => [row.id, row])) };
  return table;
};
/* Begun, with no report row and no day fetched: its 0 would say that none came. */
const nothingKnown = (row) =>
  row.band === "no_data" && !row.days_fetched && !NEVER_JUDGED.includes(row.lifecycle);
const chunks = new Map();
export const detailOf = async (row) => {
  if (missing(row.chunk)) return null;
  if (!chunks.has(row.chunk)) chunks.set(row.chunk, inflate(`detail-${row.chunk}`));
  const found = await chunks.get(row.chunk);
  return found?.[row.id.replaceAll("-", "")] || null;
};
let revisions = null;
export const revisionsOf = async (row) => {
  revisions = revisions || inflate("revisions");
  return (await revisions)?.[row.id.replaceAll("-", "")] || [];
};
let disagreements = null;
export const disagreementsOf = async (row) => {
  disagreements = disagreements || inflate("disagreements");
  return (await disagreements)?.[row.id.replaceAll("-", "")] || [];
};
let counts = null;
/* Who else counted a line: {by, beyond, facts}. */
export const countsOf = async (row) => {
  counts = counts || inflate("counts");
  return (await counts)?.[row.id.replaceAll("-", "")] || [];
};
let care = null;
/* Who takes care of a line: {owner, note, until, muted, make_goods}; nothing where nothing was said. */
export const careOf = async (row) => {
  care = care || inflate("care");
  return (await care)?.[row.id.replaceAll("-", "")];
};
let struck = null;
const struckLines = async () => {
  struck = struck || inflate("struck");
  return (await struck) || {};
};
/* The incidents that struck a line: {at, lost, explains}, `at` being the place in head.incidents. */
export const struckBy = async (row) => (await struckLines())[row.id.replaceAll("-", "")] || [];
/* The ids of the lines that an incident struck. */
export const linesStruckBy = async (at) => {
  const all = Object.entries(await struckLines());
  return new Set(all.filter(([, told]) => told.some((one) => one.at === at)).map(([hex]) => dashed(hex)));
};
/* The ids of the lines about which there is a disagreement of this kind. */
export const disputedLines = async (kind) => {
  disagreements = disagreements || inflate("disagreements");
  const all = Object.entries((await disagreements) || {});
  return new Set(all.filter(([, told]) => told.some(([what]) => what === kind)).map(([hex]) => dashed(hex)));
};
const periodStart = (period) => {
  if (period === "this_year") return `${head.as_of.slice(0, 4)}-01-01`;
  return daysLater(head.as_of, period === "30d" ? -30 : -7);
};
export const inPeriod = (row, period) =>
  row.covered && row.end_date >= periodStart(period) && row.end_date < head.as_of;
export const inCategory = (row, kind, purchase) =>
  (kind === "all" || row.kind === kind) && (purchase === "all" || row.purchase_type === purchase);
export const ended = (row) => row.lifecycle.startsWith("ended");
export const pickWindow = (period, kind, purchase) =>
  head.windows.find((row) => row.period === period && row.kind === kind && row.purchase_type === purchase) ||
  null;
export const pickTrend = (kind, purchase) =>
  head.trend[`${kind}/${purchase}`] || { days: [], pct: [], change: [], trend: [] };
/* What a single line is: not the name of its category, which is that of many. */
export const lineCategory = (row) =>
  `${label("one_kind", row.kind)}, ${label("purchase_types", row.purchase_type)}`;
export const categoryName = (kind, purchase) => {
  const what = kind === "all" ? levels.allLines : label("kinds", kind);
  return purchase === "all" ? what : `${what}, ${label("purchase_types", purchase)}`;
};
