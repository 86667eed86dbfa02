/* Level 3: which lines? The list, worst first, narrowed by the address (so that every view can be sent to somebody). */
const STEP = 100;
const STATES = {
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
const narrowed = (rows, filters) => {
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
const COLUMNS = {
  name: { head: "Line", text: (row) => row.name },
  end_date: { head: "Flight", flight: true, text: (row) => row.end_date },
  impression_goal: { head: "Goal", number: true, low: true, not: "live" },
  delivered: { head: "Delivered", number: true, low: true },
  fulfillment_pct: { head: "Fulfilled", number: true },
  pacing_index: { head: "Pace", number: true, only: "live" },
  projected: { head: "Projected", number: true, only: "live", low: true },
  required_daily: { head: "Needed a day", number: true, only: "live", low: true },
  shortfall: { head: "Short", number: true, not: "live" },
  value_at_risk_eur: { head: "At risk", number: true },
  cause: { head: "Cause", text: (row) => row.cause || "", low: true },
};
const columnsFor = (state) =>
  Object.entries(COLUMNS).filter(([, column]) => (!column.only || column.only === state) && column.not !== state);
const sorted = (rows, sort) => {
  const [key, down] = sort.startsWith("-") ? [sort.slice(1), true] : [sort, false];
  const column = COLUMNS[key];
  if (!column) return rows;
  const order = column.text
    ? (a, b) => column.text(a).localeCompare(column.text(b), locale)
    : (a, b) =>
        missing(a[key]) || missing(b[key]) ? missing(b[key]) - missing(a[key]) : rough(a[key]) - rough(b[key]);
  return [...rows].sort(
    (a, b) =>
      (missing(a[key]) !== missing(b[key]) ? missing(a[key]) - missing(b[key]) : (down ? -1 : 1) * order(a, b)) ||
      a.at - b.at,
  );
};
const standing = (row) =>
  row.lifecycle === "scheduled"
    ? "not started"
    : !row.covered
      ? "not judged"
      : row.lifecycle === "live"
        ? "so far"
        : html`<span aria-hidden="true">${BAND_SIGNS[row.band]}</span> ${label("bands", row.band)}`;
const cells = {
  name: (row) =>
    html`<th scope="row" role="rowheader">${lineLink(row)}<span class="soft">${[categoryName(row.kind, row.purchase_type), row.kind === "deal" ? row.buyer : row.advertiser, row.placement].filter(Boolean).join(" · ")}</span></th>`,
  end_date: (row) =>
    html`<td role="cell" data-label="${COLUMNS.end_date.head}" class="flight">${row.start_date ? day(row.start_date) : html`<abbr title="as soon as possible">ASAP</abbr>`} <span aria-hidden="true">–</span> ${day(row.end_date)}${row.covered || row.lifecycle === "scheduled" ? "" : html`<span class="soft">${count(row.days_fetched)} of ${count(row.elapsed_days)} days fetched</span>`}</td>`,
  impression_goal: (row) =>
    html`<td role="cell" data-label="${COLUMNS.impression_goal.head}" class="n low">${count(row.impression_goal)}</td>`,
  delivered: (row) =>
    html`<td role="cell" data-label="${COLUMNS.delivered.head}" class="n low">${impressions(row.delivered)}${row.lifecycle === "live" ? html`<span class="soft whole">of ${count(row.impression_goal)}</span>` : ""}</td>`,
  fulfillment_pct: (row) =>
    html`<td role="cell" data-label="${COLUMNS.fulfillment_pct.head}" class="n pct">${percent(row.fulfillment_pct)}<span class="fill ${row.lifecycle === "live" ? "running" : "band-" + row.band}" aria-hidden="true"><i style="width:${Math.min(rough(row.fulfillment_pct), 100).toFixed(1)}%"></i></span><span class="soft">${standing(row)}</span></td>`,
  pacing_index: (row) =>
    html`<td role="cell" data-label="${COLUMNS.pacing_index.head}" class="n">${factor(row.pacing_index)}<span class="soft">${row.pace ? label("paces", row.pace) : ""}</span></td>`,
  projected: (row) =>
    html`<td role="cell" data-label="${COLUMNS.projected.head}" class="n low">${impressions(row.projected)}</td>`,
  required_daily: (row) =>
    html`<td role="cell" data-label="${COLUMNS.required_daily.head}" class="n low">${needed(row.required_daily)}</td>`,
  shortfall: (row) =>
    html`<td role="cell" data-label="${COLUMNS.shortfall.head}" class="n">${impressions(row.shortfall)}</td>`,
  value_at_risk_eur: (row) =>
    html`<td role="cell" data-label="${COLUMNS.value_at_risk_eur.head}" class="n">${euros(row.value_at_risk_eur)}</td>`,
  cause: (row) =>
    html`<td role="cell" data-label="${COLUMNS.cause.head}" class="low">${row.cause ? html`${label("causes", row.cause)}<span class="soft">${label("sides", row.side)}</span>` : ""}</td>`,
};
const choice = (name, caption, current, options, everything = "All") =>
  html`<div class="field"><label for="f-${name}">${caption}</label><select id="f-${name}" name="${name}"><option value="">${everything}</option>${options.map(
    ([value, text]) =>
      html`<option value="${value}"${value === current ? new Markup(" selected") : ""}>${text}</option>`,
  )}</select></div>`;
const named = (group, keys) => keys.map((key) => [key, label(group, key)]);
const distinct = (rows, field) =>
  [...new Set(rows.map((row) => row[field]).filter(Boolean))]
    .sort((a, b) => a.localeCompare(b, locale))
    .map((value) => [value, value]);

const listTable = (rows, filters, shown) =>
  html`<table class="list" role="table"><caption class="unseen">Lines, sorted by ${(COLUMNS[filters.sort.replace("-", "")] || COLUMNS.shortfall).head}</caption><thead role="rowgroup"><tr role="row">${columnsFor(
    filters.state,
  ).map(([key, column]) => {
    const state = filters.sort === key ? "ascending" : filters.sort === "-" + key ? "descending" : "none";
    return html`<th scope="col" role="columnheader" aria-sort="${state}" class="${[column.number && "n", column.low && "low", column.flight && "flight"].filter(Boolean).join(" ")}"><button type="button" data-sort="${state === "descending" || (state === "none" && !column.number) ? key : "-" + key}">${column.head}<span aria-hidden="true">${state === "ascending" ? " ↑" : state === "descending" ? " ↓" : ""}</span></button></th>`;
  })}</tr>
    </thead>
    <tbody role="rowgroup">${rows.slice(0, shown).map((row) => html`<tr role="row" data-line="${row.id}">${columnsFor(filters.state).map(([key]) => cells[key](row))}</tr>`)}</tbody>
    </table>`;

const lineList = async (query) => {
  const all = (await lines()).rows;
  const filters = Object.fromEntries(
    [
      "q",
      "state",
      "period",
      "kind",
      "purchase",
      "band",
      "pace",
      "buyer",
      "placement",
      "advertiser",
      "cause",
      "side",
      "sort",
    ].map((name) => [name, query.get(name) || ""]),
  );
  if (!STATES[filters.state]) filters.state = "ended";
  if (!COLUMNS[filters.sort.replace("-", "")])
    filters.sort = filters.state === "live" ? "-value_at_risk_eur" : "-shortfall";
  const rows = sorted(narrowed(all, filters), filters.sort);
  let shown = STEP;
  const result = (
    limit,
  ) => html`<dl class="tiles slim">${tile("Lines", count(rows.length))}${filters.state === "live" ? "" : tile("Impressions short", impressions(sum(rows.map((row) => row.shortfall))))}
    ${tile("Value at risk", euros(sum(rows.map((row) => row.value_at_risk_eur))))}</dl>
    ${rows.length ? html`${listTable(rows, filters, limit)}${pager(Math.min(limit, rows.length), rows.length)}` : html`<p class="calm">No line fits. <a href="#/lines">Start over</a></p>`}`;
  const change = (values, quiet) => go(address("/lines", { ...filters, ...values }), quiet);
  return {
    title: "Which lines?",
    body: html`${crumbs(["Overview", "#/"], ["Lines"])}<h1 tabindex="-1">Which lines?</h1>
    <form class="filters" role="search" aria-label="Narrow the list"><div class="field search"><label for="f-q">Search</label><input id="f-q" type="search" name="q" value="${filters.q}" placeholder="Name, buyer, advertiser, ID" autocomplete="off"></div>
      <div class="field"><label for="f-state">Show</label><select id="f-state" name="state">${Object.entries(STATES).map(([key, text]) => html`<option value="${key}"${key === filters.state ? new Markup(" selected") : ""}>${text}</option>`)}</select></div>
      ${filters.state === "live" ? choice("pace", "Pace", filters.pace, named("paces", ["behind", "on_track", "ahead", "unmeasured"])) : choice("period", "Ended in", filters.period, Object.entries(PERIODS), "any time")}${choice("kind", "Kind", filters.kind, named("kinds", ["campaign", "deal"]))}
      ${choice("purchase", "Purchase type", filters.purchase, named("purchase_types", ["guaranteed", "unguaranteed", "unknown"]))}${choice("band", "Band", filters.band, named("bands", BANDS))}
      ${choice("cause", "Cause", filters.cause, named("causes", Object.keys(head.words.causes)))}${choice("side", "Kind of problem", filters.side, named("sides", SIDES))}
      ${choice("buyer", "Buyer", filters.buyer, distinct(all, "buyer"))}${choice("placement", "Placement", filters.placement, distinct(all, "placement"))}${choice("advertiser", "Advertiser", filters.advertiser, distinct(all, "advertiser"))}
      <a class="ghost" href="#/lines">Start over</a></form>
    <div id="result" aria-live="polite">${result(shown)}</div>`,
    draw: () => {
      const form = document.querySelector("form.filters"),
        output = document.getElementById("result");
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("change", (event) => {
        if (event.target.name === "q") return;
        const fresh = event.target.name === "state" ? { period: "", pace: "", sort: "" } : {};
        change({ [event.target.name]: event.target.value, ...fresh });
      });
      let waiting;
      form.elements.q.addEventListener("input", (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => change({ q: event.target.value }, true), 150);
      });
      output.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button && button.dataset.sort) change({ sort: button.dataset.sort }, true);
        if (button && "more" in button.dataset) {
          shown += STEP * 5;
          output.innerHTML = String(result(shown));
        }
      });
    },
  };
};
