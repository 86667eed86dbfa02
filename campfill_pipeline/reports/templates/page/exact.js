/* Sums of decimal strings without loss: as whole numbers of 10^-20, in BigInt. */

import { missing } from "./format.js";

const SCALE = 20;
export const toUnits = (text) => {
  const value = String(text);
  const negative = value.startsWith("-");
  const [whole, fraction = ""] = value.replace("-", "").split(".");
  const units = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, "0"));
  return negative ? -units : units;
};
export const fromUnits = (units) => {
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  return (negative ? "-" : "") + digits.slice(0, -SCALE) + (fraction ? `.${fraction}` : "");
};
export const sum = (values) =>
  fromUnits(values.reduce((total, value) => (missing(value) ? total : total + toUnits(value)), 0n));
/* A part of a whole in percent, as a decimal string; null of nothing. */
export const percentOf = (part, whole) => {
  const all = toUnits(whole);
  return all === 0n ? null : fromUnits((toUnits(part) * 100n * 10n ** BigInt(SCALE)) / all);
};
/* For bar lengths and sorting only, where the fifteenth digit does not matter. */
export const rough = (value) => (missing(value) ? 0 : Number(value));
export const share = (part, whole) => (rough(whole) > 0 ? (100 * rough(part)) / rough(whole) : 0);
