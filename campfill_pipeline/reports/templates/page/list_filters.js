/* Which lines a list holds: states and filters, as they stand in its address, and said in words. */

import { inVain } from "./addresses.js";
import { ended, inPeriod } from "./data.js";
import { rough } from "./exact.js";
import { html, missing } from "./format.js";
import { head, label, words } from "./head.js";
import { text } from "./language.js";
import { BANDS, KINDS, NEVER_JUDGED, PACES, PURCHASE_TYPES, SIDES } from "./keys.js";
import { isOrder } from "./list_table.js";
import { fields, incident, list, PERIODS } from "./words.js";

export const STATES = {
  ended: text("Ended"),
  live: text("Running"),
  scheduled: text("Not yet started"),
  uncovered: text("Delivery not fully fetched"),
  attention: text("Needs attention"),
  all: list.all,
};
const ONE = [
  "kind",
  "purchase",
  "buyer",
  "agency",
  "placement",
  "advertiser",
  "cause",
  "side",
  "pile",
  "incident",
];
const NAMES = ["q", "state", "period", ...ONE, "band", "pace", "short", "sort"];

export const readFilters = (query) => {
  const filters = Object.fromEntries(NAMES.map((name) => [name, query.get(name) || ""]));
  if (!Object.hasOwn(STATES, filters.state)) filters.state = "ended";
  if (!Object.hasOwn(PERIODS, filters.period)) filters.period = "";
  if (!isOrder(filters.sort)) filters.sort = filters.state === "live" ? "-value_at_risk_eur" : "-shortfall";
  return filters;
};
/* What each filter is called and can be; of the columns not named here: what a line has there. */
const KNOWN = {
  q: [list.search, () => true],
  state: [list.show, Object.keys(STATES)],
  period: [fields.endedWithin, Object.keys(PERIODS)],
  kind: [fields.kind, KINDS],
  purchase: [fields.purchase, PURCHASE_TYPES],
  cause: [fields.cause, Object.keys(words.causes)],
  side: [fields.side, SIDES],
  pile: [fields.disagreement, Object.keys(words.disagreements)],
  incident: ["incident", Object.keys(head.incidents)],
  band: [fields.band, BANDS],
  pace: [fields.pace, PACES],
  short: [list.short, ["1"]],
  sort: [list.order, (given) => isOrder(given)],
};
const HAD = {
  buyer: fields.buyer,
  agency: fields.agency,
  placement: fields.placement,
  advertiser: fields.advertiser,
};
/* What an address asks for and nothing can be: a misspelt code, a buyer that no line has. [caption, value] of each.
   Such a filter still narrows, to nothing: fewer rows than meant are seen, more could be sent to somebody. */
export const strangers = (query, rows) => {
  const had = Object.entries(HAD).map(([name, caption]) => [
    name,
    [caption, (given) => rows.some((row) => row[name] === given)],
  ]);
  const asked = [...query].flatMap(([name, given]) =>
    name === "band" ? given.split(",").map((one) => [name, one]) : [[name, given]],
  );
  return inVain(asked, { ...KNOWN, ...Object.fromEntries(had) });
};
/* How many filters narrow the list, besides its state and order. */
export const countSet = (filters) =>
  NAMES.filter((name) => name !== "state" && name !== "sort" && filters[name]).length;

export const judged = (row) => row.covered && row.lifecycle !== "scheduled";
/* No verdict is awaited of it: not yet, or not any more. */
export const unawaited = (row) => NEVER_JUDGED.includes(row.lifecycle);
const IN_STATE = {
  ended: (row) => ended(row) && row.covered,
  live: (row) => row.lifecycle === "live" && row.covered,
  scheduled: (row) => row.lifecycle === "scheduled",
  uncovered: (row) => !row.covered && !unawaited(row),
  attention: (row) => row.attention !== null,
  all: () => true,
};
const sideOf = (row) => row.side || (rough(row.shortfall) > 0 ? "none" : "");
/* Of a running line: at its pace it will be. */
const isShort = (row) =>
  row.lifecycle === "live"
    ? !missing(row.projected) && rough(row.projected) < rough(row.impression_goal)
    : !unawaited(row) && rough(row.shortfall) > 0;
/* `named` are, where asked for, the ids of lines about which there is a disagreement, or that an incident struck. */
export const narrowed = (rows, filters, named) => {
  const parts = filters.q.toLowerCase().split(/\s+/).filter(Boolean);
  const bands = filters.band ? filters.band.split(",") : [];
  const fits = [
    IN_STATE[filters.state],
    filters.period && ((row) => inPeriod(row, filters.period)),
    filters.kind && ((row) => row.kind === filters.kind),
    filters.purchase && ((row) => row.purchase_type === filters.purchase),
    bands.length > 0 && ((row) => bands.includes(row.band)),
    filters.pace && ((row) => row.pace === filters.pace),
    filters.buyer && ((row) => row.buyer === filters.buyer),
    filters.agency && ((row) => row.agency === filters.agency),
    filters.placement && ((row) => row.placement === filters.placement),
    filters.advertiser && ((row) => row.advertiser === filters.advertiser),
    filters.cause && ((row) => row.cause === filters.cause),
    filters.side && ((row) => sideOf(row) === filters.side),
    filters.short && isShort,
    filters.pile && ((row) => named.disputed.has(row.id)),
    filters.incident && ((row) => named.struck.has(row.id)),
    parts.length > 0 && ((row) => parts.every((part) => row.search.includes(part))),
  ].filter(Boolean);
  return rows.filter((row) => fits.every((fit) => fit(row)));
};

/* The filters in words: for paper, and for whoever gets a view sent. */
export const said = (filters) => {
  const bands = filters.band ? filters.band.split(",").map((band) => label("bands", band)) : [];
  const parts = [
    STATES[filters.state],
    filters.period && list.endedIn(PERIODS[filters.period]),
    filters.kind && label("kinds", filters.kind),
    filters.purchase && label("purchase_types", filters.purchase),
    bands.length > 0 && bands.join(list.or),
    filters.pace && label("paces", filters.pace),
    filters.short && list.short,
    filters.cause && label("causes", filters.cause),
    filters.side && label("sides", filters.side),
    filters.agency,
    filters.buyer,
    filters.placement,
    filters.advertiser,
    filters.pile && (words.piles[filters.pile] || filters.pile),
    filters.incident && incident.struckBy(head.incidents[filters.incident]?.site),
    filters.q && html`“${filters.q}”`,
  ].filter(Boolean);
  return list.shown(parts.map((part, at) => html`${at ? " · " : ""}${part}`));
};
