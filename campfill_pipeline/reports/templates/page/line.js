/* Level 4: why this line? */
const sentence = (row, detail) => {
  if (row.lifecycle === "scheduled") return html`Starts on ${day(row.effective_start, dayLong)}.`;
  if (!row.covered)
    return html`Not judged: ${count(row.days_fetched)} of ${count(row.elapsed_days)} flight days were fetched.`;
  if (row.lifecycle === "live") {
    if (missing(row.projected)) return html`Its first day is running; nothing can be projected yet.`;
    const gap = fromUnits(toUnits(row.impression_goal) - toUnits(row.projected));
    return rough(gap) > 0
      ? html`At the pace of its last days it will end ${impressions(gap)} impressions short, worth ${euros(row.value_at_risk_eur, 2)}.`
      : html`At the pace of its last days it will reach its goal.`;
  }
  if (rough(row.shortfall) === 0)
    return html`Goal met${rough(row.surplus) > 0 ? html`, with ${impressions(row.surplus)} impressions more than promised` : ""}.`;
  return html`Fell short by ${impressions(row.shortfall)} impressions, worth ${euros(row.value_at_risk_eur, 2)}.`;
};
const facts = (row) => html`<dl class="tiles">
  ${tile("Goal", count(row.impression_goal), "impressions")}${tile("Delivered", impressions(row.delivered), rough(row.delivered_outside_flight) > 0 ? html`${impressions(row.delivered_outside_flight)} of them outside the flight` : "")}
  ${tile("Fulfilled", percent(row.fulfillment_pct, 2), standing(row))}
  ${row.lifecycle === "live" ? html`${tile("Pace", factor(row.pacing_index), label("paces", row.pace))}${tile("Projected", impressions(row.projected))}${tile("Needed a day", needed(row.required_daily), html`for ${count(row.flight_days - row.elapsed_days)} days; best week ${missing(row.best_week_daily) ? "unknown" : html`${impressions(row.best_week_daily)}: ${row.reachable ? "reachable" : "out of reach"}`}`)}` : html`${tile("Short", impressions(row.shortfall))}${tile("Billable", euros(row.billable_eur, 2), html`${euros(row.delivered_value_eur, 2)} delivered`)}`}
  ${tile("Value at risk", euros(row.value_at_risk_eur, 2), html`at a CPM of ${euros(row.cpm_eur, 2)}`)}</dl>`;

const STAGES = [
  ["bids", "Selected", "bids"],
  ["wins", "Auctions won", "wins per bid"],
  ["plays", "Played", "plays per win"],
  ["audience", "Audience", "impressions per play"],
];
const rate = (value) => (missing(value) ? NOTHING : factor(value, rough(value) < 1 ? 4 : 2));
const funnel = (evidence) => html`<table class="funnel">
  <thead>
  <tr>
  <th scope="col">Stage</th>
  <th scope="col" class="n">This line</th>
  <th scope="col" class="n">Needed / usual</th>
  <th scope="col">Against the usual</th>
  <th scope="col" class="n">Part of the loss</th></tr>
  </thead>
  <tbody>
  ${STAGES.map(([key, name, unit]) => {
    const stage = evidence.stages[key];
    const ratio = missing(stage.ratio) ? null : rough(stage.ratio) * 100;
    return html`<tr data-stage="${key}"${stage.named ? new Markup(' class="named"') : ""}><th scope="row">${name}<span class="soft">${unit}</span></th><td class="n">${key === "bids" ? count(stage.actual) : rate(stage.actual)}</td>
      <td class="n">${key === "bids" ? impressions(stage.baseline) : rate(stage.baseline)}</td>
    <td><span class="gauge" aria-hidden="true"><i style="width:${Math.min(ratio || 0, 150) / 1.5}%"></i><b></b></span><span class="gauge-text">${missing(stage.ratio) ? NOTHING : exact(stage.ratio, plain(ratio.toFixed(1), 1) + " %")}</span></td>
    <td class="n">${missing(stage.share) ? NOTHING : exact(stage.share, plain((rough(stage.share) * 100).toFixed(1), 0) + " %")}</td></tr>`;
  })}</tbody></table>`;
