/* The rows of a list as a file of their own: CSV in the reader's notation, or XLSX. */

import { missing } from "./format.js";
import { head, label } from "./head.js";
import { language, text } from "./language.js";
import { fields } from "./words.js";
import { workbook } from "./xlsx.js";

const german = language === "de";
const TEXT = "text",
  NUMBER = "number",
  DATE = "date";
/* In English files these two stand as their codes, which others read. */
const CODES = {
  campaign: text("Campaign"),
  deal: text("Deal"),
  guaranteed: text("guaranteed"),
  unguaranteed: text("unguaranteed"),
  unknown: text("unknown"),
};
const inWords = (code) => (german ? CODES[code] : code);
const FIELDS = [
  [fields.line, TEXT, (row) => row.name],
  [fields.kind, TEXT, (row) => inWords(row.kind)],
  [fields.purchase, TEXT, (row) => inWords(row.purchase_type)],
  [fields.buyer, TEXT, (row) => row.buyer],
  [fields.agency, TEXT, (row) => row.agency],
  [fields.advertiser, TEXT, (row) => row.advertiser],
  [fields.placement, TEXT, (row) => row.placement],
  [fields.start, DATE, (row) => row.effective_start],
  [fields.end, DATE, (row) => row.end_date],
  [fields.state, TEXT, (row) => label("lifecycles", row.lifecycle)],
  [fields.judged, TEXT, (row) => (row.covered ? fields.yes : fields.no)],
  [fields.band, TEXT, (row) => label("bands", row.band)],
  [fields.pace, TEXT, (row) => (row.pace ? label("paces", row.pace) : null)],
  [fields.goal, NUMBER, (row) => row.impression_goal],
  [fields.delivered, NUMBER, (row) => row.delivered],
  [fields.fulfilledPct, NUMBER, (row) => row.fulfillment_pct],
  [fields.shortfall, NUMBER, (row) => row.shortfall],
  [fields.index, NUMBER, (row) => row.pacing_index],
  [fields.projected, NUMBER, (row) => row.projected],
  [fields.needed, NUMBER, (row) => row.required_daily],
  [fields.valueAtRiskEur, NUMBER, (row) => row.value_at_risk_eur],
  [fields.cpmEur, NUMBER, (row) => row.cpm_eur],
  [fields.budgetEur, NUMBER, (row) => row.budget_eur],
  [fields.cause, TEXT, (row) => (row.cause ? label("causes", row.cause) : null)],
  [fields.side, TEXT, (row) => (row.side ? label("sides", row.side) : null)],
  [fields.id, TEXT, (row) => row.id],
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
    fields.lines,
    FIELDS.map(([name, kind]) => ({ name, kind })),
    rows.map((row) => FIELDS.map(([, , of]) => of(row))),
  );

export const saveAs = (kind, rows) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(kind === "csv" ? csv(rows) : xlsx(rows));
  link.download = `${text("lines")}-${head.as_of}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
