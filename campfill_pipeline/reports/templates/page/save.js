/* The rows of a list as a file of their own: CSV in the reader's notation, or XLSX. */

import { locale, missing } from "./format.js";
import { head, label } from "./head.js";
import { workbook } from "./xlsx.js";

const german = locale.toLowerCase().startsWith("de");
const TEXT = "text",
  NUMBER = "number",
  DATE = "date";
const FIELDS = [
  ["Line", TEXT, (row) => row.name],
  ["Kind", TEXT, (row) => row.kind],
  ["Purchase type", TEXT, (row) => row.purchase_type],
  ["Buyer", TEXT, (row) => row.buyer],
  ["Agency", TEXT, (row) => row.agency],
  ["Advertiser", TEXT, (row) => row.advertiser],
  ["Placement", TEXT, (row) => row.placement],
  ["Start", DATE, (row) => row.effective_start],
  ["End", DATE, (row) => row.end_date],
  ["State", TEXT, (row) => label("lifecycles", row.lifecycle)],
  ["Judged", TEXT, (row) => (row.covered ? "yes" : "no")],
  ["Band", TEXT, (row) => label("bands", row.band)],
  ["Pace", TEXT, (row) => (row.pace ? label("paces", row.pace) : null)],
  ["Goal", NUMBER, (row) => row.impression_goal],
  ["Delivered", NUMBER, (row) => row.delivered],
  ["Fulfilled %", NUMBER, (row) => row.fulfillment_pct],
  ["Shortfall", NUMBER, (row) => row.shortfall],
  ["Pacing index", NUMBER, (row) => row.pacing_index],
  ["Projected", NUMBER, (row) => row.projected],
  ["Needed a day", NUMBER, (row) => row.required_daily],
  ["Value at risk €", NUMBER, (row) => row.value_at_risk_eur],
  ["CPM €", NUMBER, (row) => row.cpm_eur],
  ["Budget €", NUMBER, (row) => row.budget_eur],
  ["Cause", TEXT, (row) => (row.cause ? label("causes", row.cause) : null)],
  ["Kind of problem", TEXT, (row) => (row.side ? label("sides", row.side) : null)],
  ["ID", TEXT, (row) => row.id],
];

/* A spreadsheet takes text that begins like a formula for one: an apostrophe before it keeps it text. */
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (text) => (/[";,\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const inCsv = (kind, value) => {
  if (missing(value)) return "";
  if (kind === NUMBER) return german ? String(value).replace(".", ",") : String(value);
  if (kind === DATE) return german ? value.split("-").reverse().join(".") : value;
  return quoted(harmless(String(value)));
};
/* With a mark of its encoding in front, without which Excel reads umlauts wrongly. */
const csv = (rows) => {
  const separator = german ? ";" : ",";
  const told = [
    FIELDS.map(([name]) => quoted(name)),
    ...rows.map((row) => FIELDS.map(([, kind, of]) => inCsv(kind, of(row)))),
  ];
  return new Blob([`\ufeff${told.map((cells) => cells.join(separator)).join("\r\n")}\r\n`], {
    type: "text/csv",
  });
};
const xlsx = (rows) =>
  workbook(
    FIELDS.map(([name, kind]) => ({ name, kind })),
    rows.map((row) => FIELDS.map(([, , of]) => of(row))),
  );

export const saveAs = (kind, rows) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(kind === "csv" ? csv(rows) : xlsx(rows));
  link.download = `lines-${head.as_of}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