const UNITS = {
  not_selected: "bids",
  too_few_bids: "bids",
  lost_auctions: "wins",
  won_but_not_played: "plays",
  low_audience: "impressions",
};
const factsOf = (evidence, cause) => {
  const list = [];
  if (!missing(evidence.days_not_fetched))
    list.push(
      html`${count(evidence.days_not_fetched)} flight ${plural(evidence.days_not_fetched, "day was", "days were")} not fetched.`,
    );
  if (!missing(evidence.flight_hours))
    list.push(html`${count(evidence.hours_without_bid)} of ${count(evidence.flight_hours)} flight hours had no bid.`);
  if (evidence.first_hour)
    list.push(html`First hour with delivery: ${moment(evidence.first_hour)}; the last: ${moment(evidence.last_hour)}.`);
  for (const [site, figure, due] of evidence.weakest_sites)
    list.push(
      html`Weak site: ${site || "(none named)"}, ${impressions(figure)} ${UNITS[cause] || ""} where ${impressions(due)} were due.`,
    );
  if (evidence.reference_basis === "history" || evidence.reference_basis === "flight") {
    list.push(
      html`Usual is what ${evidence.reference_purchase_type === "all" ? "all" : evidence.reference_purchase_type} lines that met their target got ${evidence.reference_basis === "history" ? "before this flight" : "in the hours of this flight"}, ${day(evidence.reference_first_day)} to ${day(evidence.reference_last_day)} (${count(evidence.reference_days)} ${plural(evidence.reference_days, "day", "days")} with delivery), at this line's own sites and hours.`,
    );
  }
  return list;
};
const causePanel = (row, detail) => {
  if (!row.cause) return "";
  const evidence = detail && detail.evidence,
    facts = evidence ? factsOf(evidence, row.cause) : [];
  return html`<section class="panel cause" aria-labelledby="h-cause">
    <h2 id="h-cause">Why: ${label("causes", row.cause)} <span class="side-chip side-${row.side}">${label("sides", row.side)}</span></h2>
    <p class="lead">${label("cause_sentences", row.cause)}</p><p>${label("cause_actions", row.cause)}</p>
    ${evidence && evidence.stages ? funnel(evidence) : ""}${
      facts.length
        ? html`<h3>What can be checked</h3>
      <ul class="evidence">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>`
        : ""
    }</section>`;
};
const siteTable = (detail) => {
  if (!detail.sites.length) return "";
  const most = rough(detail.sites[0][1]);
  return html`<section class="panel" aria-labelledby="h-sites">
    <h2 id="h-sites">Sites <span class="soft">${detail.sites.length < detail.site_count ? html`the ${count(detail.sites.length)} strongest of ${count(detail.site_count)}` : html`all ${count(detail.site_count)}`}</span></h2>
  <table class="ranking sites">
    <thead>
    <tr>
    <th scope="col">Site</th>
    <th scope="col" class="n">Impressions</th>
    <th scope="col" class="n low">Plays</th></tr>
    </thead>
    <tbody>${detail.sites.map(
      ([site, shown, bids, wins, plays]) =>
        html`<tr>
        <th scope="row">${site || "CSV export, which names no site"}<span class="rank" aria-hidden="true"><i style="width:${most ? ((100 * rough(shown)) / most).toFixed(1) : 0}%"></i></span></th><td class="n">${impressions(shown)}</td>
        <td class="n low">${count(plays)}</td></tr>`,
    )}</tbody></table></section>`;
};
const source = (upload, sheet, row) => {
  const found = head.uploads[upload];
  return found
    ? html`<strong>${found.file_name}</strong>${sheet ? html`, sheet ${sheet}` : ""}${missing(row) ? "" : html`, row <data value="${row}">${row}</data>`} <span class="soft">received ${moment(found.received_at)}</span>`
    : "–";
};
const contract = (
  row,
) => html`<section class="panel" aria-labelledby="h-contract"><h2 id="h-contract">Contract</h2><dl class="contract">
  <div><dt>From the list</dt><dd>${source(row.upload, row.sheet, row.row_no)}</dd></div>
  <div><dt>Runtime</dt>
    <dd>${row.runtime}${row.start_date ? "" : html` <span class="soft">counted from ${day(row.effective_start)}</span>`}</dd></div>
    <div><dt>Impression goal</dt>
    <dd>${count(row.impression_goal)}</dd></div>
  <div><dt>CPM</dt>
    <dd>${euros(row.cpm_eur, 4)}</dd></div>
    <div><dt>Budget</dt>
    <dd>${euros(row.budget_eur, 2)}</dd></div>
    <div><dt>Buyer</dt>
    <dd>${row.buyer}</dd></div>
  <div><dt>Advertiser</dt>
    <dd>${row.advertiser || "–"}</dd></div>
    <div><dt>Placement</dt>
    <dd>${row.placement || "–"}</dd></div>
    <div><dt>ID</dt>
    <dd><code>${row.id}</code></dd></div></dl></section>`;
