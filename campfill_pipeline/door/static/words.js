// The words of the page: what became of an upload, said in text and sign, never in colour alone.
const STATES = {
  received: ["…", "received", ""],
  reading: ["…", "being read", ""],
  checking: ["…", "being checked", ""],
  storing: ["…", "being stored", ""],
  loaded: ["●", "loaded", "good"],
  partly_loaded: ["▲", "partly loaded", "fair"],
  rejected: ["▼", "rejected", "bad"],
  duplicate: ["○", "already loaded, nothing changed", ""],
};
const MOST_ISSUES = 5;

/** An element with attributes and children; text stays text. */
export function el(name, attributes, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(children) ? children : [children]));
  return made;
}

export function became(upload) {
  if (upload.reverted_at) return { kind: "", text: "○ taken back" };
  const [mark, words, kind] = STATES[upload.status] ?? ["", upload.status, ""];
  const rows = upload.rows?.read
    ? `, ${number(upload.rows.accepted)} of ${number(upload.rows.read)} rows accepted`
    : "";
  return { kind, text: `${mark} ${words}${rows}` };
}

/** What was wrong, with its mend: elements to stand below a file. */
export function problemsOf(report) {
  const found = [];
  const errors = report.issues.filter((issue) => issue.severity === "error");
  if (report.status === "rejected" && report.message && !errors.length) {
    found.push(el("p", {}, `${report.message} ${report.hint ?? ""}`));
  }
  if (errors.length) {
    const shown = errors.slice(0, MOST_ISSUES).map((issue) => {
      const place = [issue.sheet, issue.cell].filter(Boolean).join("!");
      return el("li", {}, [el("strong", {}, place), ` ${issue.message} ${issue.hint}`]);
    });
    if (errors.length > MOST_ISSUES)
      shown.push(el("li", {}, `… and ${number(errors.length - MOST_ISSUES)} more, in the receipt`));
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
          errors.length ? "Receipt with the rows to mend" : "Receipt",
        ),
      ),
    );
  return found;
}

export function number(value) {
  return value === null || value === undefined ? "" : value.toLocaleString();
}

export function moment(text) {
  const then = new Date(text);
  const today = then.toDateString() === new Date().toDateString();
  return then.toLocaleString(
    undefined,
    today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
}
