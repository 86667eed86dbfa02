/* Numbers, dates and text as the reader's language writes them. Exact decimals stay strings, never floats. */

import { head } from "./head.js";
import { locale, many, text } from "./language.js";
import { html, Markup } from "./markup.js";

export { html, Markup, locale };

/* Cut a decimal string after some digits, without rounding. */
const cut = (value, digits) => {
  const [whole, fraction = ""] = value.split(".");
  return digits > 0 ? `${whole}.${fraction.slice(0, digits).padEnd(digits, "0")}` : whole;
};
const formats = new Map();
const numberFormat = (digits, style = {}) => {
  const key = digits + JSON.stringify(style);
  if (!formats.has(key)) {
    formats.set(
      key,
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        ...style,
      }),
    );
  }
  return formats.get(key);
};
/* Every figure carries its exact value, for machines, for a pointer held still, and for who asks to see it. */
let exactly = false;
export const setExactly = (on) => {
  exactly = on;
};
const allDigits = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
export const exactText = (value, unit = "") => `${allDigits.format(value)}${unit}`;
const IMPRESSIONS = ` ${text("impressions")}`;
export const exact = (value, shown, unit = "") =>
  html`<data value="${value}" title="${exactText(value, unit)}" data-unit="${unit}"
    >${exactly ? exactText(value, unit === IMPRESSIONS ? "" : unit) : shown}</data
  >`;
export const NOTHING = html`<span class="none" title="${text("no value")}">–</span>`;
export const missing = (value) => value === null || value === undefined;
/* What is needed is rounded up: less would not do. */
export const needed = (value) =>
  missing(value)
    ? NOTHING
    : exact(value, numberFormat(0, { roundingMode: "ceil" }).format(value), IMPRESSIONS);
export const count = (value) => (missing(value) ? NOTHING : exact(value, numberFormat(0).format(value)));
export const impressions = (value, digits = 0) => {
  if (missing(value)) return NOTHING;
  const small = digits === 0 && /^-?0\.0*[1-9]/.test(String(value));
  return exact(value, small ? "< 1" : numberFormat(digits).format(value), IMPRESSIONS);
};
/* Money is in the one currency of the home, whatever it is; headings that say € say its sign. */
export const inHome = (heading) => heading.replace("€", head.currency.sign);
const currency = { style: "currency", currency: head.currency.code };
export const money = (value, digits = 0) =>
  missing(value)
    ? NOTHING
    : exact(value, numberFormat(digits, currency).format(value), ` ${head.currency.sign}`);
/* Rounding happens here and nowhere else: half up, of the exact decimals (`domain/rounding.py` does the same). */
const machine = (digits) =>
  new Intl.NumberFormat("en-US", {
    useGrouping: false,
    maximumFractionDigits: digits,
    roundingMode: "halfExpand",
  });
/* Rounded like everywhere else, but never up to a limit that was not reached: 99.96 % is shown as 99.9 %. */
export const below = (value, digits, limits) => {
  const shown = Number(machine(digits).format(value));
  return limits.some((limit) => Number(value) < limit && shown >= limit) ? cut(String(value), digits) : value;
};
export const percent = (value, digits = 1) =>
  missing(value)
    ? NOTHING
    : exact(value, `${numberFormat(digits).format(below(value, digits, head.limits.pct))} %`, " %");
/* A difference: its sign is always said, and a minus is as wide as a plus. */
const signedText = (value, digits, style = {}) =>
  numberFormat(digits, { signDisplay: "exceptZero", ...style })
    .format(value)
    .replace("-", "−");
export const points = (value) =>
  missing(value) ? NOTHING : exact(value, `${signedText(value, 1)} ${text("pts")}`, ` ${text("points")}`);
export const signed = (value) => (missing(value) ? NOTHING : exact(value, signedText(value, 0)));
export const signedMoney = (value) =>
  missing(value) ? NOTHING : exact(value, signedText(value, 0, currency), ` ${head.currency.sign}`);
export const factor = (value, digits = 2) =>
  missing(value)
    ? NOTHING
    : exact(value, numberFormat(digits).format(below(value, digits, head.limits.pace)));
/* With the decimals it has. */
export const decimal = (value) => allDigits.format(value);
export const plain = (value, digits = 0) => (missing(value) ? "–" : numberFormat(digits).format(value));
export const asUtc = (day) => new Date(`${day}T00:00:00Z`);
const dayFormat = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
export const dayShort = dayFormat({ day: "2-digit", month: "short" });
export const dayLong = dayFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
export const dayMedium = dayFormat({ day: "numeric", month: "short", year: "numeric" });
export const dayPlain = dayFormat({ day: "2-digit", month: "2-digit", year: "numeric" });
export const day = (value, format = dayPlain) =>
  missing(value) ? NOTHING : html`<time datetime="${value}">${format.format(asUtc(value))}</time>`;
const fullMoment = { dateStyle: "medium", timeStyle: "short" };
export const shortMoment = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
export const moment = (value, style = fullMoment) => {
  if (missing(value)) return NOTHING;
  const format = new Intl.DateTimeFormat(locale, { timeZone: head.timezone, ...style });
  return html`<time datetime="${value}">${format.format(new Date(value))}</time>`;
};
export const daysLater = (value, days) => {
  const at = asUtc(value);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
};
export const lineCount = (number) => many("{count} line", "{count} lines", number, { count: count(number) });