const FIELDS = {
  name: "Name",
  runtime: "Runtime",
  impression_goal: "Impression goal",
  budget_eur: "Budget",
  cpm_eur: "CPM",
  buyer: "Buyer",
  kind: "Kind",
  kind_listed: "Kind",
};
const termOf = (field, value) => {
  if (missing(value)) return "blank";
  if (field === "impression_goal") return count(value);
  if (field === "budget_eur" || field === "cpm_eur") return euros(value, field === "cpm_eur" ? 4 : 2);
  return value;
};
const pastOf = (row, list) =>
  html`<section class="panel" aria-labelledby="h-history">
    <h2 id="h-history">What became of the contract</h2>${list.length ? "" : row.revision > 1 ? html`<p>This is revision ${count(row.revision)}. <code>campfill line ${row.id}</code> tells the earlier ones.</p>` : html`<p>Revision 1: unchanged since it first came.</p>`}<ol class="revisions">${list.map(
      (entry) =>
        html`<li><p><strong>Revision ${entry.revision}, ${label("actions", entry.action)}</strong> <span class="soft">valid from ${moment(entry.valid_from)}</span></p>
        <p>${source(entry.upload, entry.sheet, entry.row)}</p>
  ${entry.changes.length ? html`<ul>${entry.changes.map(([field, before, after]) => html`<li>${FIELDS[field] || field}: <del>${termOf(field, before)}</del> <span aria-hidden="true">→</span> <ins>${termOf(field, after)}</ins></li>`)}</ul>` : ""}</li>`,
    )}</ol></section>`;

const line = async (id) => {
  const row = (await lines()).byId.get(id);
  if (!row)
    return {
      title: "No such line",
      body: html`${crumbs(["Overview", "#/"], ["Lines", "#/lines"], ["Not found"])}<h1 tabindex="-1">This page has no line with that ID</h1>
        <p>${head.left_out ? html`It may be one of the ${count(head.left_out)} lines that were left out to keep the file small. ` : ""}Ask for it with <code>campfill line ${id}</code>.</p>`,
      draw: () => {},
    };
  const [detail, past, disputed] = await Promise.all([detailOf(row), revisionsOf(row), disagreementsOf(row)]);
  const hasDays = detail && detail.days;
  return {
    title: row.name,
    body: html`${crumbs(["Overview", "#/"], [categoryName(row.kind, row.purchase_type), `#/where/${row.kind}/${row.purchase_type}`], ["Lines", "#/lines"], ["This line"])}
    <section class="hero of-line"><div class="hero-text"><p class="eyebrow">${categoryName(row.kind, row.purchase_type)} · ${label("lifecycles", row.lifecycle)} · ${!row.covered ? "not judged" : row.lifecycle === "live" ? html`<span class="badge">${label("paces", row.pace)}</span>` : row.lifecycle === "scheduled" ? "" : bandBadge(row.band)}</p>
      <h1 tabindex="-1">${breakable(row.name)}</h1>
      <p class="lead">${sentence(row, detail)}</p>${row.attention ? html`<p class="why-today"><strong>Today:</strong> ${told(row.attention)}</p>` : ""}</div></section>
    ${facts(row)}${causePanel(row, detail)}
    ${
      hasDays
        ? html`<section class="panel" aria-labelledby="h-curve">
      <h2 id="h-curve">Delivery against the promise</h2>
      <div class="chart tall" id="curve"></div>${dayTable(detail)}</section>`
        : ""
    }
    ${
      detail && detail.hours
        ? html`<div class="two uneven"><section class="panel" aria-labelledby="h-heat">
      <h2 id="h-heat">When it ran <span class="soft">impressions by ${detail.hours.weekly ? "week" : "day"} and hour, ${head.timezone}</span></h2>
      <div class="chart heat" id="heat"></div></section>
      ${siteTable(detail)}</div>`
        : ""
    }
    ${detail && detail.days && !detail.hours && row.lifecycle !== "scheduled" && detail.trimmed ? html`<p class="soft">Hours and sites of this line were left out to keep the file small: <code>campfill line ${row.id}</code> tells them.</p>` : ""}
    <div class="two">${contract(row)}${pastOf(row, past)}</div>
    ${
      disputed.length
        ? html`<section class="panel" aria-labelledby="h-disputed">
      <h2 id="h-disputed">Where list and reporting disagree</h2>
      <dl class="contract">${disputed.map(
        ([kind, facts]) => html`<div><dt>${label("disagreements", kind)}</dt>
      <dd>${facts}</dd></div>`,
      )}</dl></section>`
        : ""
    }`,
    draw: () => {
      if (hasDays) drawCurve("curve", row, detail);
      if (detail && detail.hours) drawHeat("heat", detail.hours);
    },
  };
};
const dayTable = (detail) => html`<details><summary>The same as a table</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Delivery by day as a table">
  <table class="days">
  <thead>
  <tr>
  <th scope="col">Day</th>
  <th scope="col" class="n">Impressions</th>
  <th scope="col" class="n">Bids</th>
  <th scope="col" class="n">Wins</th>
  <th scope="col" class="n">Plays</th></tr>
  </thead>
  <tbody>${detail.days.map(
    ([at, shown, bids, wins, plays]) => html`<tr>
    <th scope="row">${day(at)}</th><td class="n">${impressions(shown)}</td>
    <td class="n">${count(bids)}</td>
    <td class="n">${count(wins)}</td>
    <td class="n">${count(plays)}</td></tr>`,
  )}</tbody>
    </table></div></details>`;
