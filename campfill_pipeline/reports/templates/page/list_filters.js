/* Which lines a list holds: states and filters. */

import { ended, inPeriod } from "./data.js";
import { rough } from "./exact.js";

export const STATES = {
  ended: "Ended",
  live: "Running",
  scheduled: "Not yet started",
  uncovered: "Delivery not fully fetched",
  attention: "Needs attention",
  all: "All",
};
const inState = (row, state) =>
  ({
    ended: () => ended(row) && row.covered,
    live: () => row.lifecycle === "live" && row.covered,
    scheduled: () => row.lifecycle === "scheduled",
    uncovered: () => !row.covered && row.lifecycle !== "scheduled",
    attention: () => row.attention !== null,
    all: () => true,
  })[state]();
export const narrowed = (rows, filters) => {
  const words = filters.q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      inState(row, filters.state) &&
      (!filters.period || inPeriod(row, filters.period)) &&
      (!filters.kind || row.kind === filters.kind) &&
      (!filters.purchase || row.purchase_type === filters.purchase) &&
      (!filters.band || row.band === filters.band) &&
      (!filters.pace || row.pace === filters.pace) &&
      (!filters.buyer || row.buyer === filters.buyer) &&
      (!filters.placement || row.placement === filters.placement) &&
      (!filters.advertiser || row.advertiser === filters.advertiser) &&
      (!filters.cause || row.cause === filters.cause) &&
      (!filters.side || (row.side || (rough(row.shortfall) > 0 ? "none" : "")) === filters.side) &&
      words.every((word) => row.search.includes(word)),
  );
};
