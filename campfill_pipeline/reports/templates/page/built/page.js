(() => {
  // campfill_pipeline/reports/templates/page/addresses.js
  var address = (path, values) => {
    const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    return `#${path}${String(query) ? `?${query}` : ""}`;
  };
  var go = (to, quiet = false) => {
    if (quiet) {
      history.replaceState(null, "", to);
      window.dispatchEvent(new Event("narrowed"));
    } else location.hash = to;
  };

  // campfill_pipeline/reports/templates/page/head.js
  var head = JSON.parse(document.getElementById("head").textContent);
  var label = (group, key) => head.words[group]?.[key] || key || "–";

  // campfill_pipeline/reports/templates/page/format.js
  var locale = (navigator.languages || [navigator.language]).find((tag) => /^(de|en)\b/i.test(tag)) || "en-GB";
  var Markup = class {
    constructor(text) {
      this.text = text;
    }
    toString() {
      return this.text;
    }
  };
  var ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  var escapeText = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
  var piece = (value) => {
    if (value === null || value === void 0 || value === false) return "";
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map(piece).join("");
    return escapeText(value);
  };
  var html = (parts, ...values) => new Markup(parts.reduce((text, part, at) => text + piece(values[at - 1]) + part));
  var cut = (text, digits) => {
    const [whole, fraction = ""] = text.split(".");
    return digits > 0 ? `${whole}.${fraction.slice(0, digits).padEnd(digits, "0")}` : whole;
  };
  var formats = /* @__PURE__ */ new Map();
  var numberFormat = (digits, style = {}) => {
    const key = digits + JSON.stringify(style);
    if (!formats.has(key)) {
      formats.set(
        key,
        new Intl.NumberFormat(locale, {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
          ...style
        })
      );
    }
    return formats.get(key);
  };
  var exact = (value, shown, unit = "") => html`<data value="${value}" title="${value}${unit}">${shown}</data>`;
  var NOTHING = new Markup('<span class="none" title="no value">–</span>');
  var missing = (value) => value === null || value === void 0;
  var needed = (value) => missing(value) ? NOTHING : exact(value, numberFormat(0, { roundingMode: "ceil" }).format(value), " impressions");
  var count = (value) => missing(value) ? NOTHING : exact(value, numberFormat(0).format(value));
  var impressions = (value, digits = 0) => {
    if (missing(value)) return NOTHING;
    const small = digits === 0 && /^-?0\.0*[1-9]/.test(String(value));
    return exact(value, small ? "< 1" : numberFormat(digits).format(value), " impressions");
  };
  var euros = (value, digits = 0) => missing(value) ? NOTHING : exact(value, numberFormat(digits, { style: "currency", currency: "EUR" }).format(value), " €");
  var below = (value, digits, limits) => {
    const shown = Number(Number(value).toFixed(digits));
    return limits.some((limit) => Number(value) < limit && shown >= limit) ? cut(String(value), digits) : value;
  };
  var percent = (value, digits = 1) => missing(value) ? NOTHING : exact(value, `${numberFormat(digits).format(below(value, digits, head.limits.pct))} %`, " %");
  var points = (value) => missing(value) ? NOTHING : exact(value, `${numberFormat(1, { signDisplay: "exceptZero" }).format(value)} pts`, " points");
  var factor = (value, digits = 2) => missing(value) ? NOTHING : exact(value, numberFormat(digits).format(below(value, digits, head.limits.pace)));
  var plain = (value, digits = 0) => missing(value) ? "–" : numberFormat(digits).format(value);
  var told = (sentence2) => sentence2.replace(/(€?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?/g, (found, euro, whole, fraction = "") => {
    if (found === whole && !whole.includes(",")) return found;
    const style = euro ? { style: "currency", currency: "EUR" } : {};
    return numberFormat(Math.max(fraction.length - 1, 0), style).format(whole.replaceAll(",", "") + fraction);
  });
  var asUtc = (day2) => /* @__PURE__ */ new Date(`${day2}T00:00:00Z`);
  var dayFormat = (options2) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options2 });
  var dayShort = dayFormat({ day: "2-digit", month: "short" });
  var dayLong = dayFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  var dayMedium = dayFormat({ day: "numeric", month: "short", year: "numeric" });
  var dayPlain = dayFormat({ day: "2-digit", month: "2-digit", year: "numeric" });
  var day = (value, format = dayPlain) => missing(value) ? NOTHING : html`<time datetime="${value}">${format.format(asUtc(value))}</time>`;
  var fullMoment = { dateStyle: "medium", timeStyle: "short" };
  var shortMoment = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  var moment = (value, style = fullMoment) => {
    if (missing(value)) return NOTHING;
    const format = new Intl.DateTimeFormat(locale, { timeZone: head.timezone, ...style });
    return html`<time datetime="${value}">${format.format(new Date(value))}</time>`;
  };
  var daysLater = (value, days) => {
    const at = asUtc(value);
    at.setUTCDate(at.getUTCDate() + days);
    return at.toISOString().slice(0, 10);
  };
  var plural = (number, one, many) => Number(number) === 1 ? one : many;

  // campfill_pipeline/reports/templates/page/charts.js
  var library = null;
  var drawLater = [];
  var open = /* @__PURE__ */ new Map();
  var colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  var clearCharts = () => {
    for (const chart2 of open.values()) chart2.dispose();
    open.clear();
    drawLater = [];
  };
  var chart = (id, options2) => {
    const make = () => {
      const element = document.getElementById(id);
      if (!element) return;
      const drawn = open.get(id) || library.init(element, null, { renderer: "svg", locale: "EN" });
      open.set(id, drawn);
      drawn.setOption(options2(element.clientWidth), true);
    };
    drawLater.push(make);
    if (library) make();
  };
  var chartsArrived = (echarts) => {
    library = echarts;
    redraw();
  };
  var openCharts = () => open.values();
  var redraw = () => {
    if (library) for (const make of drawLater) make();
  };
  var font = () => ({
    fontFamily: getComputedStyle(document.body).fontFamily,
    color: colour("muted"),
    fontSize: 12
  });
  var tooltip = (formatter, trigger = "axis") => ({
    trigger,
    formatter,
    confine: true,
    appendTo: void 0,
    backgroundColor: colour("surface"),
    borderColor: colour("rule"),
    textStyle: { color: colour("ink"), fontSize: 13 },
    axisPointer: { lineStyle: { color: colour("muted") } }
  });
  var dayAxis = (days) => ({
    type: "category",
    data: days,
    boundaryGap: false,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("rule") } },
    axisLabel: { ...font(), hideOverlap: true, formatter: (value) => dayShort.format(asUtc(value)) }
  });
  var valueAxis = (extra = {}) => ({
    type: "value",
    splitNumber: 4,
    axisLabel: { ...font(), formatter: (value) => plain(value) },
    splitLine: { lineStyle: { color: colour("rule") } },
    ...extra
  });
  var described = (text) => ({ enabled: true, label: { description: text } });

  // campfill_pipeline/reports/templates/page/chart_trend.js
  var drawTrend = (id, trend) => {
    const known = trend.pct.filter((value) => !missing(value)).map(Number);
    const element = document.getElementById(id);
    if (!known.length) {
      if (element) element.outerHTML = '<p class="calm">No week with ended lines yet.</p>';
      return;
    }
    const [first, last] = [trend.days[0], trend.days.at(-1)].map((at) => dayPlain.format(asUtc(at)));
    const floor = Math.max(0, Math.floor((Math.min(...known) - 3) / 20) * 20);
    const shown = (at) => `${plain(below(trend.pct[at], 1, head.limits.pct), 1)} %`;
    chart(id, () => ({
      animation: false,
      aria: described(
        `Share of lines that met their goal, from ${plain(known[0], 1)} % on ${first} to ${plain(known.at(-1), 1)} % on ${last}.`
      ),
      grid: {
        left: 8,
        right: 16,
        top: 16,
        bottom: 8,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel"
      },
      tooltip: tooltip(
        ([at]) => `${dayLong.format(asUtc(at.axisValue))}<br><b>${missing(at.value) ? "no line ended" : shown(at.dataIndex)}</b>`
      ),
      xAxis: dayAxis(trend.days),
      yAxis: valueAxis({ min: floor, max: 100, axisLabel: { ...font(), formatter: "{value} %" } }),
      series: [
        {
          type: "line",
          data: trend.pct.map((value) => missing(value) ? null : Number(value)),
          showSymbol: known.length < 15,
          symbolSize: 5,
          lineStyle: { width: 2.5, color: colour("line") },
          itemStyle: { color: colour("line") },
          areaStyle: { color: colour("line"), opacity: 0.08, origin: "start" }
        }
      ]
    }));
  };

  // campfill_pipeline/reports/templates/page/data.js
  var inflate = async (name) => {
    const element = document.getElementById(name);
    if (!element) return null;
    const packed = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  var readColumn = (column) => Array.isArray(column) ? column : column.at.map((at) => at < 0 ? null : column.of[at]);
  var dashed = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  var arrived = null;
  var dataReady = new Promise((resolve) => {
    arrived = resolve;
  });
  var dataArrived = () => arrived();
  var table = null;
  var lines = async () => {
    if (table) return table;
    await dataReady;
    const packed = await inflate("lines");
    const columns = Object.entries(packed).map(([name, column]) => [name, readColumn(column)]);
    const rows = columns[0][1].map((_, at) => {
      const row = { at };
      for (const [name, column] of columns) row[name] = column[at];
      row.id = dashed(row.id);
      row.search = [row.name, row.buyer, row.placement, row.advertiser, row.id].join(" ").toLowerCase();
      return row;
    });
    table = { rows, byId: new Map(rows.map((row) => [row.id, row])) };
    return table;
  };
  var chunks = /* @__PURE__ */ new Map();
  var detailOf = async (row) => {
    if (missing(row.chunk)) return null;
    if (!chunks.has(row.chunk)) chunks.set(row.chunk, inflate(`detail-${row.chunk}`));
    const found = await chunks.get(row.chunk);
    return found?.[row.id.replaceAll("-", "")] || null;
  };
  var revisions = null;
  var revisionsOf = async (row) => {
    revisions = revisions || inflate("revisions");
    return (await revisions)?.[row.id.replaceAll("-", "")] || [];
  };
  var disagreements = null;
  var disagreementsOf = async (row) => {
    disagreements = disagreements || inflate("disagreements");
    return (await disagreements)?.[row.id.replaceAll("-", "")] || [];
  };
  var PERIODS = { "7d": "the last 7 days", "30d": "the last 30 days", this_year: "this year" };
  var periodStart = (period) => {
    if (period === "this_year") return `${head.as_of.slice(0, 4)}-01-01`;
    return daysLater(head.as_of, period === "30d" ? -30 : -7);
  };
  var inPeriod = (row, period) => row.covered && row.end_date >= periodStart(period) && row.end_date < head.as_of;
  var inCategory = (row, kind, purchase) => (kind === "all" || row.kind === kind) && (purchase === "all" || row.purchase_type === purchase);
  var ended = (row) => row.lifecycle.startsWith("ended");
  var pickWindow = (period, kind, purchase) => head.windows.find((row) => row.period === period && row.kind === kind && row.purchase_type === purchase) || null;
  var pickTrend = (kind, purchase) => head.trend[`${kind}/${purchase}`] || { days: [], pct: [], change: [], trend: [] };
  var categoryName = (kind, purchase) => {
    const what = kind === "all" ? "All lines" : label("kinds", kind);
    return purchase === "all" ? what : `${what}, ${label("purchase_types", purchase)}`;
  };

  // campfill_pipeline/reports/templates/page/exact.js
  var SCALE = 20;
  var toUnits = (text) => {
    const value = String(text);
    const negative = value.startsWith("-");
    const [whole, fraction = ""] = value.replace("-", "").split(".");
    const units = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, "0"));
    return negative ? -units : units;
  };
  var fromUnits = (units) => {
    const negative = units < 0n;
    const digits = String(negative ? -units : units).padStart(SCALE + 1, "0");
    const fraction = digits.slice(-SCALE).replace(/0+$/, "");
    return (negative ? "-" : "") + digits.slice(0, -SCALE) + (fraction ? `.${fraction}` : "");
  };
  var sum = (values) => fromUnits(values.reduce((total, value) => missing(value) ? total : total + toUnits(value), 0n));
  var rough = (value) => missing(value) ? 0 : Number(value);
  var share = (part, whole) => rough(whole) > 0 ? 100 * rough(part) / rough(whole) : 0;

  // campfill_pipeline/reports/templates/page/keys.js
  var BAND_SIGNS = {
    goal_met: "✓",
    near_goal: "≈",
    moderate_shortfall: "▽",
    critical_shortfall: "▼",
    no_data: "○"
  };
  var SIDES = ["system", "resource", "unknown", "none"];
  var BANDS = ["critical_shortfall", "moderate_shortfall", "near_goal", "goal_met", "no_data"];
  var PACES = ["behind", "on_track", "ahead", "unmeasured"];
  var PURCHASE_TYPES = ["guaranteed", "unguaranteed", "unknown"];

  // campfill_pipeline/reports/templates/page/parts.js
  var periodSwitch = (current, address2) => html`<nav class="switch" aria-label="Ended in">
    ${Object.keys(PERIODS).map(
    (period) => html`<a href="${address2(period)}" aria-current="${period === current ? "true" : "false"}"
          >${period === "7d" ? "7 days" : period === "30d" ? "30 days" : "This year"}</a
        >`
  )}
  </nav>`;
  var bandBadge = (band) => html`<span class="badge band-${band}"
    ><span aria-hidden="true">${BAND_SIGNS[band]}</span> ${label("bands", band)}</span
  >`;
  var TREND_SIGNS = { improving: "▲", declining: "▼", stable: "▶" };
  var trendChip = (trend) => {
    const last = trend.days.length - 1;
    if (last < 0 || !trend.trend[last])
      return html`<span class="trend none">no trend: one of the two weeks has no lines</span>`;
    const word = trend.trend[last];
    return html`<span class="trend trend-${word}"
    ><span aria-hidden="true">${TREND_SIGNS[word]}</span> ${word}
    <span class="soft">${points(trend.change[last])} to the week before</span></span
  >`;
  };
  var sparkline = (trend) => {
    const values = trend.pct.slice(-60);
    const known = values.filter((value) => !missing(value)).map(Number);
    if (known.length < 2) return "";
    const low = Math.max(0, Math.min(...known) - 2), span = Math.max(100 - low, 1), step = 200 / Math.max(values.length - 1, 1);
    let path = "", pen = "M";
    values.forEach((value, at) => {
      if (missing(value)) {
        pen = "M";
        return;
      }
      path += `${pen}${(at * step).toFixed(1)} ${(38 - 36 * (Number(value) - low) / span).toFixed(1)}`;
      pen = "L";
    });
    return html`<svg class="spark" viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden="true">
    <line x1="0" x2="200" y1="2" y2="2" class="spark-goal" />
    <path d="${path}" />
  </svg>`;
  };
  var portion = (part, whole) => {
    const size = share(part, whole);
    return `${size > 0 && size < 1 ? "< 1" : plain(size.toFixed(0))} %`;
  };
  var sideBar = (rows) => {
    const total = sum(rows.map((row) => row.impressions));
    if (rough(total) === 0) return html`<p class="calm">No shortfall.</p>`;
    const kept = SIDES.map((side) => rows.find((row) => row.side === side)).filter(
      (row) => row && rough(row.impressions) > 0
    );
    const width = (row) => share(row.impressions, total).toFixed(3);
    return html` <div class="stack" aria-hidden="true">
      ${kept.map((row) => html`<i class="side-${row.side}" style="flex:${width(row)} 0 0"></i>`)}
    </div>
    <table class="sides">
      <thead>
        <tr>
          <th scope="col">Kind of problem</th>
          <th scope="col" class="n">Share</th>
          <th scope="col" class="n">Impressions short</th>
          <th scope="col" class="n">Worth</th>
          <th scope="col" class="n">Lines</th>
        </tr>
      </thead>
      <tbody>
        ${kept.map(
      (row) => html`<tr data-side="${row.side}">
              <th scope="row">
                <i class="key side-${row.side}" aria-hidden="true"></i
                ><a href="${row.href}">${label("sides", row.side)}</a
                ><span class="soft">${label("side_meanings", row.side)}</span>
              </th>
              <td class="n">${portion(row.impressions, total)}</td>
              <td class="n">${impressions(row.impressions)}</td>
              <td class="n">${euros(row.eur)}</td>
              <td class="n">${count(row.lines)}</td>
            </tr>`
    )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Together</th>
          <td class="n"></td>
          <td class="n">${impressions(total)}</td>
          <td class="n">${euros(sum(kept.map((row) => row.eur)))}</td>
          <td class="n">${count(kept.reduce((all, row) => all + row.lines, 0))}</td>
        </tr>
      </tfoot>
    </table>`;
  };
  var breakable = (name) => name.split("_").map((part, at, parts) => html`${part}${at < parts.length - 1 ? new Markup("_<wbr>") : ""}`);
  var lineLink = (row) => html`<a href="#/line/${row.id}">${breakable(row.name)}</a>`;
  var crumbs = (...steps) => html`<nav class="crumbs" aria-label="Path">
    <ol>
      ${steps.map(
    ([name, href], at) => html`<li>
            ${href ? html`<a href="${href}">${name}</a>` : html`<span aria-current="page">${name}</span>`}
          </li>`
  )}
    </ol>
  </nav>`;
  var tile = (name, value, note = "") => html`<div class="tile">
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${note ? html`<dd class="soft">${note}</dd>` : ""}
  </div>`;
  var pager = (shown, all) => html`<p class="pager">
    <span>${count(shown)} of ${count(all)} ${plural(all, "line", "lines")} shown</span
    >${shown < all ? html` <button type="button" class="ghost" data-more>Show more</button>` : ""}
  </p>`;

  // campfill_pipeline/reports/templates/page/category.js
  var ranked = (rows, field) => {
    const groups = /* @__PURE__ */ new Map();
    for (const row of rows) {
      const key = row[field] || "";
      if (!groups.has(key)) groups.set(key, { key, rows: [] });
      groups.get(key).rows.push(row);
    }
    const list = [...groups.values()].map((group) => ({
      key: group.key,
      lines: group.rows.length,
      short: group.rows.filter((row) => rough(row.shortfall) > 0).length,
      shortfall: sum(group.rows.map((row) => row.shortfall)),
      eur: sum(group.rows.map((row) => row.value_at_risk_eur))
    })).filter((group) => group.short > 0);
    return list.sort((a, b) => rough(b.shortfall) - rough(a.shortfall) || a.key.localeCompare(b.key));
  };
  var rankedTable = (name, field, rows, filters) => {
    const groups = ranked(rows, field);
    const most = groups.length ? rough(groups[0].shortfall) : 0;
    const nameOf = ({ key }) => key ? html`<a href="${address("/lines", { ...filters, [field]: key })}">${key}</a>` : html`<span class="soft">not told by the list</span>`;
    const body = groups.slice(0, 12).map(
      (group) => html`<tr data-key="${group.key}">
        <th scope="row">
          ${nameOf(group)}
          <span class="soft"
            >${count(group.short)} of ${count(group.lines)} ${plural(group.lines, "line", "lines")}
            short</span
          ><span class="rank" aria-hidden="true"
            ><i style="width:${most ? (100 * rough(group.shortfall) / most).toFixed(1) : 0}%"></i
          ></span>
        </th>
        <td class="n">${impressions(group.shortfall)}</td>
        <td class="n">${euros(group.eur)}</td>
      </tr>`
    );
    return html`<section class="panel" aria-labelledby="h-${field}">
    <h2 id="h-${field}">${name}</h2>
    ${groups.length ? html`<table class="ranking" data-field="${field}">
              <thead>
                <tr>
                  <th scope="col">${name}</th>
                  <th scope="col" class="n">Short</th>
                  <th scope="col" class="n">Worth</th>
                </tr>
              </thead>
              <tbody>
                ${body}
              </tbody>
            </table>
            ${groups.length > 12 ? html`<p class="soft">and ${count(groups.length - 12)} more, smaller ones</p>` : ""}` : html`<p class="calm">No shortfall here.</p>`}
  </section>`;
  };
  var bandTable = (rows, filters) => {
    const counted = BANDS.map((band) => {
      const own = rows.filter((row) => row.band === band);
      return { band, lines: own.length, shortfall: sum(own.map((row) => row.shortfall)) };
    });
    return html`<div class="stack tall" aria-hidden="true">
      ${counted.map(({ band, lines: lines2 }) => lines2 > 0 && html`<i class="band-${band}" style="flex:${lines2} 0 0"></i>`)}
    </div>
    <table class="bands">
      <thead>
        <tr>
          <th scope="col">Band</th>
          <th scope="col" class="n">Lines</th>
          <th scope="col" class="n">Share</th>
          <th scope="col" class="n">Impressions short</th>
        </tr>
      </thead>
      <tbody>
        ${counted.map(
      (row) => html`<tr data-band="${row.band}">
              <th scope="row">
                <i class="key band-${row.band}" aria-hidden="true"></i
                ><a href="${address("/lines", { ...filters, band: row.band })}"
                  >${label("bands", row.band)}</a
                >
                <span class="soft">${label("band_limits", row.band)}</span>
              </th>
              <td class="n">${count(row.lines)}</td>
              <td class="n">
                ${rows.length ? plain((100 * row.lines / rows.length).toFixed(1), 1) : "–"} %
              </td>
              <td class="n">${impressions(row.shortfall)}</td>
            </tr>`
    )}
      </tbody>
    </table>`;
  };
  var trendTable = (trend) => html`<details>
    <summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Trend as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" class="n">Goals met</th>
            <th scope="col" class="n">Against a week before</th>
            <th scope="col">Trend</th>
          </tr>
        </thead>
        <tbody>
          ${trend.days.map((at, i) => [at, i]).reverse().slice(0, 60).map(
    ([at, i]) => html`<tr>
                  <th scope="row">${day(at)}</th>
                  <td class="n">${percent(trend.pct[i])}</td>
                  <td class="n">${points(trend.change[i])}</td>
                  <td>${trend.trend[i] || "–"}</td>
                </tr>`
  )}
        </tbody>
      </table>
    </div>
  </details>`;
  var category = async (kind, purchase, query) => {
    const period = PERIODS[query.get("period")] ? query.get("period") : "7d";
    const all = (await lines()).rows;
    const rows = all.filter((row) => inCategory(row, kind, purchase) && inPeriod(row, period));
    const total = pickWindow(period, kind, purchase);
    const trend = pickTrend(kind, purchase);
    const filters = {
      state: "ended",
      period,
      kind: kind === "all" ? "" : kind,
      purchase: purchase === "all" ? "" : purchase
    };
    const losses = head.losses.filter((row) => row.period === period && row.kind === kind && row.purchase_type === purchase).map((row) => ({ ...row, href: address("/lines", { ...filters, side: row.side }) }));
    const name = categoryName(kind, purchase);
    const others = head.windows.filter(
      (row) => row.period === period && row.lines > 0 && row.kind === "all" === (row.purchase_type === "all")
    );
    const chip = (row) => {
      const current = row.kind === kind && row.purchase_type === purchase ? "true" : "false";
      const to = address(`/where/${row.kind}/${row.purchase_type}`, { period });
      return html`<a href="${to}" aria-current="${current}"
      >${categoryName(row.kind, row.purchase_type)} <span>${plain(row.lines)}</span></a
    >`;
    };
    const met = html`${count(total ? total.fulfilled : 0)} of ${count(total ? total.lines : 0)}`;
    const short = rows.filter((row) => rough(row.shortfall) > 0).length;
    return {
      title: name,
      body: html`${crumbs(["Overview", address("/", { period })], [name])}
      <section class="hero">
        <div class="hero-text">
          <p class="eyebrow">Where is the shortfall?</p>
          <h1 tabindex="-1">${name}</h1>
        </div>
        ${periodSwitch(period, (to) => address(`/where/${kind}/${purchase}`, { period: to }))}
      </section>
      <nav class="chips" aria-label="Category">${others.map(chip)}</nav>
      <dl class="tiles">
        ${tile("Goals met", percent(total?.fulfilled_pct), html`${met} lines`)}
        ${tile("Delivered ÷ goals", percent(total?.delivered_pct), html`${percent(total?.capped_pct)} without surplus`)}
        ${tile("Impressions short", impressions(sum(rows.map((row) => row.shortfall))), html`in ${count(short)} lines`)}
        ${tile("Worth", euros(sum(rows.map((row) => row.value_at_risk_eur))), "at the lines' own CPM")}
      </dl>
      <p class="go">
        <a class="button" href="${address("/lines", filters)}"
          >Which lines are these? <span aria-hidden="true">→</span></a
        >
      </p>
      <section class="panel" aria-labelledby="h-side">
        <h2 id="h-side">System or resources?</h2>
        ${sideBar(losses)}
      </section>
      <div class="two">
        <section class="panel" aria-labelledby="h-bands">
          <h2 id="h-bands">How far did they get?</h2>
          ${bandTable(rows, filters)}
        </section>
        <section class="panel" aria-labelledby="h-trend">
          <h2 id="h-trend">Goals met <span class="soft">in the seven days before each date</span></h2>
          <p>${trendChip(trend)}</p>
          <div class="chart" id="trend"></div>
          ${trendTable(trend)}
        </section>
      </div>
      <div class="three">
        ${rankedTable("Buyers", "buyer", rows, filters)}
        ${rankedTable("Placements", "placement", rows, filters)}
        ${rankedTable("Advertisers", "advertiser", rows, filters)}
      </div>`,
      draw: () => drawTrend("trend", trend)
    };
  };

  // campfill_pipeline/reports/templates/page/chart_curve.js
  var drawCurve = (id, row, detail) => {
    const first = [detail.days.length ? detail.days[0][0] : row.effective_start, row.effective_start].sort()[0];
    const last = [
      row.end_date,
      detail.days.length ? detail.days[detail.days.length - 1][0] : row.end_date
    ].sort()[1];
    const days = [];
    for (let at = daysLater(first, -1); at <= last; at = daysLater(at, 1)) days.push(at);
    const byDay = new Map(detail.days.map((entry) => [entry[0], entry[1]]));
    let total = 0;
    const delivered = days.map((at) => {
      if (at > head.as_of) return null;
      total += rough(byDay.get(at));
      return total;
    });
    const perDay = row.impression_goal / row.flight_days, base = daysLater(row.effective_start, -1);
    const expected = days.map(
      (at) => at < base || at > row.end_date ? null : Math.round(perDay * ((asUtc(at) - asUtc(base)) / 864e5))
    );
    const before = daysLater(head.as_of, -1);
    const ahead = row.lifecycle === "live" && !missing(row.projected);
    const projection = days.map(
      (at) => !ahead ? null : at === before ? rough(row.delivered_before) : at === row.end_date ? rough(row.projected) : null
    );
    chart(id, (width) => ({
      animation: false,
      aria: described(`Delivered so far ${plain(row.delivered)} of ${plain(row.impression_goal)} impressions.`),
      legend: {
        top: 0,
        left: 0,
        itemWidth: 22,
        textStyle: { ...font(), color: colour("ink") },
        data: ["Delivered", "Expected", ...ahead ? ["Projected"] : []]
      },
      grid: {
        left: 8,
        right: 20,
        top: 40,
        bottom: 8,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel"
      },
      tooltip: tooltip(
        (points2) => `<b>${dayLong.format(asUtc(points2[0].axisValue))}</b>` + points2.filter((at) => !missing(at.value)).map((at) => `<br>${at.seriesName}: ${plain(at.value)}`).join("") + `<br>That day: ${plain(byDay.get(points2[0].axisValue) || 0)}`
      ),
      xAxis: dayAxis(days),
      yAxis: valueAxis({ min: 0, splitNumber: width < 500 ? 3 : 5 }),
      series: [
        {
          name: "Expected",
          type: "line",
          data: expected,
          showSymbol: false,
          lineStyle: { width: 2, type: "dashed", color: colour("muted") },
          itemStyle: { color: colour("muted") }
        },
        {
          name: "Delivered",
          type: "line",
          data: delivered,
          showSymbol: days.length < 10,
          symbolSize: 6,
          lineStyle: { width: 3, color: colour("line") },
          itemStyle: { color: colour("line") },
          areaStyle: { color: colour("line"), opacity: 0.08 },
          markLine: {
            silent: true,
            symbol: "none",
            label: { color: colour("ink"), formatter: "Goal", position: "insideEndTop" },
            lineStyle: { color: colour("ink"), type: "solid", width: 1 },
            data: [{ yAxis: row.impression_goal }]
          }
        },
        ...ahead ? [
          {
            name: "Projected",
            type: "line",
            data: projection,
            connectNulls: true,
            symbol: "circle",
            symbolSize: 6,
            lineStyle: { width: 2, type: "dotted", color: colour("line") },
            itemStyle: { color: colour("line") }
          }
        ] : []
      ]
    }));
  };

  // campfill_pipeline/reports/templates/page/chart_heat.js
  var twoDigits = (hour) => String(hour).padStart(2, "0");
  var drawHeat = (id, hours) => {
    const most = Math.max(1, ...hours.values.flat());
    const cells2 = hours.values.flatMap((column, x) => column.map((value, y) => [x, y, value]));
    chart(id, (width) => ({
      animation: false,
      aria: described(`Impressions by hour of day, at most ${plain(most)} in one cell.`),
      grid: { left: 8, right: 8, top: 8, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: tooltip(
        (at) => `${dayLong.format(asUtc(hours.days[at.value[0]]))}, ${twoDigits(at.value[1])}–${twoDigits(at.value[1] + 1)} h<br><b>${plain(at.value[2])}</b> impressions`,
        "item"
      ),
      xAxis: { ...dayAxis(hours.days), boundaryGap: true, splitArea: { show: false } },
      yAxis: {
        type: "category",
        inverse: true,
        data: hours.values[0].map((_, hour) => `${String(hour).padStart(2, "0")} h`),
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...font(), interval: 2 }
      },
      visualMap: {
        min: 0,
        max: most,
        calculable: false,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemWidth: 10,
        itemHeight: Math.min(160, width / 3),
        textStyle: font(),
        text: [plain(most), "0"],
        inRange: { color: [colour("heat-0"), colour("heat-1"), colour("heat-2"), colour("heat-3")] }
      },
      series: [
        {
          type: "heatmap",
          data: cells2,
          itemStyle: { borderColor: colour("surface"), borderWidth: 1 },
          emphasis: { itemStyle: { borderColor: colour("ink") } }
        }
      ]
    }));
  };

  // campfill_pipeline/reports/templates/page/line_cause.js
  var STAGES = [
    ["bids", "Selected", "bids"],
    ["wins", "Auctions won", "wins per bid"],
    ["plays", "Played", "plays per win"],
    ["audience", "Audience", "impressions per play"]
  ];
  var rate = (value) => missing(value) ? NOTHING : factor(value, rough(value) < 1 ? 4 : 2);
  var funnel = (evidence) => html`<table class="funnel">
    <thead>
      <tr>
        <th scope="col">Stage</th>
        <th scope="col" class="n">This line</th>
        <th scope="col" class="n">Needed / usual</th>
        <th scope="col">Against the usual</th>
        <th scope="col" class="n">Part of the loss</th>
      </tr>
    </thead>
    <tbody>
      ${STAGES.map(([key, name, unit]) => {
    const stage = evidence.stages[key];
    const ratio = missing(stage.ratio) ? null : rough(stage.ratio) * 100;
    return html`<tr data-stage="${key}" ${stage.named ? new Markup(' class="named"') : ""}>
          <th scope="row">${name}<span class="soft">${unit}</span></th>
          <td class="n">${key === "bids" ? count(stage.actual) : rate(stage.actual)}</td>
          <td class="n">${key === "bids" ? impressions(stage.baseline) : rate(stage.baseline)}</td>
          <td>
            <span class="gauge" aria-hidden="true"
              ><i style="width:${Math.min(ratio || 0, 150) / 1.5}%"></i><b></b></span
            ><span class="gauge-text"
              >${missing(stage.ratio) ? NOTHING : exact(stage.ratio, `${plain(ratio.toFixed(1), 1)} %`)}</span
            >
          </td>
          <td class="n">
            ${missing(stage.share) ? NOTHING : exact(stage.share, `${plain(rough(stage.share) * 100, 0)} %`)}
          </td>
        </tr>`;
  })}
    </tbody>
  </table>`;
  var UNITS = {
    not_selected: "bids",
    too_few_bids: "bids",
    lost_auctions: "wins",
    won_but_not_played: "plays",
    low_audience: "impressions"
  };
  var factsOf = (evidence, cause) => {
    const list = [];
    if (!missing(evidence.days_not_fetched))
      list.push(
        html`${count(evidence.days_not_fetched)} flight
      ${plural(evidence.days_not_fetched, "day was", "days were")} not fetched.`
      );
    if (!missing(evidence.flight_hours))
      list.push(
        html`${count(evidence.hours_without_bid)} of ${count(evidence.flight_hours)} flight hours had no bid.`
      );
    if (evidence.first_hour)
      list.push(
        html`First hour with delivery: ${moment(evidence.first_hour)}; the last: ${moment(evidence.last_hour)}.`
      );
    for (const [site, figure, due] of evidence.weakest_sites)
      list.push(
        html`Weak site: ${site || "(none named)"}, ${impressions(figure)} ${UNITS[cause] || ""} where
      ${impressions(due)} were due.`
      );
    if (evidence.reference_basis === "history" || evidence.reference_basis === "flight") {
      list.push(
        html`Usual is what
      ${evidence.reference_purchase_type === "all" ? "all" : evidence.reference_purchase_type} lines that met
      their target got
      ${evidence.reference_basis === "history" ? "before this flight" : "in the hours of this flight"},
      ${day(evidence.reference_first_day)} to ${day(evidence.reference_last_day)}
      (${count(evidence.reference_days)} ${plural(evidence.reference_days, "day", "days")} with delivery), at
      this line's own sites and hours.`
      );
    }
    return list;
  };
  var causePanel = (row, detail) => {
    if (!row.cause) return "";
    const evidence = detail?.evidence, facts2 = evidence ? factsOf(evidence, row.cause) : [];
    return html`<section class="panel cause" aria-labelledby="h-cause">
    <h2 id="h-cause">
      Why: ${label("causes", row.cause)}
      <span class="side-chip side-${row.side}">${label("sides", row.side)}</span>
    </h2>
    <p class="lead">${label("cause_sentences", row.cause)}</p>
    <p>${label("cause_actions", row.cause)}</p>
    ${evidence?.stages ? funnel(evidence) : ""}${facts2.length ? html`<h3>What can be checked</h3>
            <ul class="evidence">
              ${facts2.map((fact) => html`<li>${fact}</li>`)}
            </ul>` : ""}
  </section>`;
  };

  // campfill_pipeline/reports/templates/page/line_contract.js
  var source = (upload, sheet, row) => {
    const found = head.uploads[upload];
    return found ? html`<strong>${found.file_name}</strong
        >${sheet ? html`, sheet ${sheet}` : ""}${missing(row) ? "" : html`, row <data value="${row}">${row}</data>`}
        <span class="soft">received ${moment(found.received_at)}</span>` : "–";
  };
  var contract = (row) => html`<section class="panel" aria-labelledby="h-contract">
    <h2 id="h-contract">Contract</h2>
    <dl class="contract">
      <div>
        <dt>From the list</dt>
        <dd>${source(row.upload, row.sheet, row.row_no)}</dd>
      </div>
      <div>
        <dt>Runtime</dt>
        <dd>
          ${row.runtime}
          ${row.start_date ? "" : html`<span class="soft">counted from ${day(row.effective_start)}</span>`}
        </dd>
      </div>
      <div>
        <dt>Impression goal</dt>
        <dd>${count(row.impression_goal)}</dd>
      </div>
      <div>
        <dt>CPM</dt>
        <dd>${euros(row.cpm_eur, 4)}</dd>
      </div>
      <div>
        <dt>Budget</dt>
        <dd>${euros(row.budget_eur, 2)}</dd>
      </div>
      <div>
        <dt>Buyer</dt>
        <dd>${row.buyer}</dd>
      </div>
      <div>
        <dt>Advertiser</dt>
        <dd>${row.advertiser || "–"}</dd>
      </div>
      <div>
        <dt>Placement</dt>
        <dd>${row.placement || "–"}</dd>
      </div>
      <div>
        <dt>ID</dt>
        <dd><code>${row.id}</code></dd>
      </div>
    </dl>
  </section>`;
  var FIELDS = {
    name: "Name",
    runtime: "Runtime",
    impression_goal: "Impression goal",
    budget_eur: "Budget",
    cpm_eur: "CPM",
    buyer: "Buyer",
    kind: "Kind",
    kind_listed: "Kind"
  };
  var termOf = (field, value) => {
    if (missing(value)) return "blank";
    if (field === "impression_goal") return count(value);
    if (field === "budget_eur" || field === "cpm_eur") return euros(value, field === "cpm_eur" ? 4 : 2);
    return value;
  };
  var noPast = (row) => row.revision > 1 ? html`<p>
        This is revision ${count(row.revision)}. <code>campfill line ${row.id}</code> tells the earlier ones.
      </p>` : html`<p>Revision 1: unchanged since it first came.</p>`;
  var change = ([field, before, after]) => html`<li>
    ${FIELDS[field] || field}: <del>${termOf(field, before)}</del> <span aria-hidden="true">→</span>
    <ins>${termOf(field, after)}</ins>
  </li>`;
  var pastOf = (row, list) => html`<section class="panel" aria-labelledby="h-history">
    <h2 id="h-history">What became of the contract</h2>
    ${list.length ? "" : noPast(row)}
    <ol class="revisions">
      ${list.map(
    (entry) => html`<li>
            <p>
              <strong>Revision ${entry.revision}, ${label("actions", entry.action)}</strong>
              <span class="soft">valid from ${moment(entry.valid_from)}</span>
            </p>
            <p>${source(entry.upload, entry.sheet, entry.row)}</p>
            ${entry.changes.length ? html`<ul>
                    ${entry.changes.map(change)}
                  </ul>` : ""}
          </li>`
  )}
    </ol>
  </section>`;

  // campfill_pipeline/reports/templates/page/line_delivery.js
  var siteTable = (detail) => {
    if (!detail.sites.length) return "";
    const [shown, all] = [detail.sites.length, detail.site_count];
    const most = rough(detail.sites[0][1]);
    return html`<section class="panel" aria-labelledby="h-sites">
    <h2 id="h-sites">
      Sites
      <span class="soft"
        >${shown < all ? html`the ${count(shown)} strongest of ${count(all)}` : html`all ${count(all)}`}</span
      >
    </h2>
    <table class="ranking sites">
      <thead>
        <tr>
          <th scope="col">Site</th>
          <th scope="col" class="n">Impressions</th>
          <th scope="col" class="n low">Plays</th>
        </tr>
      </thead>
      <tbody>
        ${detail.sites.map(
      ([site, reached, bids, wins, plays]) => html`<tr>
              <th scope="row">
                ${site || "CSV export, which names no site"}<span class="rank" aria-hidden="true"
                  ><i style="width:${most ? (100 * rough(reached) / most).toFixed(1) : 0}%"></i
                ></span>
              </th>
              <td class="n">${impressions(reached)}</td>
              <td class="n low">${count(plays)}</td>
            </tr>`
    )}
      </tbody>
    </table>
  </section>`;
  };
  var dayTable = (detail) => html`<details>
    <summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Delivery by day as a table">
      <table class="days">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" class="n">Impressions</th>
            <th scope="col" class="n">Bids</th>
            <th scope="col" class="n">Wins</th>
            <th scope="col" class="n">Plays</th>
          </tr>
        </thead>
        <tbody>
          ${detail.days.map(
    ([at, shown, bids, wins, plays]) => html`<tr>
                <th scope="row">${day(at)}</th>
                <td class="n">${impressions(shown)}</td>
                <td class="n">${count(bids)}</td>
                <td class="n">${count(wins)}</td>
                <td class="n">${count(plays)}</td>
              </tr>`
  )}
        </tbody>
      </table>
    </div>
  </details>`;

  // campfill_pipeline/reports/templates/page/list_table.js
  var COLUMNS = {
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
    cause: { head: "Cause", text: (row) => row.cause || "", low: true }
  };
  var columnsFor = (state) => Object.entries(COLUMNS).filter(
    ([, column]) => (!column.only || column.only === state) && column.not !== state
  );
  var sorted = (rows, sort) => {
    const [key, down] = sort.startsWith("-") ? [sort.slice(1), true] : [sort, false];
    const column = COLUMNS[key];
    if (!column) return rows;
    const order = column.text ? (a, b) => column.text(a).localeCompare(column.text(b), locale) : (a, b) => missing(a[key]) || missing(b[key]) ? missing(b[key]) - missing(a[key]) : rough(a[key]) - rough(b[key]);
    return [...rows].sort(
      (a, b) => (missing(a[key]) !== missing(b[key]) ? missing(a[key]) - missing(b[key]) : (down ? -1 : 1) * order(a, b)) || a.at - b.at
    );
  };
  var standing = (row) => row.lifecycle === "scheduled" ? "not started" : !row.covered ? "not judged" : row.lifecycle === "live" ? "so far" : html`<span aria-hidden="true">${BAND_SIGNS[row.band]}</span> ${label("bands", row.band)}`;
  var about = (row) => [
    categoryName(row.kind, row.purchase_type),
    row.kind === "deal" ? row.buyer : row.advertiser,
    row.placement
  ];
  var fetchedDays = (row) => html`<span class="soft">${count(row.days_fetched)} of ${count(row.elapsed_days)} days fetched</span>`;
  var cells = {
    name: (row) => html`<th scope="row" role="rowheader">
      ${lineLink(row)}<span class="soft">${about(row).filter(Boolean).join(" · ")}</span>
    </th>`,
    end_date: (row) => html`<td role="cell" data-label="${COLUMNS.end_date.head}" class="flight">
      ${row.start_date ? day(row.start_date) : html`<abbr title="as soon as possible">ASAP</abbr>`}
      <span aria-hidden="true">–</span>
      ${day(row.end_date)}${row.covered || row.lifecycle === "scheduled" ? "" : fetchedDays(row)}
    </td>`,
    impression_goal: (row) => html`<td role="cell" data-label="${COLUMNS.impression_goal.head}" class="n low">
      ${count(row.impression_goal)}
    </td>`,
    delivered: (row) => html`<td role="cell" data-label="${COLUMNS.delivered.head}" class="n low">
      ${impressions(row.delivered)}
      ${row.lifecycle === "live" ? html`<span class="soft whole">of ${count(row.impression_goal)}</span>` : ""}
    </td>`,
    fulfillment_pct: (row) => html`<td role="cell" data-label="${COLUMNS.fulfillment_pct.head}" class="n pct">
      ${percent(row.fulfillment_pct)}<span
        class="fill ${row.lifecycle === "live" ? "running" : `band-${row.band}`}"
        aria-hidden="true"
        ><i style="width:${Math.min(rough(row.fulfillment_pct), 100).toFixed(1)}%"></i></span
      ><span class="soft">${standing(row)}</span>
    </td>`,
    pacing_index: (row) => html`<td role="cell" data-label="${COLUMNS.pacing_index.head}" class="n">
      ${factor(row.pacing_index)}<span class="soft">${row.pace ? label("paces", row.pace) : ""}</span>
    </td>`,
    projected: (row) => html`<td role="cell" data-label="${COLUMNS.projected.head}" class="n low">
      ${impressions(row.projected)}
    </td>`,
    required_daily: (row) => html`<td role="cell" data-label="${COLUMNS.required_daily.head}" class="n low">
      ${needed(row.required_daily)}
    </td>`,
    shortfall: (row) => html`<td role="cell" data-label="${COLUMNS.shortfall.head}" class="n">${impressions(row.shortfall)}</td>`,
    value_at_risk_eur: (row) => html`<td role="cell" data-label="${COLUMNS.value_at_risk_eur.head}" class="n">
      ${euros(row.value_at_risk_eur)}
    </td>`,
    cause: (row) => html`<td role="cell" data-label="${COLUMNS.cause.head}" class="low">
      ${row.cause ? html`${label("causes", row.cause)}<span class="soft">${label("sides", row.side)}</span>` : ""}
    </td>`
  };
  var listTable = (rows, filters, shown) => html`<table class="list" role="table">
    <caption class="unseen">
      Lines, sorted by ${(COLUMNS[filters.sort.replace("-", "")] || COLUMNS.shortfall).head}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columnsFor(filters.state).map(([key, column]) => {
    const state = filters.sort === key ? "ascending" : filters.sort === `-${key}` ? "descending" : "none";
    return html`<th
            scope="col"
            role="columnheader"
            aria-sort="${state}"
            class="${[column.number && "n", column.low && "low", column.flight && "flight"].filter(Boolean).join(" ")}"
          >
            <button
              type="button"
              data-sort="${state === "descending" || state === "none" && !column.number ? key : `-${key}`}"
            >
              ${column.head}<span aria-hidden="true"
                >${state === "ascending" ? " ↑" : state === "descending" ? " ↓" : ""}</span
              >
            </button>
          </th>`;
  })}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.slice(0, shown).map(
    (row) => html`<tr role="row" data-line="${row.id}">
            ${columnsFor(filters.state).map(([key]) => cells[key](row))}
          </tr>`
  )}
    </tbody>
  </table>`;

  // campfill_pipeline/reports/templates/page/line.js
  var sentence = (row, detail) => {
    if (row.lifecycle === "scheduled") return html`Starts on ${day(row.effective_start, dayLong)}.`;
    if (!row.covered)
      return html`Not judged: ${count(row.days_fetched)} of ${count(row.elapsed_days)} flight days were fetched.`;
    if (row.lifecycle === "live") {
      if (missing(row.projected)) return html`Its first day is running; nothing can be projected yet.`;
      const gap = fromUnits(toUnits(row.impression_goal) - toUnits(row.projected));
      return rough(gap) > 0 ? html`At the pace of its last days it will end ${impressions(gap)} impressions short, worth
        ${euros(row.value_at_risk_eur, 2)}.` : html`At the pace of its last days it will reach its goal.`;
    }
    if (rough(row.shortfall) === 0)
      return html`Goal
    met${rough(row.surplus) > 0 ? html`, with ${impressions(row.surplus)} impressions more than promised` : ""}.`;
    return html`Fell short by ${impressions(row.shortfall)} impressions, worth
  ${euros(row.value_at_risk_eur, 2)}.`;
  };
  var outside = (row) => rough(row.delivered_outside_flight) > 0 && html`${impressions(row.delivered_outside_flight)} of them outside the flight`;
  var bestWeek = (row) => missing(row.best_week_daily) ? "unknown" : html`${impressions(row.best_week_daily)}: ${row.reachable ? "reachable" : "out of reach"}`;
  var whileLive = (row) => [
    tile("Pace", factor(row.pacing_index), label("paces", row.pace)),
    tile("Projected", impressions(row.projected)),
    tile(
      "Needed a day",
      needed(row.required_daily),
      html`for ${count(row.flight_days - row.elapsed_days)} days; best week ${bestWeek(row)}`
    )
  ];
  var afterwards = (row) => [
    tile("Short", impressions(row.shortfall)),
    tile("Billable", euros(row.billable_eur, 2), html`${euros(row.delivered_value_eur, 2)} delivered`)
  ];
  var facts = (row) => html`<dl class="tiles">
    ${tile("Goal", count(row.impression_goal), "impressions")}
    ${tile("Delivered", impressions(row.delivered), outside(row))}
    ${tile("Fulfilled", percent(row.fulfillment_pct, 2), standing(row))}
    ${row.lifecycle === "live" ? whileLive(row) : afterwards(row)}
    ${tile("Value at risk", euros(row.value_at_risk_eur, 2), html`at a CPM of ${euros(row.cpm_eur, 2)}`)}
  </dl>`;
  var verdict = (row) => {
    if (!row.covered) return "not judged";
    if (row.lifecycle === "live") return html`<span class="badge">${label("paces", row.pace)}</span>`;
    return row.lifecycle === "scheduled" ? "" : bandBadge(row.band);
  };
  var trimmedNote = (row) => html`<p class="soft">
    Hours and sites of this line were left out to keep the file small:
    <code>campfill line ${row.id}</code> tells them.
  </p>`;
  var line = async (id) => {
    const row = (await lines()).byId.get(id);
    const leftOut = head.left_out > 0 && html`It may be one of the ${count(head.left_out)} lines that were left out to keep the file small.`;
    if (!row)
      return {
        title: "No such line",
        body: html`${crumbs(["Overview", "#/"], ["Lines", "#/lines"], ["Not found"])}
        <h1 tabindex="-1">This page has no line with that ID</h1>
        <p>
          ${leftOut} Ask for it with
          <code>campfill line ${id}</code>.
        </p>`,
        draw: () => {
        }
      };
    const [detail, past, disputed] = await Promise.all([detailOf(row), revisionsOf(row), disagreementsOf(row)]);
    const category2 = categoryName(row.kind, row.purchase_type);
    const where = `#/where/${row.kind}/${row.purchase_type}`;
    const hasDays = detail?.days;
    const trimmed = hasDays && !detail.hours && row.lifecycle !== "scheduled" && detail.trimmed;
    return {
      title: row.name,
      body: html`${crumbs(["Overview", "#/"], [category2, where], ["Lines", "#/lines"], ["This line"])}
      <section class="hero of-line">
        <div class="hero-text">
          <p class="eyebrow">${category2} · ${label("lifecycles", row.lifecycle)} · ${verdict(row)}</p>
          <h1 tabindex="-1">${breakable(row.name)}</h1>
          <p class="lead">${sentence(row, detail)}</p>
          ${row.attention ? html`<p class="why-today"><strong>Today:</strong> ${told(row.attention)}</p>` : ""}
        </div>
      </section>
      ${facts(row)}${causePanel(row, detail)}
      ${hasDays ? html`<section class="panel" aria-labelledby="h-curve">
              <h2 id="h-curve">Delivery against the promise</h2>
              <div class="chart tall" id="curve"></div>
              ${dayTable(detail)}
            </section>` : ""}
      ${detail?.hours ? html`<div class="two uneven">
              <section class="panel" aria-labelledby="h-heat">
                <h2 id="h-heat">
                  When it ran
                  <span class="soft"
                    >impressions by ${detail.hours.weekly ? "week" : "day"} and hour, ${head.timezone}</span
                  >
                </h2>
                <div class="chart heat" id="heat"></div>
              </section>
              ${siteTable(detail)}
            </div>` : ""}
      ${trimmed ? trimmedNote(row) : ""}
      <div class="two">${contract(row)}${pastOf(row, past)}</div>
      ${disputed.length ? html`<section class="panel" aria-labelledby="h-disputed">
              <h2 id="h-disputed">Where list and reporting disagree</h2>
              <dl class="contract">
                ${disputed.map(
        ([kind, facts2]) => html`<div>
                      <dt>${label("disagreements", kind)}</dt>
                      <dd>${facts2}</dd>
                    </div>`
      )}
              </dl>
            </section>` : ""}`,
      draw: () => {
        if (hasDays) drawCurve("curve", row, detail);
        if (detail?.hours) drawHeat("heat", detail.hours);
      }
    };
  };

  // campfill_pipeline/reports/templates/page/list_filters.js
  var STATES = {
    ended: "Ended",
    live: "Running",
    scheduled: "Not yet started",
    uncovered: "Delivery not fully fetched",
    attention: "Needs attention",
    all: "All"
  };
  var inState = (row, state) => ({
    ended: () => ended(row) && row.covered,
    live: () => row.lifecycle === "live" && row.covered,
    scheduled: () => row.lifecycle === "scheduled",
    uncovered: () => !row.covered && row.lifecycle !== "scheduled",
    attention: () => row.attention !== null,
    all: () => true
  })[state]();
  var narrowed = (rows, filters) => {
    const words = filters.q.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter(
      (row) => inState(row, filters.state) && (!filters.period || inPeriod(row, filters.period)) && (!filters.kind || row.kind === filters.kind) && (!filters.purchase || row.purchase_type === filters.purchase) && (!filters.band || row.band === filters.band) && (!filters.pace || row.pace === filters.pace) && (!filters.buyer || row.buyer === filters.buyer) && (!filters.placement || row.placement === filters.placement) && (!filters.advertiser || row.advertiser === filters.advertiser) && (!filters.cause || row.cause === filters.cause) && (!filters.side || (row.side || (rough(row.shortfall) > 0 ? "none" : "")) === filters.side) && words.every((word) => row.search.includes(word))
    );
  };

  // campfill_pipeline/reports/templates/page/lines.js
  var NO_LINE = html`<p class="calm">No line fits. <a href="#/lines">Start over</a></p>`;
  var STEP = 100;
  var options = (all, current) => all.map(
    ([value, text]) => html`<option value="${value}" ${value === current ? new Markup(" selected") : ""}>${text}</option>`
  );
  var choice = (name, caption, current, all, everything = "All") => html`<div class="field">
    <label for="f-${name}">${caption}</label
    ><select id="f-${name}" name="${name}">
      <option value="">${everything}</option>
      ${options(all, current)}
    </select>
  </div>`;
  var named = (group, keys) => keys.map((key) => [key, label(group, key)]);
  var distinct = (rows, field) => [...new Set(rows.map((row) => row[field]).filter(Boolean))].sort((a, b) => a.localeCompare(b, locale)).map((value) => [value, value]);
  var lineList = async (query) => {
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
        "sort"
      ].map((name) => [name, query.get(name) || ""])
    );
    if (!STATES[filters.state]) filters.state = "ended";
    if (!COLUMNS[filters.sort.replace("-", "")])
      filters.sort = filters.state === "live" ? "-value_at_risk_eur" : "-shortfall";
    const rows = sorted(narrowed(all, filters), filters.sort);
    let shown = STEP;
    const lacking = filters.state !== "live" && tile("Impressions short", impressions(sum(rows.map((row) => row.shortfall))));
    const result = (limit) => html`<dl class="tiles slim">
        ${tile("Lines", count(rows.length))} ${lacking}
        ${tile("Value at risk", euros(sum(rows.map((row) => row.value_at_risk_eur))))}
      </dl>
      ${rows.length ? [listTable(rows, filters, limit), pager(Math.min(limit, rows.length), rows.length)] : NO_LINE}`;
    const change2 = (values, quiet) => go(address("/lines", { ...filters, ...values }), quiet);
    return {
      title: "Which lines?",
      body: html`${crumbs(["Overview", "#/"], ["Lines"])}
      <h1 tabindex="-1">Which lines?</h1>
      <form class="filters" role="search" aria-label="Narrow the list">
        <div class="field search">
          <label for="f-q">Search</label
          ><input
            id="f-q"
            type="search"
            name="q"
            value="${filters.q}"
            placeholder="Name, buyer, advertiser, ID"
            autocomplete="off"
          />
        </div>
        <div class="field">
          <label for="f-state">Show</label
          ><select id="f-state" name="state">
            ${options(Object.entries(STATES), filters.state)}
          </select>
        </div>
        ${filters.state === "live" ? choice("pace", "Pace", filters.pace, named("paces", PACES)) : choice("period", "Ended in", filters.period, Object.entries(PERIODS), "any time")}
        ${choice("kind", "Kind", filters.kind, named("kinds", ["campaign", "deal"]))}
        ${choice("purchase", "Purchase type", filters.purchase, named("purchase_types", PURCHASE_TYPES))}
        ${choice("band", "Band", filters.band, named("bands", BANDS))}
        ${choice("cause", "Cause", filters.cause, named("causes", Object.keys(head.words.causes)))}
        ${choice("side", "Kind of problem", filters.side, named("sides", SIDES))}
        ${choice("buyer", "Buyer", filters.buyer, distinct(all, "buyer"))}
        ${choice("placement", "Placement", filters.placement, distinct(all, "placement"))}
        ${choice("advertiser", "Advertiser", filters.advertiser, distinct(all, "advertiser"))}
        <a class="ghost" href="#/lines">Start over</a>
      </form>
      <div id="result" aria-live="polite">${result(shown)}</div>`,
      draw: () => {
        const form = document.querySelector("form.filters"), output = document.getElementById("result");
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("change", (event) => {
          if (event.target.name === "q") return;
          const fresh = event.target.name === "state" ? { period: "", pace: "", sort: "" } : {};
          change2({ [event.target.name]: event.target.value, ...fresh });
        });
        let waiting;
        form.elements.q.addEventListener("input", (event) => {
          clearTimeout(waiting);
          waiting = setTimeout(() => change2({ q: event.target.value }, true), 150);
        });
        output.addEventListener("click", (event) => {
          const button2 = event.target.closest("button");
          if (button2?.dataset.sort) change2({ sort: button2.dataset.sort }, true);
          if (button2 && "more" in button2.dataset) {
            shown += STEP * 5;
            output.innerHTML = String(result(shown));
          }
        });
      }
    };
  };

  // campfill_pipeline/reports/templates/page/overview.js
  var headline = (period, total) => {
    if (!head.coverage.begun && !head.coverage.scheduled) return html`No campaign list has arrived yet.`;
    if (!total || total.lines === 0) return html`No line ended in ${PERIODS[period]}.`;
    const short = total.lines - total.fulfilled;
    if (short === 0) return html`Every line that ended in ${PERIODS[period]} reached its goal.`;
    return html`${count(short)} of ${count(total.lines)} lines that ended in ${PERIODS[period]} fell short.`;
  };
  var headlineMore = (period) => {
    const losses = head.losses.filter(
      (row) => row.period === period && row.kind === "all" && row.purchase_type === "all"
    );
    const lacking = sum(losses.map((row) => row.impressions));
    if (rough(lacking) === 0) return "";
    const parts = SIDES.map((side) => losses.find((row) => row.side === side)).filter((row) => row && share(row.impressions, lacking) >= 1).sort((a, b) => rough(b.impressions) - rough(a.impressions));
    const phrase = (row, at) => {
      const before = at === 0 ? "" : at === parts.length - 1 ? " and " : ", ";
      return html`${before}${portion(row.impressions, lacking)} ${label("side_phrases", row.side)}`;
    };
    return html`They lack ${impressions(lacking)} impressions, worth
  ${euros(sum(losses.map((row) => row.eur)))}: ${parts.map(phrase)}.`;
  };
  var owed = (period) => {
    const rows = head.losses.filter(
      (row) => row.period === period && row.kind !== "all" && row.purchase_type === "guaranteed"
    );
    const lines2 = rows.reduce((all, row) => all + row.lines, 0);
    if (!lines2) return "";
    return html`<p class="owed">
    <strong>${impressions(sum(rows.map((row) => row.impressions)))}</strong> of these impressions, worth
    <strong>${euros(sum(rows.map((row) => row.eur)))}</strong>, are owed as make-goods for
    <a href="${address("/lines", { state: "ended", period, purchase: "guaranteed" })}"
      >${count(lines2)} guaranteed ${plural(lines2, "line", "lines")}</a
    >.
  </p>`;
  };
  var dataStatement = () => {
    const { freshness, coverage } = head;
    const late = !freshness.complete_through || freshness.complete_through < daysLater(head.as_of, -1);
    const unjudged = coverage.begun - coverage.judged;
    const since = late ? html`<strong>Older than the day before this page's date:</strong> ${freshness.gap_note}` : html`without a gap since ${day(freshness.complete_from, dayMedium)}`;
    const today = freshness.today_fetched_at ? "Today's hours so far count as delivered, but in no average." : "Nothing of today is counted yet.";
    const doubt = freshness.doubt_note && html` <strong>${freshness.doubt_note}</strong>`;
    const notJudged = unjudged ? html`<a href="#/lines?state=uncovered">${count(unjudged)}</a>
        ${plural(unjudged, "has a flight day that was", "have flight days that were")} never fetched: in no
        share, trend or cause.` : "Every flight day so far was fetched.";
    const later = coverage.scheduled > 0 && html` · ${count(coverage.scheduled)} ${plural(coverage.scheduled, "line starts", "lines start")} later`;
    return html`<section class="statement${late ? " late" : ""}" aria-labelledby="h-data">
    <h2 id="h-data">What these figures rest on</h2>
    <dl>
      <div>
        <dt>Delivery is complete through</dt>
        <dd>${freshness.complete_through ? day(freshness.complete_through, dayLong) : "no day yet"}</dd>
        <dd class="soft">${since}</dd>
      </div>
      <div>
        <dt>Delivery last arrived</dt>
        <dd>${freshness.fetched_at ? moment(freshness.fetched_at, shortMoment) : "never"}</dd>
        <dd class="soft">${today}${doubt}</dd>
      </div>
      <div>
        <dt>Lines judged</dt>
        <dd>${count(coverage.judged)} <small>of ${count(coverage.begun)}</small></dd>
        <dd class="soft">${notJudged}</dd>
      </div>
      <div>
        <dt>Newest campaign list</dt>
        <dd>${freshness.list_received_at ? moment(freshness.list_received_at, shortMoment) : "none yet"}</dd>
        <dd class="soft">${freshness.list_file || ""}${later}</dd>
      </div>
    </dl>
  </section>`;
  };
  var windowCard = (row, period) => {
    const trend = pickTrend(row.kind, row.purchase_type);
    return html`<li class="card" data-card="${row.kind}/${row.purchase_type}">
    <h3>
      <a href="${address(`/where/${row.kind}/${row.purchase_type}`, { period })}"
        >${categoryName(row.kind, row.purchase_type)}</a
      >
    </h3>
    <p class="big">${percent(row.fulfilled_pct)}</p>
    <p class="soft">
      ${count(row.fulfilled)} of ${count(row.lines)} ${plural(row.lines, "line", "lines")} met the goal
    </p>
    ${sparkline(trend)}
    <p>${trendChip(trend)}</p>
    <dl class="pair">
      <div>
        <dt>Delivered ÷ goals</dt>
        <dd>${percent(row.delivered_pct)}</dd>
      </div>
      <div>
        <dt>Without surplus</dt>
        <dd>${percent(row.capped_pct)}</dd>
      </div>
    </dl>
  </li>`;
  };
  var attentionTable = () => {
    if (!head.attention.length)
      return html`<p class="calm">
      Nothing today: no live line is at risk and no ended line waits for a make-good.
    </p>`;
    const shown = head.attention.slice(0, 10);
    const more = html`<p>
    <a href="#/lines?state=attention">All ${count(head.attention_count)} lines that need attention</a>
  </p>`;
    return html`<table class="attention" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Line</th>
          <th scope="col" role="columnheader">Why</th>
          <th scope="col" role="columnheader" class="n">At risk</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.map(
      (item) => html`<tr role="row" data-line="${item.id}">
              <th scope="row" role="rowheader">
                <a href="#/line/${item.id}">${breakable(item.name)}</a
                ><span class="soft">${categoryName(item.kind, item.purchase_type)}</span>
              </th>
              <td role="cell">${told(item.reason)}</td>
              <td role="cell" class="n" data-label="At risk">${euros(item.value_at_risk_eur)}</td>
            </tr>`
    )}
      </tbody>
    </table>
    ${head.attention_count > shown.length ? more : ""}`;
  };
  var liveNow = () => {
    const live = head.live;
    const all = ["behind", "on_track", "ahead", "unmeasured"];
    const total = all.reduce((lines2, pace) => lines2 + live[pace].lines, 0);
    if (!total) return html`<p class="calm">No line is running.</p>`;
    return html`<div class="stack" aria-hidden="true">
      ${all.map((pace) => html`<i class="pace-${pace}" style="flex:${live[pace].lines} 0 0"></i>`)}
    </div>
    <ul class="legend">
      ${all.map(
      (pace) => html`<li>
            <i class="key pace-${pace}" aria-hidden="true"></i
            ><a href="#/lines?state=live&pace=${pace}">${label("paces", pace)}</a>
            <strong>${count(live[pace].lines)}</strong>
            ${rough(live[pace].eur) > 0 ? html`<span class="soft">${euros(live[pace].eur)} at risk</span>` : ""}
          </li>`
    )}
    </ul>`;
  };
  var unfetched = (pile) => pile.unfetched > 0 && html`<span class="soft"
    >${pile.unfetched === pile.count ? "all" : count(pile.unfetched)} of them were not fully fetched</span
  >`;
  var reconciliationList = () => head.reconciliation.length === 0 ? html`<p class="calm">List and reporting agree.</p>` : html`<ul class="piles">
          ${head.reconciliation.map(
    (pile) => html`<li>
                <strong>${count(pile.count)}</strong>
                <span>${label("piles", pile.kind_of_issue)}${unfetched(pile)}</span>
              </li>`
  )}
        </ul>
        <p class="soft">Each of them, one by one, is in the sheet Reconciliation of fulfillment.xlsx.</p>`;
  var overview = (query) => {
    const period = PERIODS[query.get("period")] ? query.get("period") : "7d";
    const total = pickWindow(period, "all", "all");
    const waiting = !head.coverage.begun && !head.coverage.scheduled;
    const cards = head.windows.filter(
      (row) => row.period === period && row.kind !== "all" && row.purchase_type !== "all" && row.lines > 0
    );
    const losses = head.losses.filter((row) => row.period === period && row.kind === "all" && row.purchase_type === "all").map((row) => ({ ...row, href: address("/lines", { state: "ended", period, side: row.side }) }));
    const trend = pickTrend("all", "all");
    return {
      title: "Are we all right?",
      body: html` <section class="hero">
        <div class="hero-text">
          <p class="eyebrow">Are we all right?</p>
          <h1 tabindex="-1">${headline(period, total)}</h1>
          <p class="lead">
            ${waiting ? html`Drop one into the inbox folder, and this page is made again.` : headlineMore(period)}
          </p>
        </div>
        ${periodSwitch(period, (to) => address("/", { period: to }))}
      </section>
      <div class="answer">
        <section class="panel figure" data-card="all/all" aria-labelledby="h-total">
          <h2 id="h-total"><a href="${address("/where/all/all", { period })}">Goals met</a></h2>
          <div class="figure-row">
            <p class="huge">${percent(total?.fulfilled_pct)}</p>
            <div>
              <p>${count(total?.fulfilled)} of ${count(total?.lines)} lines</p>
              <p>${trendChip(trend)}</p>
            </div>
          </div>
          <dl class="pair">
            <div>
              <dt>Delivered ÷ goals</dt>
              <dd>${percent(total?.delivered_pct)}</dd>
            </div>
            <div>
              <dt>Without surplus</dt>
              <dd>${percent(total?.capped_pct)}</dd>
            </div>
          </dl>
          <h3 class="soft">Share of lines that met their goal, in the seven days before each date</h3>
          <div class="chart low-chart" id="trend"></div>
        </section>
        <section class="panel" aria-labelledby="h-side">
          <h2 id="h-side">System or resources?</h2>
          ${sideBar(losses)}${owed(period)}
        </section>
      </div>
      ${dataStatement()}
      ${cards.length ? html`<section aria-labelledby="h-cards">
              <h2 id="h-cards" class="quiet">By kind and purchase type</h2>
              <ul class="cards">
                ${cards.map((row) => windowCard(row, period))}
              </ul>
            </section>` : ""}
      <section class="panel" aria-labelledby="h-attention">
        <h2 id="h-attention">Needs attention today</h2>
        ${attentionTable()}
      </section>
      <div class="two">
        <section class="panel" aria-labelledby="h-live">
          <h2 id="h-live">Running now</h2>
          ${liveNow()}
        </section>
        <section class="panel" aria-labelledby="h-rec">
          <h2 id="h-rec">Where list and reporting disagree</h2>
          ${reconciliationList()}
        </section>
      </div>`,
      draw: () => drawTrend("trend", trend)
    };
  };

  // campfill_pipeline/reports/templates/page/theme.js
  var root = document.documentElement;
  var button = document.getElementById("theme");
  var prefersDark = matchMedia("(prefers-color-scheme: dark)");
  var isDark = () => root.dataset.theme === "auto" ? prefersDark.matches : root.dataset.theme === "dark";
  var nameTheme = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
    redraw();
  });
  prefersDark.addEventListener("change", () => {
    nameTheme();
    redraw();
  });
  nameTheme();

  // campfill_pipeline/reports/templates/page/main.js
  var main = document.getElementById("content");
  var visit = 0;
  var firstVisit = true;
  var level = async (path, query) => {
    const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
    if (parts[0] === "where") return ["where", await category(parts[1] || "all", parts[2] || "all", query)];
    if (parts[0] === "lines") return ["lines", await lineList(query)];
    if (parts[0] === "line" && parts[1]) return ["lines", await line(parts[1].toLowerCase())];
    return ["overview", overview(query)];
  };
  var stay = () => {
    const active = document.activeElement;
    return active?.name && main.contains(active) ? { name: active.name, at: active.selectionStart } : active?.dataset?.sort && main.contains(active) ? { sort: active.dataset.sort.replace("-", "") } : null;
  };
  var restore = (place) => {
    if (!place) return false;
    const element = place.name ? main.querySelector(`[name="${place.name}"]`) : [...main.querySelectorAll("[data-sort]")].find(
      (button2) => button2.dataset.sort.replace("-", "") === place.sort
    );
    if (!element) return false;
    element.focus({ preventScroll: true });
    if (place.at !== null && place.at !== void 0 && element.setSelectionRange)
      element.setSelectionRange(place.at, place.at);
    return true;
  };
  var show = async (quiet = false) => {
    const mine = ++visit;
    const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
    const place = stay();
    const [nav, view] = await level(path, new URLSearchParams(query));
    if (mine !== visit) return;
    clearCharts();
    main.innerHTML = String(view.body);
    document.title = `${view.title} · Fulfillment as of ${dayPlain.format(asUtc(head.as_of))}`;
    for (const link of document.querySelectorAll("[data-nav]"))
      link.toggleAttribute("aria-current", link.dataset.nav === nav);
    view.draw();
    if (!quiet && !(place?.name && path === "/lines" && restore(place))) {
      window.scrollTo(0, 0);
      if (!firstVisit) main.querySelector("h1").focus({ preventScroll: true });
    } else restore(place);
    firstVisit = false;
    main.dataset.shown = location.hash.slice(1) || "/";
  };
  var complain = (fault) => {
    main.innerHTML = String(
      html`<h1 tabindex="-1">This part cannot be shown here</h1>
      <p>
        The browser could not read the data in this file (${fault.message}). A browser of 2023 or newer can:
        Chrome, Edge, Firefox or Safari.
      </p>
      <p><a href="#/">Back to the overview</a></p>`
    );
  };
  var showOrComplain = (quiet) => show(quiet === true).catch(complain);
  window.addEventListener("hashchange", () => showOrComplain());
  window.addEventListener("narrowed", () => showOrComplain(true));
  document.querySelector("[data-skip]").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  var resizing;
  window.addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => {
      for (const chart2 of openCharts()) chart2.resize();
    }, 100);
  });
  window.addEventListener("beforeprint", () => {
    for (const chart2 of openCharts()) {
      chart2.resize({ width: Math.min(chart2.getWidth(), 640) });
      chart2.getZr().flush();
    }
  });
  window.addEventListener("afterprint", () => {
    for (const chart2 of openCharts()) chart2.resize({ width: "auto" });
  });
  document.getElementById("stamp").innerHTML = String(
    html`As of <strong>${day(head.as_of, dayLong)}</strong
    ><span class="soft"> made ${moment(head.made_at)}</span>`
  );
  document.getElementById("foot").innerHTML = String(
    html`<p>
    Made by campfill ${moment(head.made_at)} (${head.timezone}). Percentages are rounded, but never up to a
    limit that was not reached. Point at a figure to see it exactly. Shares are sums divided by sums, never
    averages of percentages.
  </p>`
  );
  window.campfill = {
    dataArrived,
    chartsArrived: (echarts) => {
      chartsArrived(echarts);
      root.dataset.charts = "ready";
    }
  };
  showOrComplain();
})();
/* Made by `make page` from the modules beside this folder, 1414582bd0178b9bbc34254fb4868313. */
