// The words of the page: what became of an upload, said in text and sign, never in colour alone.
import { locale, many, text, toldOf } from "/static/language.js";

const STATES = {
  received: ["…", text("received"), ""],
  reading: ["…", text("being read"), ""],
  checking: ["…", text("being checked"), ""],
  storing: ["…", text("being stored"), ""],
  loaded: ["●", text("loaded"), "good"],
  partly_loaded: ["▲", text("partly loaded"), "fair"],
  rejected: ["▼", text("rejected"), "bad"],
  duplicate: ["○", text("already loaded, nothing changed"), ""],
};
const MOST_ISSUES = 5;

/** An element with attributes and children; text stays text. */
export function el(name, attributes, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(children) ? children : [children]));
  return made;
}

const acceptedOf = (rows) =>
  many("{accepted} of {read} row accepted", "{accepted} of {read} rows accepted", rows.read, {
    accepted: number(rows.accepted),
    read: number(rows.read),
  });

export function became(upload) {
  if (upload.reverted_at) return { kind: "", told: `○ ${text("taken back")}` };
  const [mark, words, kind] = STATES[upload.status] ?? ["", upload.status, ""];
  const rows = upload.rows?.read ? `, ${acceptedOf(upload.rows)}` : "";
  return { kind, told: `${mark} ${words}${rows}` };
}

/** What was wrong, with its mend: elements to stand below a file. */
export function problemsOf(report) {
  const found = [];
  const errors = report.issues.filter((issue) => issue.severity === "error");
  if (report.status === "rejected" && report.message && !errors.length) {
    found.push(el("p", {}, toldOf(report.reason, report.message, report.hint).join(" ")));
  }
  if (errors.length) {
    const shown = errors.slice(0, MOST_ISSUES).map((issue) => {
      const place = [issue.sheet, issue.cell].filter(Boolean).join("!");
      const told = toldOf(issue.code, issue.message, issue.hint).join(" ");
      return el("li", {}, [el("strong", {}, place), ` ${told}`]);
    });
    if (errors.length > MOST_ISSUES)
      shown.push(
        el(
          "li",
          {},
          text("… and {count} more, in the receipt", { count: number(errors.length - MOST_ISSUES) }),
        ),
      );
    found.push(el("ul", {}, shown));
  }
  if (report.receipt)
    found.push(
      el(
        "p",
        {},
        el(
          "a",
          { href: `/uploads/${report.upload_id}/receipt` },
          errors.length ? text("Receipt with the rows to mend") : text("Receipt"),
        ),
      ),
    );
  return found;
}

export function number(value) {
  return value === null || value === undefined ? "" : value.toLocaleString(locale);
}

/* In the home's time zone, as on the fulfillment page; the day only where it is not today there. */
export function moment(text) {
  const then = new Date(text);
  const timeZone = document.body.dataset.zone;
  const dayOf = (time) => time.toLocaleDateString(locale, { timeZone });
  const dateStyle = dayOf(then) === dayOf(new Date()) ? undefined : "medium";
  return then.toLocaleString(locale, { dateStyle, timeStyle: "short", timeZone });
}
