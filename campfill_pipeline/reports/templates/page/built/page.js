(() => {
  // campfill_pipeline/reports/templates/page/markup.js
  var Markup = class {
    constructor(text2) {
      this.text = text2;
    }
    toString() {
      return this.text;
    }
  };
  var ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  var escapeText = (text2) => String(text2).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
  var piece = (value) => {
    if (value === null || value === void 0 || value === false) return "";
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map(piece).join("");
    return escapeText(value);
  };
  var html = (parts2, ...values) => new Markup(parts2.reduce((text2, part2, at) => text2 + piece(values[at - 1]) + part2));

  // campfill_pipeline/reports/templates/page/language.js
  var KEPT = "campfill-language";
  var page = document.documentElement;
  var kept = () => {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null;
    }
  };
  var OURS = /^(de|en)\b/i;
  var asked = new URLSearchParams(location.search).get("lang");
  var browser = navigator.languages?.length ? navigator.languages : [navigator.language || ""];
  var wanted = [asked, kept(), ...browser, page.lang].find((tag) => OURS.test(tag || "")) || "en";
  var language = wanted.slice(0, 2).toLowerCase();
  var locale = browser.find((tag) => tag.toLowerCase().startsWith(language)) || (language === "de" ? "de-DE" : "en-GB");
  var messages = JSON.parse(document.getElementById("messages").textContent)[language] || {};
  var look = (message) => messages[message] ?? message;
  var fill = (message, values, put) => message.replace(/\{(\w+)\}/g, (_, name) => put(values[name]));
  var say = (message, values = {}) => new Markup(fill(look(message), values, piece));
  var text = (message, values = {}) => fill(look(message), values, String);
  var many = (one, other2, number, values = {}) => {
    const forms = messages[one] ?? [one, other2];
    return new Markup(fill(forms[Number(number) === 1 ? 0 : 1], values, piece));
  };
  var told = (each) => each?.[language] ?? "";
  page.lang = language;
  for (const element of document.querySelectorAll("[data-say]"))
    element.textContent = text(element.dataset.say);
  for (const element of document.querySelectorAll("[data-say-label]"))
    element.setAttribute("aria-label", text(element.dataset.sayLabel));
  var button = document.getElementById("language");
  var other = language === "de" ? "en" : "de";
  button.textContent = other.toUpperCase();
  button.setAttribute("aria-label", { de: "DE, Deutsch", en: "EN, English" }[other]);
  button.lang = other;
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEPT, other);
    } catch {
    }
    if (asked || kept() !== other) {
      const query = new URLSearchParams(location.search);
      query.set("lang", other);
      location.search = String(query);
    } else location.reload();
  });

  // campfill_pipeline/reports/templates/page/head.js
  var head = JSON.parse(document.getElementById("head").textContent);
  var words = head.words[language];
  var label = (group, key) => words[group]?.[key] || key || "–";

  // campfill_pipeline/reports/templates/page/format.js
  var cut = (value, digits) => {
    const [whole, fraction = ""] = value.split(".");
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
  var exactly = false;
  var setExactly = (on) => {
    exactly = on;
  };
  var allDigits = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  var exactText = (value, unit = "") => `${allDigits.format(value)}${unit}`;
  var IMPRESSIONS = ` ${text("impressions")}`;
  var exact = (value, shown, unit = "") => html`<data value="${value}" title="${exactText(value, unit)}" data-unit="${unit}"
    >${exactly ? exactText(value, unit === IMPRESSIONS ? "" : unit) : shown}</data
  >`;
  var NOTHING = html`<span class="none" title="${text("no value")}">–</span>`;
  var missing = (value) => value === null || value === void 0;
  var needed = (value) => missing(value) ? NOTHING : exact(value, numberFormat(0, { roundingMode: "ceil" }).format(value), IMPRESSIONS);
  var count = (value) => missing(value) ? NOTHING : exact(value, numberFormat(0).format(value));
  var impressions = (value, digits = 0) => {
    if (missing(value)) return NOTHING;
    const small = digits === 0 && /^-?0\.0*[1-9]/.test(String(value));
    return exact(value, small ? "< 1" : numberFormat(digits).format(value), IMPRESSIONS);
  };
  var inHome = (heading) => heading.replace("€", head.currency.sign);
  var currency = { style: "currency", currency: head.currency.code };
  var money = (value, digits = 0) => missing(value) ? NOTHING : exact(value, numberFormat(digits, currency).format(value), ` ${head.currency.sign}`);
  var machine = (digits) => new Intl.NumberFormat("en-US", {
    useGrouping: false,
    maximumFractionDigits: digits,
    roundingMode: "halfExpand"
  });
  var below = (value, digits, limits) => {
    const shown = Number(machine(digits).format(value));
    return limits.some((limit) => Number(value) < limit && shown >= limit) ? cut(String(value), digits) : value;
  };
  var percent = (value, digits = 1) => missing(value) ? NOTHING : exact(value, `${numberFormat(digits).format(below(value, digits, head.limits.pct))} %`, " %");
  var signedText = (value, digits, style = {}) => numberFormat(digits, { signDisplay: "exceptZero", ...style }).format(value).replace("-", "−");
  var points = (value) => missing(value) ? NOTHING : exact(value, `${signedText(value, 1)} ${text("pts")}`, ` ${text("points")}`);
  var signed = (value) => missing(value) ? NOTHING : exact(value, signedText(value, 0));
  var signedMoney = (value) => missing(value) ? NOTHING : exact(value, signedText(value, 0, currency), ` ${head.currency.sign}`);
  var factor = (value, digits = 2) => missing(value) ? NOTHING : exact(value, numberFormat(digits).format(below(value, digits, head.limits.pace)));
  var decimal = (value) => allDigits.format(value);
  var plain = (value, digits = 0) => missing(value) ? "–" : numberFormat(digits).format(value);
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
  var lineCount = (number) => many("{count} line", "{count} lines", number, { count: count(number) });

  // campfill_pipeline/reports/templates/page/exact.js
  var SCALE = 20;
  var toUnits = (text2) => {
    const value = String(text2);
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
  var sum = (values) => fromUnits(values.reduce((total2, value) => missing(value) ? total2 : total2 + toUnits(value), 0n));
  var percentOf = (part2, whole) => {
    const all = toUnits(whole);
    return all === 0n ? null : fromUnits(toUnits(part2) * 100n * 10n ** BigInt(SCALE) / all);
  };
  var rough = (value) => missing(value) ? 0 : Number(value);
  var share = (part2, whole) => rough(whole) > 0 ? 100 * rough(part2) / rough(whole) : 0;

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
  var NEVER_JUDGED = ["scheduled", "cancelled"];
  var KINDS = ["campaign", "deal"];
  var PURCHASE_TYPES = ["guaranteed", "unguaranteed", "unknown"];
  var LINELESS = ["orphan", "refused_row"];

  // campfill_pipeline/reports/templates/page/words.js
  var PERIOD_NAMES = {
    "7d": text("7 days"),
    "30d": text("30 days"),
    this_year: text("This year")
  };
  var PERIODS = {
    "7d": text("the last 7 days"),
    "30d": text("the last 30 days"),
    this_year: text("this year")
  };
  var now = {
    question: text("Are we all right?"),
    noList: text("No campaign list has arrived yet."),
    dropList: text("Drop one into the inbox folder, and this page is made again."),
    noDelivery: text("No delivery data yet: no line can be judged."),
    nothingJudged: text("No line can be judged: days of delivery are missing."),
    noneRunning: text("No judged line is running."),
    noneBehind: (live, number) => many("The one running line is not behind.", "None of the {lines} running lines is behind.", number, {
      lines: live
    }),
    behind: (behind, live, number) => many(
      "{behind} of {lines} running lines is behind",
      "{behind} of {lines} running lines are behind",
      number,
      {
        behind,
        lines: live
      }
    ),
    atRisk: (eur) => say("{euros} at risk", { euros: eur }),
    running: text("Running lines by pace"),
    attention: text("Needs attention today"),
    all: (count2) => say("All {count} lines that need attention", { count: count2 }),
    calm: text("Nothing today: no running line is at risk and no ended line waits for a make-good."),
    unknown: text("Nothing can be said: delivery has not been fetched.")
  };
  var ended = {
    title: text("What ended"),
    none: (period) => say("No judged line ended in {period}.", { period }),
    allMet: (period, lines2) => say("Every line that ended in {period} reached its goal ({lines}).", { period, lines: lines2 }),
    short: (short, lines2, number, period) => many(
      "{short} of {lines} line that ended in {period} fell short.",
      "{short} of {lines} lines that ended in {period} fell short.",
      number,
      { short, lines: lines2, period }
    ),
    lack: (number, impressions2, eur, parts2) => many(
      "It lacks {impressions} impressions, worth {euros}: {parts}.",
      "They lack {impressions} impressions, worth {euros}: {parts}.",
      number,
      { impressions: impressions2, euros: eur, parts: parts2 }
    ),
    and: text(" and "),
    delivered: text("Delivered ÷ goals"),
    capped: text("Without surplus"),
    met: text("Goals met"),
    owed: (impressions2, eur, lines2) => say(
      "<strong>{impressions}</strong> of these impressions, worth <strong>{euros}</strong>, are owed as make-goods for {lines}.",
      { impressions: impressions2, euros: eur, lines: lines2 }
    ),
    guaranteed: (count2, number) => many("{count} guaranteed line", "{count} guaranteed lines", number, { count: count2 }),
    metOf: (met, lines2, number) => many("{met} of {lines} line met the goal", "{met} of {lines} lines met the goal", number, { met, lines: lines2 }),
    ofLines: (met, lines2, number) => many("{met} of {lines} line", "{met} of {lines} lines", number, { met, lines: lines2 }),
    trend: text("Share of lines that met their goal, in the seven days before each date"),
    sides: text("System or resources?"),
    cards: text("By kind and purchase type")
  };
  var disagreements = {
    title: text("Where list and reporting disagree"),
    none: text("List and reporting agree."),
    each: (sheet2) => say("Each of them, one by one, is in the sheet {sheet} of fulfillment.xlsx.", { sheet: sheet2 }),
    allUnfetched: text("all of them were not fully fetched"),
    unfetched: (count2, number) => many("{count} of them was not fully fetched", "{count} of them were not fully fetched", number, {
      count: count2
    })
  };
  var data = {
    title: text("What these figures rest on"),
    through: text("Delivery is complete through"),
    noDay: text("no day yet"),
    late: text("Older than the day before this page's date:"),
    gapless: (day2) => say("without a gap since {day}", { day: day2 }),
    noLaterDay: text("no later day was asked for."),
    oneGap: (day2) => say("{day} was not fetched completely.", { day: day2 }),
    gaps: (days, first, last) => say("{days} days from {first} to {last} were not fetched completely.", { days, first, last }),
    arrived: text("Delivery last arrived"),
    never: text("never"),
    todayIn: text("Today's hours so far count as delivered, but in no average."),
    todayOut: text("Nothing of today is counted yet."),
    judged: text("Lines judged"),
    of: (lines2) => say("of {lines}", { lines: lines2 }),
    allJudged: text("Every flight day so far was fetched."),
    notJudged: (lines2, number) => many(
      "{lines} not judged: a flight day of it was never fetched.",
      "{lines} not judged: flight days of them were never fetched.",
      number,
      { lines: lines2 }
    ),
    list: text("Newest campaign list"),
    noList: text("none yet"),
    later: (lines2, number) => many("{lines} starts today or later", "{lines} start today or later", number, { lines: lines2 })
  };
  var alarms = {
    old: (made, ago) => say(
      "<strong>This page is old.</strong> It was made {made}, {ago}, and should have been made again since. Look whether campfill is running (<code>campfill status</code>), then reload the page.",
      { made, ago }
    ),
    days: (count2) => many("{count} day", "{count} days", count2, { count: count2 }),
    hoursAgo: (count2) => many("{count} hour ago", "{count} hours ago", count2, { count: count2 }),
    daysAgo: (count2) => many("{count} day ago", "{count} days ago", count2, { count: count2 }),
    notConnected: say(
      "No reporting API is connected and no export was dropped. Set <code>CAMPFILL_REPORTING_URL</code> and type <code>campfill token</code>, or drop the reporting's CSV export into the inbox folder."
    ),
    failing: (since, why) => say("<strong>Delivery cannot be fetched.</strong> The newest attempt, {since}, failed: {why}", {
      since,
      why: html`<q lang="en">${why}</q>`
    }),
    lastGood: (day2) => say("Figures are those of {day}.", { day: day2 }),
    missing: (days, recent, fetch, lines2) => say(
      "<strong>{days} of delivery missing, of the last {recent}.</strong> Fetch: {fetch}. {lines} not judged, for this or for older days.",
      { days, recent, fetch, lines: lines2 }
    ),
    strangers: (lines2, of, orphans) => say(
      "<strong>Are these the same IDs?</strong> Reporting has no row for {lines} of {of} lines that have begun, while it has {orphans} IDs that no line has. Check the column <em>Deal/Campaign ID</em> of the list.",
      { lines: lines2, of, orphans }
    )
  };
  var incident = {
    struckBy: (site) => say("struck by the incident at {site}", { site: site || text("a site") }),
    title: text("Incidents: one problem of many lines"),
    what: text(
      "Hours of the last 14 days in which a site gave less than half of what such hours give, to all lines there. One entry, whatever the number of lines."
    ),
    site: text("Site"),
    lines: text("Lines"),
    lost: text("Lost"),
    savable: text("Still savable"),
    noSite: text("(no site named)"),
    silences: { dark: text("dark"), weak: text("weak") },
    was: { dark: text("was dark"), weak: text("was weak") },
    more: (count2) => say("and {count} more; table <code>incident</code> has them all.", { count: count2 }),
    explains: text("Why: an incident at its sites"),
    partly: text("Struck by an incident"),
    notItsOwn: text(
      "At least half of its gap was lost in hours in which a site failed all lines there: no problem of its own."
    ),
    aPart: text("In hours in which a site failed all lines there:"),
    ofThisLine: (lost, lines2) => say("about {lost} impressions of this line, one of {lines} there.", { lost, lines: lines2 })
  };
  var upcoming = {
    title: text("Before the start: goals beyond what their sites ever gave"),
    what: text(
      "Not begun, and in need of more than the best week of their placement's sites gave to all lines together. Goal, flight and sites can still be changed."
    ),
    more: (count2) => say("and {count} more, among the lines that need attention.", { count: count2 })
  };
  var right = {
    title: text("How right were we?"),
    question: text("Can the figures be believed?"),
    what: text("What was looked at"),
    rules: { measured: text("Measured week"), even: text("Straight line") },
    said: (lines2, days, first, last) => say("What was said of {lines} lines that have ended, on {days} days from {first} to {last}", {
      lines: lines2,
      days,
      first,
      last
    }),
    alarms: text("Of 1,000 days of healthy lines, called behind"),
    apart: text("… without the days that held many back at once"),
    found: text("Days of weak lines called behind, from their second day on"),
    error: (when) => say("Nine in ten projections were off by less than, {when}", { when }),
    dayOne: text("after 1 day"),
    days: (from, to) => say("after {from} to {to} days", { from, to }),
    later: (from) => say("after {from} days or more", { from }),
    of: (part2, whole) => say("{part} of {whole}", { part: part2, whole }),
    thin: (least2) => say(
      "Too little history: fewer than {least} days of healthy lines. A rate of false alarms would say nothing.",
      { least: least2 }
    ),
    how: text(
      "Each day was computed with what lay before it: once by the week that was measured at the sites, once by a straight line. Healthy lines ended at 99.5 % of their goal or more, weak ones below 95 %."
    ),
    together: (days) => many(
      "On one of the days a fifth or more of the healthy lines were behind at once: something held all of them back, and they caught up.",
      "On {days} of the days a fifth or more of the healthy lines were behind at once: something held all of them back, and they caught up.",
      days,
      { days }
    ),
    notYet: say(
      "Not looked at yet: it is done each night. <code>campfill maintain</code> does it now, <code>campfill fulfillment --backtest</code> shows it in the terminal."
    )
  };
  var list = {
    question: text("Which lines?"),
    narrow: text("Filters"),
    narrowed: (count2) => say("{count} set", { count: count2 }),
    over: text("Start over"),
    order: text("Order"),
    none: text("No line fits."),
    unknown: (what) => say("The address asks for what is not known here: {what}.", { what }),
    short: text("Short of goal"),
    exclude: (lines2, number) => many(
      "{lines} of them is not judged: at the end of the list, and in no sum.",
      "{lines} of them are not judged: at the end of the list, and in no sum.",
      number,
      { lines: lines2 }
    ),
    shown: (what) => say("Shown: {what}.", { what }),
    saveAs: text("Save these rows as"),
    all: text("All"),
    anyTime: text("any time"),
    search: text("Search"),
    where: text("Name, buyer, advertiser, ID"),
    narrowing: text("Narrow the list"),
    show: text("Show"),
    sortedBy: (column2) => text("Lines, sorted by {column}", { column: column2 }),
    endedIn: (period) => say("ended in {period}", { period }),
    or: text(" or "),
    more: text("Show more"),
    shownOf: (shown, all, number) => many("{shown} of {all} line shown", "{shown} of {all} lines shown", number, { shown, all })
  };
  var fields = {
    line: text("Line"),
    lines: text("Lines"),
    kind: text("Kind"),
    purchase: text("Purchase type"),
    buyer: text("Buyer"),
    buyers: text("Buyers"),
    agency: text("Agency"),
    agencies: text("Agencies"),
    advertiser: text("Advertiser"),
    advertisers: text("Advertisers"),
    placement: text("Placement"),
    placements: text("Placements"),
    start: text("Start"),
    end: text("End"),
    flight: text("Flight"),
    state: text("State"),
    judged: text("Judged"),
    band: text("Band"),
    pace: text("Pace"),
    goal: text("Goal"),
    delivered: text("Delivered"),
    fulfilled: text("Fulfilled"),
    fulfilledPct: text("Fulfilled %"),
    short: text("Short"),
    shortfall: text("Shortfall"),
    index: text("Pacing index"),
    projected: text("Projected"),
    needed: text("Needed a day"),
    atRisk: text("At risk"),
    valueAtRisk: text("Value at risk"),
    valueAtRiskEur: inHome(text("Value at risk €")),
    cpm: text("CPM"),
    cpmEur: inHome(text("CPM €")),
    budget: text("Budget"),
    budgetEur: inHome(text("Budget €")),
    cause: text("Cause"),
    side: text("Kind of problem"),
    id: text("ID"),
    name: text("Name"),
    runtime: text("Runtime"),
    impressionGoal: text("Impression goal"),
    worth: text("Worth"),
    share: text("Share"),
    impressions: text("Impressions"),
    impressionsShort: text("Impressions short"),
    bids: text("Bids"),
    wins: text("Wins"),
    plays: text("Plays"),
    day: text("Day"),
    site: text("Site"),
    why: text("Why"),
    disagreement: text("Disagreement"),
    endedIn: text("Ended in"),
    endedWithin: text("Ended within"),
    together: text("Together"),
    yes: text("yes"),
    no: text("no")
  };
  var levels = {
    path: text("Path"),
    overview: text("Overview"),
    lines: text("Lines"),
    compare: text("Compare"),
    thisLine: text("This line"),
    notFound: text("Not found"),
    allLines: text("All lines"),
    asTable: text("The same as a table")
  };
  var where = {
    question: text("Where is the shortfall?"),
    category: text("Category"),
    seats: (count2) => say("in {count} seats", { count: count2 }),
    notTold: text("not told by the list"),
    short: (short, lines2, number) => many("{short} of {lines} line short", "{short} of {lines} lines short", number, { short, lines: lines2 }),
    smaller: (count2) => say("and {count} more, smaller ones", { count: count2 }),
    none: text("No shortfall here."),
    noneAtAll: text("No shortfall."),
    bands: text("How far did they get?"),
    metTrend: say('Goals met <span class="soft">in the seven days before each date</span>'),
    trendTable: text("Trend as a table"),
    againstBefore: text("Against a week before"),
    trend: text("Trend"),
    capped: (share2) => say("{share} without surplus", { share: share2 }),
    inLines: (count2, number) => many("in {count} line", "in {count} lines", number, { count: count2 }),
    ownCpm: text("at the lines' own CPM"),
    which: text("Which lines are these?"),
    trendElsewhere: text("The trend is told of the last 7 days"),
    noTrend: text("no trend: no judged line ended in one of the two weeks"),
    trends: { improving: text("improving"), declining: text("declining"), stable: text("stable") },
    change: (points2) => say("7 days: {points} to the week before", { points: points2 }),
    noWeek: text("No week yet in which a judged line ended."),
    trendFrom: (from, first, to, last) => text("Share of lines that met their goal, from {from} % on {first} to {to} % on {last}.", {
      from,
      first,
      to,
      last
    }),
    noneEnded: text("no judged line ended")
  };
  var line = {
    counts: text("What others counted"),
    starts: (day2) => say("Starts on {day}.", { day: day2 }),
    cancelled: text("Cancelled by its newest list: it keeps what was delivered, and nothing judges it."),
    notJudged: (fetched, elapsed, number) => many(
      "Not judged: {fetched} of {elapsed} flight day was fetched.",
      "Not judged: {fetched} of {elapsed} flight days were fetched.",
      number,
      { fetched, elapsed }
    ),
    hardlyDue: text("Hardly anything was due until now; nothing can be projected yet."),
    firstDay: text("Its first day is running; nothing can be projected yet."),
    willLack: (gap, eur) => say("At the pace of its last days it will end {gap} impressions short, worth {euros}.", {
      gap,
      euros: eur
    }),
    willReach: text("At the pace of its last days it will reach its goal."),
    met: text("Goal met."),
    metWith: (surplus) => say("Goal met, with {surplus} impressions more than promised.", { surplus }),
    fellShort: (gap, eur) => say("Fell short by {gap} impressions, worth {euros}.", { gap, euros: eur }),
    outside: (amount) => say("{amount} of them outside the flight", { amount }),
    unknown: text("unknown"),
    reachable: (amount) => say("{amount}: reachable", { amount }),
    outOfReach: (amount) => say("{amount}: out of reach", { amount }),
    neededFor: (days, number, week) => many("for {days} day; best week {week}", "for {days} days; best week {week}", number, { days, week }),
    neededTimes: (days, number, times, week) => many(
      "for {days} day, {times} times its recent pace; best week {week}",
      "for {days} days, {times} times its recent pace; best week {week}",
      number,
      { days, times, week }
    ),
    billable: text("Billable"),
    worthDelivered: (eur) => say("{euros} delivered", { euros: eur }),
    impressions: text("impressions"),
    atCpm: (eur) => say("at a CPM of {euros}", { euros: eur }),
    notJudgedShort: text("not judged"),
    notStarted: text("not started"),
    cancelledShort: text("cancelled"),
    soFar: text("so far"),
    ofGoal: (goal) => say("of {goal}", { goal }),
    asap: say('<abbr title="as soon as possible">ASAP</abbr>'),
    fetchedOf: (fetched, elapsed, number) => many("{fetched} of {elapsed} day fetched", "{fetched} of {elapsed} days fetched", number, {
      fetched,
      elapsed
    }),
    noted: text("Noted changes"),
    ofAll: text(" (for all lines)"),
    trimmed: (command) => say("Hours and sites of this line were left out to keep the file small: {command} tells them.", {
      command
    }),
    leftOut: (count2) => say("It may be one of the {count} lines that were left out to keep the file small.", { count: count2 }),
    unknownTitle: text("No such line"),
    unknownHead: text("This page has no line with that ID"),
    askWith: (command) => say("Ask for it with {command}.", { command }),
    today: text("Today:"),
    against: text("Delivery against the promise"),
    whenItRan: text("When it ran"),
    byWeek: (zone) => text("impressions by week and hour, {zone}", { zone }),
    byDay: (zone) => text("impressions by day and hour, {zone}", { zone }),
    sites: text("Sites"),
    strongest: (shown, all) => say("the {shown} strongest of {all}", { shown, all }),
    allSites: (count2) => say("all {count}", { count: count2 }),
    siteless: text("CSV export, which names no site"),
    dayTable: text("Delivery by day as a table")
  };
  var chartWords = {
    soFar: (delivered, goal) => text("Delivered so far {delivered} of {goal} impressions.", { delivered, goal }),
    delivered: text("Delivered"),
    expected: text("Expected"),
    straight: text("Straight line"),
    projected: text("Projected"),
    goal: text("Goal"),
    thatDay: (amount) => text("That day: {amount}", { amount }),
    heat: (most) => text("Impressions by hour of day, at most {most} in one cell.", { most }),
    hours: (from, to) => text("{from}–{to} h", { from, to }),
    hour: (hour) => text("{hour} h", { hour }),
    cell: (amount) => say("<b>{amount}</b> impressions", { amount })
  };
  var cause = {
    why: (name) => say("Why: {cause}", { cause: name }),
    funnel: (name) => say("What its funnel shows: {cause}", { cause: name }),
    stages: {
      bids: [text("Selected"), text("bids")],
      wins: [text("Auctions won"), text("wins per bid")],
      plays: [text("Played"), text("plays per win")],
      audience: [text("Audience"), text("impressions per play")]
    },
    stage: text("Stage"),
    thisLine: text("This line"),
    usual: text("Needed / usual"),
    against: text("Against the usual"),
    part: text("Part of the loss"),
    checked: text("What can be checked"),
    notFetched: (days, number) => many("{days} flight day was not fetched.", "{days} flight days were not fetched.", number, { days }),
    hoursLike: (without, comparable) => say("{without} of the {comparable} flight hours in which lines like it had bids had none.", {
      without,
      comparable
    }),
    hours: (without, hours2) => say("{without} of {hours} flight hours had no bid.", { without, hours: hours2 }),
    firstLast: (first, last) => say("First hour with delivery: {first}; the last: {last}.", { first, last }),
    noSite: text("(none named)"),
    weak: (site, figure, due, cause2) => {
      const values = { site, figure, due };
      if (cause2 === "not_selected" || cause2 === "too_few_bids")
        return say("Weak site: {site}, {figure} bids where {due} were due.", values);
      if (cause2 === "lost_auctions")
        return say("Weak site: {site}, {figure} wins where {due} were due.", values);
      if (cause2 === "won_but_not_played")
        return say("Weak site: {site}, {figure} plays where {due} were due.", values);
      if (cause2 === "low_audience")
        return say("Weak site: {site}, {figure} impressions where {due} were due.", values);
      return say("Weak site: {site}, {figure} where {due} were due.", values);
    },
    lines: {
      all: text("all lines"),
      guaranteed: text("guaranteed lines"),
      unguaranteed: text("unguaranteed lines"),
      unknown: text("lines of unknown purchase type")
    },
    usualIs: (basis, lines2, first, last, days) => basis === "history" ? say(
      "Usual is what {lines} that met their target got before this flight, {first} to {last} ({days} with delivery), at this line's own sites and hours.",
      { lines: lines2, first, last, days }
    ) : say(
      "Usual is what {lines} that met their target got in the hours of this flight, {first} to {last} ({days} with delivery), at this line's own sites and hours.",
      { lines: lines2, first, last, days }
    )
  };
  var care = {
    title: text("Who takes care"),
    owner: text("Owner"),
    nobody: text("nobody"),
    note: text("Note"),
    until: text("Acknowledged until"),
    muted: text("Muted until"),
    goods: text("Make-goods"),
    states: {
      agreed: text("agreed"),
      delivering: text("delivering"),
      delivered: text("delivered"),
      short: text("short"),
      closed: text("closed")
    },
    delivered: (delivered, agreed, first, last) => say("{delivered} of {agreed} impressions, {first} to {last}", { delivered, agreed, first, last }),
    byAnother: text("by another line")
  };
  var contract = {
    title: text("Contract"),
    from: text("From the list"),
    source: (file) => html`<strong>${file}</strong>`,
    sheet: (sheet2) => say(", sheet {sheet}", { sheet: sheet2 }),
    row: (row3) => say(', row <data value="{row}">{row}</data>', { row: row3 }),
    received: (moment2) => say("received {moment}", { moment: moment2 }),
    counted: (day2) => say("counted from {day}", { day: day2 }),
    listedAs: text("Listed as"),
    blank: text("blank"),
    history: text("What became of the contract"),
    revision: (number, action) => say("Revision {number}, {action}", { number, action }),
    validFrom: (moment2) => say("valid from {moment}", { moment: moment2 }),
    earlier: (number, command) => say("This is revision {number}. {command} tells the earlier ones.", { number, command }),
    unchanged: text("Revision 1: unchanged since it first came.")
  };
  var frame = {
    asOf: (day2) => say("As of <strong>{day}</strong>", { day: day2 }),
    knownThen: text(", as known then"),
    made: (moment2) => say("made {moment}", { moment: moment2 }),
    madeBy: (moment2, zone) => say("Made by campfill {moment} ({zone}).", { moment: moment2, zone }),
    title: (view, day2) => text("{view} · Fulfillment as of {day}", { view, day: day2 }),
    cannot: text("This part cannot be shown here"),
    why: (fault) => say(
      "The browser could not read the data in this file ({fault}). A browser of 2023 or newer can: Chrome, Edge, Firefox or Safari.",
      { fault }
    ),
    back: text("Back to the overview"),
    light: text("Light"),
    dark: text("Dark"),
    toLight: text("Switch to light colours"),
    toDark: text("Switch to dark colours")
  };
  var figures = {
    exactOn: text("Rounded"),
    exactOff: text("Exact"),
    exactHelp: text("Show every figure exactly"),
    chartKeys: text("Read it by the arrow keys."),
    rounding: text(
      "Percentages are rounded half up, but never up to a limit that was not reached. Point at a figure or touch it to see it exactly, or switch on “Exact” above. Charts are read by touch, or by Tab and the arrow keys. Shares are sums divided by sums, never averages of percentages."
    )
  };
  var compare = {
    question: text("Better or worse?"),
    title: text("Lines that ended in the seven days before two days"),
    how: text(
      "Both sides are told by what is known today. What was known on a day itself tells a page of that day:"
    ),
    first: text("One day"),
    second: text("Another day"),
    week: text("This week beside last week"),
    difference: text("Difference"),
    rows: {
      lines: text("Judged lines that ended"),
      met: text("Goals met"),
      share: text("Share of goals met"),
      delivered: text("Delivered ÷ goals"),
      capped: text("Without surplus"),
      short: text("Impressions short"),
      eur: text("Worth")
    },
    byCategory: text("Share of goals met, by kind and purchase type"),
    bySide: text("Impressions short, by kind of problem")
  };

  // campfill_pipeline/reports/templates/page/parts.js
  var periodSwitch = (current2, address2) => html`<nav class="switch" aria-label="${fields.endedIn}">
    ${Object.keys(PERIOD_NAMES).map(
    (period) => html`<a href="${address2(period)}" aria-current="${period === current2 ? "true" : "false"}"
          >${PERIOD_NAMES[period]}</a
        >`
  )}
  </nav>`;
  var hero = (question, title, beside = "") => html`<section class="hero">
    <div class="hero-text">
      <p class="eyebrow">${question}</p>
      <h1 tabindex="-1">${title}</h1>
    </div>
    ${beside}
  </section>`;
  var bandBadge = (band) => html`<span class="badge band-${band}"
    ><span aria-hidden="true">${BAND_SIGNS[band]}</span> ${label("bands", band)}</span
  >`;
  var strangersNote = (unknown, to) => {
    const told3 = unknown.map(([name, value], at) => html`${at ? ", " : ""}${name && `${name} `}“${value}”`);
    return told3.length > 0 && html`<p class="alarm">${list.unknown(told3)} <a href="${to}">${list.over}</a></p>`;
  };
  var PERIOD_ASKED = { period: [fields.endedWithin, Object.keys(PERIODS)] };
  var periodOf = (query) => Object.hasOwn(PERIODS, query.get("period")) ? query.get("period") : TREND_OF;
  var TREND_OF = "7d";
  var trendElsewhere = (to) => html`<p class="soft"><a href="${to}">${where.trendElsewhere}</a></p>`;
  var TREND_SIGNS = { improving: "▲", declining: "▼", stable: "▶" };
  var trendChip = (trend) => {
    const last = trend.days.length - 1;
    if (last < 0 || !trend.trend[last]) return html`<span class="trend none">${where.noTrend}</span>`;
    const word = trend.trend[last];
    return html`<span class="trend trend-${word}"
    ><span aria-hidden="true">${TREND_SIGNS[word]}</span> ${where.trends[word]}
    <span class="soft">${where.change(points(trend.change[last]))}</span></span
  >`;
  };
  var sparkline = (trend) => {
    const values = trend.pct.slice(-60);
    const known2 = values.filter((value) => !missing(value)).map(Number);
    if (known2.length < 2) return "";
    const low = Math.max(0, Math.min(...known2) - 2), span3 = Math.max(100 - low, 1), step = 200 / Math.max(values.length - 1, 1);
    let path = "", pen = "M";
    values.forEach((value, at) => {
      if (missing(value)) {
        pen = "M";
        return;
      }
      path += `${pen}${(at * step).toFixed(1)} ${(38 - 36 * (Number(value) - low) / span3).toFixed(1)}`;
      pen = "L";
    });
    return html`<svg class="spark" viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden="true">
    <line x1="0" x2="200" y1="2" y2="2" class="spark-goal" />
    <path d="${path}" />
  </svg>`;
  };
  var portion = (part2, whole) => {
    const size = percentOf(part2, whole);
    return `${rough(size) > 0 && rough(size) < 1 ? "< 1" : plain(size)} %`;
  };
  var noneJudged = (period) => html`<p class="calm">${ended.none(PERIODS[period])}</p>`;
  var sideBar = (rows2) => {
    const total2 = sum(rows2.map((row3) => row3.impressions));
    if (rough(total2) === 0) return html`<p class="calm">${where.noneAtAll}</p>`;
    const kept2 = SIDES.map((side) => rows2.find((row3) => row3.side === side)).filter(
      (row3) => row3 && rough(row3.impressions) > 0
    );
    const width = (row3) => share(row3.impressions, total2).toFixed(3);
    return html` <div class="stack" aria-hidden="true">
      ${kept2.map((row3) => html`<i class="side-${row3.side}" style="flex:${width(row3)} 0 0"></i>`)}
    </div>
    <table class="sides">
      <thead>
        <tr>
          <th scope="col">${fields.side}</th>
          <th scope="col" class="n">${fields.share}</th>
          <th scope="col" class="n">${fields.impressionsShort}</th>
          <th scope="col" class="n">${fields.worth}</th>
          <th scope="col" class="n">${fields.lines}</th>
        </tr>
      </thead>
      <tbody>
        ${kept2.map(
      (row3) => html`<tr data-side="${row3.side}">
              <th scope="row">
                <i class="key side-${row3.side}" aria-hidden="true"></i
                ><a href="${row3.href}">${label("sides", row3.side)}</a
                ><span class="soft">${label("side_meanings", row3.side)}</span>
              </th>
              <td class="n">${portion(row3.impressions, total2)}</td>
              <td class="n">${impressions(row3.impressions)}</td>
              <td class="n">${money(row3.eur)}</td>
              <td class="n">${count(row3.lines)}</td>
            </tr>`
    )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${fields.together}</th>
          <td class="n"></td>
          <td class="n">${impressions(total2)}</td>
          <td class="n">${money(sum(kept2.map((row3) => row3.eur)))}</td>
          <td class="n">${count(kept2.reduce((all, row3) => all + row3.lines, 0))}</td>
        </tr>
      </tfoot>
    </table>`;
  };
  var breakable = (name) => name.split("_").map((part2, at, parts2) => html`${part2}${at < parts2.length - 1 ? new Markup("_<wbr>") : ""}`);
  var lineLink = (row3) => html`<a href="#/line/${row3.id}">${breakable(row3.name)}</a>`;
  var crumbs = (...steps) => html`<nav class="crumbs" aria-label="${levels.path}">
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
    <span>${list.shownOf(count(shown), count(all), all)}</span
    >${shown < all ? html` <button type="button" class="ghost" data-more>${list.more}</button>` : ""}
  </p>`;
  var attentionTable = (columns, rows2) => html`<table class="attention" role="table">
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(
    ([name, figures2]) => html`<th scope="col" role="columnheader" ${figures2 ? html`class="n"` : ""}>${name}</th>`
  )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows2}
    </tbody>
  </table>`;

  // campfill_pipeline/reports/templates/page/headline.js
  var waiting = () => !head.coverage.begun && !head.coverage.scheduled;
  var undelivered = () => head.coverage.begun > 0 && !head.coverage.reported && !head.freshness.complete_through;
  var headline = () => {
    if (waiting()) return now.noList;
    if (undelivered()) return now.noDelivery;
    if (head.coverage.begun && !head.coverage.judged) return now.nothingJudged;
    const live = PACES.reduce((lines2, pace) => lines2 + head.live[pace].lines, 0);
    const behind = head.live.behind.lines;
    const eur = sum(PACES.map((pace) => head.live[pace].eur));
    if (!live) return now.noneRunning;
    if (!behind) return now.noneBehind(count(live), live);
    const risk = rough(eur) > 0 ? html`, ${now.atRisk(money(eur))}` : "";
    return html`${now.behind(count(behind), count(live), behind)}${risk}.`;
  };
  var lossesOf = (period) => head.losses.filter((row3) => row3.period === period && row3.kind === "all" && row3.purchase_type === "all");
  var headlineMore = (period, total2) => {
    if (waiting()) return now.dropList;
    if (undelivered() || !head.coverage.judged) return "";
    if (!total2?.lines) return ended.none(PERIODS[period]);
    const short = total2.lines - total2.fulfilled;
    if (!short) return ended.allMet(PERIODS[period], count(total2.lines));
    const losses = lossesOf(period);
    const lacking = sum(losses.map((row3) => row3.impressions));
    const parts2 = SIDES.map((side) => losses.find((row3) => row3.side === side)).filter((row3) => row3 && share(row3.impressions, lacking) >= 1).sort((a, b) => rough(b.impressions) - rough(a.impressions));
    const phrase = (row3, at) => {
      const before = at === 0 ? "" : at === parts2.length - 1 ? ended.and : ", ";
      return html`${before}${portion(row3.impressions, lacking)} ${label("side_phrases", row3.side)}`;
    };
    const eur = money(sum(losses.map((row3) => row3.eur)));
    return html`${ended.short(count(short), count(total2.lines), total2.lines, PERIODS[period])}
  ${rough(lacking) > 0 && ended.lack(short, impressions(lacking), eur, parts2.map(phrase))}`;
  };

  // campfill_pipeline/reports/templates/page/alarms.js
  var HOUR = 36e5;
  var DAY = 24 * HOUR;
  var MOST_RANGES = 4;
  var RECENT_DAYS = 30;
  var oldPage = (at) => {
    if (missing(head.renewed_by) || at <= new Date(head.renewed_by)) return "";
    const age = at - new Date(head.made_at);
    const ago = age < 2 * DAY ? alarms.hoursAgo(Math.floor(age / HOUR)) : alarms.daysAgo(Math.floor(age / DAY));
    return alarms.old(moment(head.made_at), ago);
  };
  var length = ([first, last]) => Math.round((new Date(last) - new Date(first)) / DAY) + 1;
  var daysIn = (ranges) => ranges.reduce((days, range) => days + length(range), 0);
  var gapNote = (ranges) => {
    if (!ranges.length) return data.noLaterDay;
    const [first, last] = [ranges[0][0], ranges.at(-1)[1]];
    return first === last ? data.oneGap(day(first, dayMedium)) : data.gaps(count(daysIn(ranges)), day(first, dayMedium), day(last, dayMedium));
  };
  var fetchCommands = (ranges) => {
    const told3 = ranges.length > MOST_RANGES ? [[ranges[0][0], ranges.at(-1)[1]]] : ranges;
    return told3.map(([first, last], at) => {
      const command = html`<code>campfill refresh --from ${first} --to ${last}</code>`;
      return html`${at ? ", " : ""}${command}`;
    });
  };
  var gapsWithin = (first, last) => head.freshness.gaps.filter((range) => range[0] <= last && range[1] >= first).map((range) => [[range[0], first].sort()[1], [range[1], last].sort()[0]]);
  var alarm = (kind, text2) => html`<p class="alarm ${kind}" data-alarm="${kind}">${text2}</p>`;
  var failing = () => {
    const { failed_at, fetched_at, failure, complete_through } = head.freshness;
    if (!failed_at || fetched_at && failed_at <= fetched_at) return "";
    const good = complete_through ? alarms.lastGood(day(complete_through, dayMedium)) : "";
    return alarm("failing", html`${alarms.failing(moment(failed_at), told(failure))} ${good}`);
  };
  var alarmList = () => {
    if (waiting()) return "";
    const { asked: asked3 } = head.freshness;
    const gaps = gapsWithin(daysLater(head.as_of, -RECENT_DAYS), head.as_of);
    const unjudged = head.coverage.begun - head.coverage.judged;
    const lines2 = html`<a href="#/lines?state=uncovered" data-opens="${unjudged}">${lineCount(unjudged)}</a>`;
    const gone = undelivered() && !asked3 ? alarm("unconnected", alarms.notConnected) : "";
    const some = unjudged > 0 && gaps.length > 0 && !undelivered() ? alarm(
      "missing",
      alarms.missing(alarms.days(daysIn(gaps)), RECENT_DAYS, html`${fetchCommands(gaps)}`, lines2)
    ) : "";
    const odd = head.strangers;
    const strangers2 = odd ? alarm("strangers", alarms.strangers(count(odd.lines), count(odd.of), count(odd.orphans))) : "";
    return [failing(), gone, some, strangers2];
  };

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
  var inVain = (asked3, known2) => [...asked3].flatMap(([name, given]) => {
    if (!Object.hasOwn(known2, name)) return [["", name]];
    const [caption, values] = known2[name];
    const fits = typeof values === "function" ? values(given) : values.includes(given);
    return given === "" || fits ? [] : [[caption, given]];
  });

  // campfill_pipeline/reports/templates/page/chart_keys.js
  var said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);
  var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  var within = (at, size) => Math.min(Math.max(at, 0), size - 1);
  var axisOf = (axis) => axis[0].type === "category" ? axis[0].data : null;
  var after = (key, [x, y], columns, rows2) => {
    if (key === "Home") return [0, y];
    if (key === "End") return [columns - 1, y];
    const step = STEPS[key];
    if (!step || step[1] && !rows2) return null;
    return [within(x + step[0], columns), rows2 ? within(y + step[1], rows2) : 0];
  };
  var shownAt = ([column2, row3], rows2, drawn) => rows2 ? { seriesIndex: 0, dataIndex: column2 * rows2 + row3 } : { x: drawn.convertToPixel({ xAxisIndex: 0 }, column2), y: drawn.getHeight() / 2 };
  var readByKeys = (element, drawn) => {
    element.tabIndex = 0;
    element.setAttribute(
      "aria-label",
      `${element.getAttribute("aria-label") || ""} ${figures.chartKeys}`.trim()
    );
    if (element.dataset.keys) return;
    element.dataset.keys = "yes";
    let place = null;
    element.addEventListener("keydown", (event) => {
      const { xAxis, yAxis } = drawn().getOption();
      const [columns, rows2] = [axisOf(xAxis).length, axisOf(yAxis)?.length || 0];
      const next = place === null && STEPS[event.key] ? [columns - 1, 0] : after(event.key, place || [0, 0], columns, rows2);
      if (event.key === "Escape") drawn().dispatchAction({ type: "hideTip" });
      if (!next) return;
      event.preventDefault();
      place = next;
      drawn().dispatchAction({ type: "showTip", ...shownAt(place, rows2, drawn()) });
      requestAnimationFrame(() => {
        const parts2 = [...element.querySelector(".tip")?.childNodes || []].map((one) => one.textContent);
        said.textContent = parts2.filter(Boolean).join(", ");
      });
    });
    element.addEventListener("blur", () => {
      place = null;
      if (!drawn().isDisposed()) drawn().dispatchAction({ type: "hideTip" });
    });
  };

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
      readByKeys(element, () => open.get(id) || drawn);
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
    className: "tip",
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
  var described = (text2) => ({ enabled: true, label: { description: text2 } });

  // campfill_pipeline/reports/templates/page/chart_trend.js
  var drawTrend = (id, trend) => {
    const known2 = trend.pct.filter((value) => !missing(value)).map(Number);
    const element = document.getElementById(id);
    if (!known2.length) {
      if (element) element.outerHTML = `<p class="calm">${where.noWeek}</p>`;
      return;
    }
    const [first, last] = [trend.days[0], trend.days.at(-1)].map((at) => dayPlain.format(asUtc(at)));
    const floor = Math.max(0, Math.floor((Math.min(...known2) - 3) / 20) * 20);
    const shown = (at) => `${plain(below(trend.pct[at], 1, head.limits.pct), 1)} %`;
    chart(id, () => ({
      animation: false,
      aria: described(where.trendFrom(plain(known2[0], 1), first, plain(known2.at(-1), 1), last)),
      grid: {
        left: 8,
        right: 16,
        top: 16,
        bottom: 8,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel"
      },
      tooltip: tooltip(
        ([at]) => `${dayLong.format(asUtc(at.axisValue))}<br><b>${missing(at.value) ? where.noneEnded : shown(at.dataIndex)}</b>`
      ),
      xAxis: dayAxis(trend.days),
      yAxis: valueAxis({ min: floor, max: 100, axisLabel: { ...font(), formatter: "{value} %" } }),
      series: [
        {
          type: "line",
          data: trend.pct.map((value) => missing(value) ? null : Number(value)),
          showSymbol: known2.length < 15,
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
    const packed2 = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed2]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  var readColumn = (column2) => Array.isArray(column2) ? column2 : column2.at.map((at) => at < 0 ? null : column2.of[at]);
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
    const packed2 = await inflate("lines");
    const columns = Object.entries(packed2).map(([name, column2]) => [name, readColumn(column2)]);
    const rows2 = columns[0][1].map((_, at) => {
      const row3 = { at };
      for (const [name, column2] of columns) row3[name] = column2[at];
      row3.id = dashed(row3.id);
      if (nothingKnown(row3)) {
        for (const name of head.no_zero) row3[name] = null;
        row3.pace = row3.pace && "unmeasured";
      }
      row3.attention = row3[`attention_${language}`];
      row3.search = [row3.name, row3.buyer, row3.placement, row3.advertiser, row3.id, row3.external_id].join(" ").toLowerCase();
      return row3;
    });
    table = { rows: rows2, byId: new Map(rows2.map((row3) => [row3.id, row3])) };
    return table;
  };
  var nothingKnown = (row3) => row3.band === "no_data" && !row3.days_fetched && !NEVER_JUDGED.includes(row3.lifecycle);
  var chunks = /* @__PURE__ */ new Map();
  var detailOf = async (row3) => {
    if (missing(row3.chunk)) return null;
    if (!chunks.has(row3.chunk)) chunks.set(row3.chunk, inflate(`detail-${row3.chunk}`));
    const found = await chunks.get(row3.chunk);
    return found?.[row3.id.replaceAll("-", "")] || null;
  };
  var revisions = null;
  var revisionsOf = async (row3) => {
    revisions = revisions || inflate("revisions");
    return (await revisions)?.[row3.id.replaceAll("-", "")] || [];
  };
  var disagreements2 = null;
  var disagreementsOf = async (row3) => {
    disagreements2 = disagreements2 || inflate("disagreements");
    return (await disagreements2)?.[row3.id.replaceAll("-", "")] || [];
  };
  var counts = null;
  var countsOf = async (row3) => {
    counts = counts || inflate("counts");
    return (await counts)?.[row3.id.replaceAll("-", "")] || [];
  };
  var care2 = null;
  var careOf = async (row3) => {
    care2 = care2 || inflate("care");
    return (await care2)?.[row3.id.replaceAll("-", "")];
  };
  var struck = null;
  var struckLines = async () => {
    struck = struck || inflate("struck");
    return await struck || {};
  };
  var struckBy = async (row3) => (await struckLines())[row3.id.replaceAll("-", "")] || [];
  var linesStruckBy = async (at) => {
    const all = Object.entries(await struckLines());
    return new Set(all.filter(([, told3]) => told3.some((one) => one.at === at)).map(([hex]) => dashed(hex)));
  };
  var disputedLines = async (kind) => {
    disagreements2 = disagreements2 || inflate("disagreements");
    const all = Object.entries(await disagreements2 || {});
    return new Set(all.filter(([, told3]) => told3.some(([what]) => what === kind)).map(([hex]) => dashed(hex)));
  };
  var periodStart = (period) => {
    if (period === "this_year") return `${head.as_of.slice(0, 4)}-01-01`;
    return daysLater(head.as_of, period === "30d" ? -30 : -7);
  };
  var inPeriod = (row3, period) => row3.covered && row3.end_date >= periodStart(period) && row3.end_date < head.as_of;
  var inCategory = (row3, kind, purchase) => (kind === "all" || row3.kind === kind) && (purchase === "all" || row3.purchase_type === purchase);
  var ended2 = (row3) => row3.lifecycle.startsWith("ended");
  var pickWindow = (period, kind, purchase) => head.windows.find((row3) => row3.period === period && row3.kind === kind && row3.purchase_type === purchase) || null;
  var pickTrend = (kind, purchase) => head.trend[`${kind}/${purchase}`] || { days: [], pct: [], change: [], trend: [] };
  var lineCategory = (row3) => `${label("one_kind", row3.kind)}, ${label("purchase_types", row3.purchase_type)}`;
  var categoryName = (kind, purchase) => {
    const what = kind === "all" ? levels.allLines : label("kinds", kind);
    return purchase === "all" ? what : `${what}, ${label("purchase_types", purchase)}`;
  };

  // campfill_pipeline/reports/templates/page/category.js
  var ranked = (rows2, field2) => {
    const groups = /* @__PURE__ */ new Map();
    for (const row3 of rows2) {
      const key = row3[field2] || "";
      if (!groups.has(key)) groups.set(key, { key, rows: [] });
      groups.get(key).rows.push(row3);
    }
    const list2 = [...groups.values()].map((group) => ({
      key: group.key,
      lines: group.rows.length,
      seats: new Set(group.rows.map((row3) => row3.buyer)).size,
      short: group.rows.filter((row3) => rough(row3.shortfall) > 0).length,
      shortfall: sum(group.rows.map((row3) => row3.shortfall)),
      eur: sum(group.rows.map((row3) => row3.value_at_risk_eur))
    })).filter((group) => group.short > 0);
    return list2.sort((a, b) => rough(b.shortfall) - rough(a.shortfall) || a.key.localeCompare(b.key, locale));
  };
  var rankedTable = (name, field2, rows2, filters) => {
    const groups = ranked(rows2, field2);
    const most = groups.length ? rough(groups[0].shortfall) : 0;
    const nameOf = ({ key, seats }) => key ? html`<a href="${address("/lines", { ...filters, [field2]: key })}">${key}</a>
          ${field2 === "agency" && seats > 1 ? html`<span class="soft">${where.seats(count(seats))}</span>` : ""}` : html`<span class="soft">${where.notTold}</span>`;
    const body = groups.slice(0, 12).map(
      (group) => html`<tr data-key="${group.key}">
        <th scope="row">
          ${nameOf(group)}
          <span class="soft">${where.short(count(group.short), count(group.lines), group.lines)}</span
          ><span class="rank" aria-hidden="true"
            ><i style="width:${most ? (100 * rough(group.shortfall) / most).toFixed(1) : 0}%"></i
          ></span>
        </th>
        <td class="n">${impressions(group.shortfall)}</td>
        <td class="n">${money(group.eur)}</td>
      </tr>`
    );
    return html`<section class="panel" aria-labelledby="h-${field2}">
    <h2 id="h-${field2}">${name}</h2>
    ${groups.length ? html`<table class="ranking" data-field="${field2}">
              <thead>
                <tr>
                  <th scope="col">${name}</th>
                  <th scope="col" class="n">${fields.short}</th>
                  <th scope="col" class="n">${fields.worth}</th>
                </tr>
              </thead>
              <tbody>
                ${body}
              </tbody>
            </table>
            ${groups.length > 12 ? html`<p class="soft">${where.smaller(count(groups.length - 12))}</p>` : ""}` : html`<p class="calm">${rows2.length ? where.none : ended.none(PERIODS[filters.period])}</p>`}
  </section>`;
  };
  var bandTable = (rows2, filters) => {
    const counted = BANDS.map((band) => {
      const own = rows2.filter((row3) => row3.band === band);
      return { band, lines: own.length, shortfall: sum(own.map((row3) => row3.shortfall)) };
    });
    return html`<div class="stack tall" aria-hidden="true">
      ${counted.map(({ band, lines: lines2 }) => lines2 > 0 && html`<i class="band-${band}" style="flex:${lines2} 0 0"></i>`)}
    </div>
    <table class="bands">
      <thead>
        <tr>
          <th scope="col">${fields.band}</th>
          <th scope="col" class="n">${fields.lines}</th>
          <th scope="col" class="n">${fields.share}</th>
          <th scope="col" class="n">${fields.impressionsShort}</th>
        </tr>
      </thead>
      <tbody>
        ${counted.map(
      (row3) => html`<tr data-band="${row3.band}">
              <th scope="row">
                <i class="key band-${row3.band}" aria-hidden="true"></i
                ><a href="${address("/lines", { ...filters, band: row3.band })}"
                  >${label("bands", row3.band)}</a
                >
                <span class="soft">${label("band_limits", row3.band)}</span>
              </th>
              <td class="n">${count(row3.lines)}</td>
              <td class="n">${rows2.length ? `${plain(percentOf(row3.lines, rows2.length), 1)} %` : NOTHING}</td>
              <td class="n">${impressions(row3.shortfall)}</td>
            </tr>`
    )}
      </tbody>
    </table>`;
  };
  var trendTable = (trend) => html`<details>
    <summary>${levels.asTable}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${where.trendTable}">
      <table>
        <thead>
          <tr>
            <th scope="col">${fields.day}</th>
            <th scope="col" class="n">${ended.met}</th>
            <th scope="col" class="n">${where.againstBefore}</th>
            <th scope="col">${where.trend}</th>
          </tr>
        </thead>
        <tbody>
          ${trend.days.map((at, i) => [at, i]).reverse().slice(0, 60).map(
    ([at, i]) => html`<tr>
                  <th scope="row">${day(at)}</th>
                  <td class="n">${percent(trend.pct[i])}</td>
                  <td class="n">${points(trend.change[i])}</td>
                  <td>${where.trends[trend.trend[i]] || "–"}</td>
                </tr>`
  )}
        </tbody>
      </table>
    </div>
  </details>`;
  var category = async (kind, purchase, query) => {
    const period = periodOf(query);
    const all = (await lines()).rows;
    const rows2 = all.filter((row3) => inCategory(row3, kind, purchase) && inPeriod(row3, period));
    const total2 = pickWindow(period, kind, purchase);
    const trend = pickTrend(kind, purchase);
    const filters = {
      state: "ended",
      period,
      kind: kind === "all" ? "" : kind,
      purchase: purchase === "all" ? "" : purchase
    };
    const losses = head.losses.filter((row3) => row3.period === period && row3.kind === kind && row3.purchase_type === purchase).map((row3) => ({ ...row3, href: address("/lines", { ...filters, side: row3.side }) }));
    const name = categoryName(kind, purchase);
    const asked3 = [["kind", kind], ["purchase", purchase], ...query];
    const unknown = inVain(asked3, {
      kind: [fields.kind, ["all", ...KINDS]],
      purchase: [fields.purchase, ["all", ...PURCHASE_TYPES]],
      ...PERIOD_ASKED
    });
    const others = head.windows.filter(
      (row3) => row3.period === period && row3.lines > 0 && row3.kind === "all" === (row3.purchase_type === "all")
    );
    const chip = (row3) => {
      const current2 = row3.kind === kind && row3.purchase_type === purchase ? "true" : "false";
      const to = address(`/where/${row3.kind}/${row3.purchase_type}`, { period });
      return html`<a href="${to}" aria-current="${current2}"
      >${categoryName(row3.kind, row3.purchase_type)} <span>${plain(row3.lines)}</span></a
    >`;
    };
    const met = ended.ofLines(count(total2?.fulfilled ?? 0), count(total2?.lines ?? 0), total2?.lines ?? 0);
    const inAll = (field2) => rows2.length ? sum(rows2.map((row3) => row3[field2])) : null;
    const lacking = impressions(inAll("shortfall"));
    const short = rows2.filter((row3) => rough(row3.shortfall) > 0).length;
    return {
      title: name,
      body: html`${crumbs([levels.overview, address("/", { period })], [name])}
      ${hero(
        where.question,
        name,
        periodSwitch(period, (to) => address(`/where/${kind}/${purchase}`, { period: to }))
      )}
      ${strangersNote(unknown, address("/where/all/all", { period }))}
      <nav class="chips" aria-label="${where.category}">${others.map(chip)}</nav>
      <dl class="tiles">
        ${tile(ended.met, percent(total2?.fulfilled_pct), met)}
        ${tile(ended.delivered, percent(total2?.delivered_pct), where.capped(percent(total2?.capped_pct)))}
        ${tile(fields.impressionsShort, lacking, where.inLines(count(short), short))}
        ${tile(fields.worth, money(inAll("value_at_risk_eur")), where.ownCpm)}
      </dl>
      <p class="go">
        <a class="button" href="${address("/lines", filters)}"
          >${where.which} <span aria-hidden="true">→</span></a
        >
      </p>
      <section class="panel" aria-labelledby="h-side">
        <h2 id="h-side">${ended.sides}</h2>
        ${total2?.lines ? sideBar(losses) : noneJudged(period)}
      </section>
      <div class="two">
        <section class="panel" aria-labelledby="h-bands">
          <h2 id="h-bands">${where.bands}</h2>
          ${bandTable(rows2, filters)}
        </section>
        <section class="panel" aria-labelledby="h-trend">
          <h2 id="h-trend">${where.metTrend}</h2>
          ${period === TREND_OF ? html`<p>${trendChip(trend)}</p>
                  <div class="chart" id="trend"></div>
                  ${trendTable(trend)}` : trendElsewhere(address(`/where/${kind}/${purchase}`, { period: TREND_OF }))}
        </section>
      </div>
      <div class="two">
        ${rankedTable(fields.agencies, "agency", rows2, filters)}
        ${rankedTable(fields.buyers, "buyer", rows2, filters)}
        ${rankedTable(fields.placements, "placement", rows2, filters)}
        ${rankedTable(fields.advertisers, "advertiser", rows2, filters)}
      </div>`,
      draw: () => period === TREND_OF && drawTrend("trend", trend)
    };
  };

  // campfill_pipeline/reports/templates/page/compare.js
  var DATE = /^\d{4}-\d\d-\d\d$/;
  var isDay = (value) => DATE.test(value) && value <= head.as_of && !Number.isNaN(Date.parse(value)) && daysLater(value, 0) === value;
  var asked2 = (query, name, otherwise) => isDay(query.get(name)) ? query.get(name) : otherwise;
  var least = (a, b) => toUnits(a) < toUnits(b) ? a : b;
  var total = (rows2, field2) => sum(rows2.map((row3) => row3[field2]));
  var summary = (rows2) => {
    const met = rows2.filter((row3) => row3.band === "goal_met").length;
    const goals = total(rows2, "impression_goal");
    const capped = sum(rows2.map((row3) => least(row3.delivered, row3.impression_goal)));
    return {
      lines: rows2.length,
      met,
      share: percentOf(met, rows2.length),
      delivered: percentOf(total(rows2, "delivered"), goals),
      capped: percentOf(capped, goals),
      short: rows2.length ? total(rows2, "shortfall") : null,
      eur: rows2.length ? total(rows2, "value_at_risk_eur") : null
    };
  };
  var endedBefore = (rows2, at) => rows2.filter((row3) => row3.covered && row3.end_date >= daysLater(at, -7) && row3.end_date < at);
  var minus = (a, b) => missing(a) || missing(b) ? null : fromUnits(toUnits(a) - toUnits(b));
  var SHOWN = {
    lines: [count, signed],
    met: [count, signed],
    share: [percent, points],
    delivered: [percent, points],
    capped: [percent, points],
    short: [impressions, signed],
    eur: [money, signedMoney]
  };
  var row = (name, [show2, change2], a, b, code = "") => html`<tr data-row="${code}">
    <th scope="row">${name}</th>
    <td class="n">${show2(a)}</td>
    <td class="n">${show2(b)}</td>
    <td class="n">${change2(minus(a, b))}</td>
  </tr>`;
  var span = (at) => {
    const [first, last] = [daysLater(at, -7), daysLater(at, -1)];
    const format = first.slice(0, 4) === head.as_of.slice(0, 4) ? dayShort : dayMedium;
    return html`${day(first, format)} – ${day(last, format)}`;
  };
  var table2 = (id, title, a, b, rows2) => html`<section class="panel" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <table class="compare">
      <thead>
        <tr>
          <td></td>
          <th scope="col" class="n">${span(a)}</th>
          <th scope="col" class="n">${span(b)}</th>
          <th scope="col" class="n">${compare.difference}</th>
        </tr>
      </thead>
      <tbody>
        ${rows2}
      </tbody>
    </table>
  </section>`;
  var categoriesOf = (rows2) => [...new Set(rows2.map((one) => `${one.kind}/${one.purchase_type}`))].sort().map((key) => key.split("/"));
  var shareIn = (rows2, [kind, purchase]) => summary(rows2.filter((one) => one.kind === kind && one.purchase_type === purchase)).share;
  var shortOn = (rows2, side) => rows2.length ? sum(rows2.filter((one) => (one.side || "none") === side).map((one) => one.shortfall)) : null;
  var dayField = (name, caption, value) => html`<div class="field">
    <label for="f-${name}">${caption}</label
    ><input type="date" id="f-${name}" name="${name}" value="${value}" max="${head.as_of}" />
  </div>`;
  var compare2 = async (query) => {
    const all = (await lines()).rows;
    const a = asked2(query, "a", head.as_of);
    const b = asked2(query, "b", daysLater(a, -7));
    const [these, those] = [endedBefore(all, a), endedBefore(all, b)];
    const [left, right3] = [summary(these), summary(those)];
    const main2 = Object.entries(compare.rows).map(
      ([key, name]) => row(name, SHOWN[key], left[key], right3[key], key)
    );
    const categories = categoriesOf([...these, ...those]).map(
      (key) => row(categoryName(...key), SHOWN.share, shareIn(these, key), shareIn(those, key), key.join("/"))
    );
    const sides = SIDES.map(
      (side) => row(label("sides", side), SHOWN.short, shortOn(these, side), shortOn(those, side), side)
    );
    return {
      title: compare.question,
      body: html`${crumbs([levels.overview, "#/"], [levels.compare])} ${hero(compare.question, compare.title)}
      ${strangersNote(inVain(query, { a: [compare.first, isDay], b: [compare.second, isDay] }), "#/compare")}
      <form class="filters days" aria-label="${compare.title}">
        ${dayField("a", compare.first, a)} ${dayField("b", compare.second, b)}
        <a class="ghost" href="#/compare">${compare.week}</a>
      </form>
      ${table2("h-both", compare.title, a, b, main2)}
      <div class="two">
        ${categories.length ? table2("h-category", compare.byCategory, a, b, categories) : ""}
        ${table2("h-sides", compare.bySide, a, b, sides)}
      </div>
      <p class="soft">
        ${compare.how}
        <code>campfill report --as-of ${b} --known then</code>.
      </p>`,
      draw: () => {
        const form = document.querySelector("form.days");
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("change", () => {
          if (form.elements.a.value && form.elements.b.value)
            go(address("/compare", { a: form.elements.a.value, b: form.elements.b.value }));
        });
      }
    };
  };

  // campfill_pipeline/reports/templates/page/exactly.js
  var button2 = document.getElementById("exactly");
  var bubble = document.createElement("p");
  bubble.className = "bubble";
  bubble.hidden = true;
  bubble.setAttribute("role", "status");
  document.body.append(bubble);
  var hide = () => {
    bubble.hidden = true;
  };
  var showAt = (element) => {
    const { left, bottom } = element.getBoundingClientRect();
    bubble.textContent = exactText(element.value, element.dataset.unit);
    bubble.hidden = false;
    bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - bubble.offsetWidth - 8))}px`;
    bubble.style.top = `${bottom + 4}px`;
  };
  document.addEventListener("click", (event) => {
    const figure = event.target.closest("data");
    if (figure && !figure.closest("a, button")) showAt(figure);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  window.addEventListener("scroll", hide, { passive: true });
  var offerExact = (again) => {
    const name = (on) => {
      button2.textContent = on ? figures.exactOn : figures.exactOff;
      button2.setAttribute("aria-pressed", String(on));
      button2.setAttribute("aria-label", figures.exactHelp);
    };
    name(false);
    button2.addEventListener("click", () => {
      const on = button2.getAttribute("aria-pressed") !== "true";
      setExactly(on);
      name(on);
      hide();
      again();
    });
  };

  // campfill_pipeline/reports/templates/page/chart_curve.js
  var shortened = (text2) => text2.length > 24 ? `${text2.slice(0, 23)}…` : text2;
  var drawCurve = (id, row3, detail) => {
    const first = [detail.days.length ? detail.days[0][0] : row3.effective_start, row3.effective_start].sort()[0];
    const last = [
      row3.end_date,
      detail.days.length ? detail.days[detail.days.length - 1][0] : row3.end_date
    ].sort()[1];
    const days = [];
    for (let at = daysLater(first, -1); at <= last; at = daysLater(at, 1)) days.push(at);
    const byDay = new Map(detail.days.map((entry3) => [entry3[0], entry3[1]]));
    let total2 = 0;
    const delivered = days.map((at) => {
      if (at > head.as_of) return null;
      total2 += rough(byDay.get(at));
      return total2;
    });
    const perDay = row3.impression_goal / row3.flight_days, base = daysLater(row3.effective_start, -1);
    const place = (at) => Math.round((asUtc(at) - asUtc(base)) / 864e5);
    const inFlight = (at) => at >= base && at <= row3.end_date;
    const even = days.map((at) => inFlight(at) ? Math.round(perDay * place(at)) : null);
    const measured = detail.due && row3.pacing_basis !== "even";
    const share2 = (at) => at === base ? 0 : detail.due[place(at) - 1];
    const expected = measured ? days.map((at) => inFlight(at) ? Math.round(row3.impression_goal * share2(at)) : null) : even;
    const closed = measured ? days.filter((at) => at > base && inFlight(at) && share2(at) === share2(daysLater(at, -1))) : [];
    const noted = (detail.notes || []).filter((note) => days.includes(note.day));
    const before = daysLater(head.as_of, -1);
    const ahead = row3.lifecycle === "live" && !missing(row3.projected);
    const projection = days.map(
      (at) => !ahead ? null : at === before ? rough(row3.delivered_before) : at === row3.end_date ? rough(row3.projected) : null
    );
    chart(id, (width) => ({
      animation: false,
      aria: described(chartWords.soFar(plain(row3.delivered), plain(row3.impression_goal))),
      legend: {
        top: 0,
        left: 0,
        itemWidth: 22,
        textStyle: { ...font(), color: colour("ink") },
        data: [
          chartWords.delivered,
          chartWords.expected,
          ...measured ? [chartWords.straight] : [],
          ...ahead ? [chartWords.projected] : []
        ]
      },
      grid: {
        left: 8,
        right: 20,
        top: width < 500 ? 70 : 40,
        bottom: 8,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel"
      },
      tooltip: tooltip(
        (points2) => `<b>${dayLong.format(asUtc(points2[0].axisValue))}</b>` + points2.filter((at) => !missing(at.value)).map((at) => `<br>${at.seriesName}: ${plain(at.value)}`).join("") + `<br>${chartWords.thatDay(plain(byDay.get(points2[0].axisValue) || 0))}`
      ),
      xAxis: dayAxis(days),
      yAxis: valueAxis({ min: 0, splitNumber: width < 500 ? 3 : 5 }),
      series: [
        {
          name: chartWords.expected,
          type: "line",
          data: expected,
          showSymbol: false,
          lineStyle: { width: 2, type: "dashed", color: colour("muted") },
          itemStyle: { color: colour("muted") },
          markArea: {
            silent: true,
            itemStyle: { color: colour("muted"), opacity: 0.15 },
            data: closed.map((at) => [{ xAxis: daysLater(at, -1) }, { xAxis: at }])
          }
        },
        ...measured ? [
          {
            name: chartWords.straight,
            type: "line",
            data: even,
            showSymbol: false,
            lineStyle: { width: 1, type: "dotted", color: colour("muted") },
            itemStyle: { color: colour("muted") }
          }
        ] : [],
        {
          name: chartWords.delivered,
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
            label: { color: colour("ink"), formatter: chartWords.goal, position: "insideEndTop" },
            lineStyle: { color: colour("ink"), type: "solid", width: 1 },
            data: [
              { yAxis: row3.impression_goal },
              ...noted.map((note) => ({
                xAxis: note.day,
                lineStyle: { type: "dashed" },
                label: { formatter: shortened(note.text), position: "insideEndTop" }
              }))
            ]
          }
        },
        ...ahead ? [
          {
            name: chartWords.projected,
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
  var hourOf = (hour) => chartWords.hours(twoDigits(hour), twoDigits(hour + 1));
  var drawHeat = (id, hours2) => {
    const most = Math.max(1, ...hours2.values.flat());
    const cells2 = hours2.values.flatMap((column2, x) => column2.map((value, y) => [x, y, value]));
    chart(id, (width) => ({
      animation: false,
      aria: described(chartWords.heat(plain(most))),
      grid: { left: 8, right: 8, top: 8, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: tooltip(
        (at) => `${dayLong.format(asUtc(hours2.days[at.value[0]]))}, ${hourOf(at.value[1])}<br>${chartWords.cell(plain(at.value[2]))}`,
        "item"
      ),
      xAxis: { ...dayAxis(hours2.days), boundaryGap: true, splitArea: { show: false } },
      yAxis: {
        type: "category",
        inverse: true,
        data: hours2.values[0].map((_, hour) => chartWords.hour(twoDigits(hour))),
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

  // campfill_pipeline/reports/templates/page/incidents.js
  var MOST = 5;
  var hours = (row3) => html`${moment(row3.from_hour)} – ${moment(row3.until_hour)}`;
  var incidentName = (row3) => html`<strong>${row3.site || incident.noSite}</strong> ${incident.was[row3.silence]}, ${hours(row3)}`;
  var entry = (row3, at) => html`<tr role="row" data-incident="${at}">
    <th scope="row" role="rowheader">
      ${row3.site || incident.noSite}<span class="soft">${incident.silences[row3.silence]}, ${hours(row3)}</span>
    </th>
    <td role="cell" class="n" data-label="${incident.lines}">
      <a href="${address("/lines", { state: "all", incident: String(at) })}" data-opens="${row3.lines}"
        >${count(row3.lines)}</a
      >
    </td>
    <td role="cell" class="n" data-label="${incident.lost}">
      ${impressions(row3.impressions_lost)}<span class="soft">${money(row3.eur_lost)}</span>
    </td>
    <td role="cell" class="n" data-label="${incident.savable}">
      ${impressions(row3.impressions_savable)}<span class="soft">${money(row3.eur_savable)}</span>
    </td>
  </tr>`;
  var incidentPanel = () => {
    const found = head.incidents || [];
    if (!found.length) return "";
    const more = found.length > MOST && html`<p class="soft">${incident.more(count(found.length - MOST))}</p>`;
    return html`<section class="panel" aria-labelledby="h-incidents">
    <h2 id="h-incidents">${incident.title}</h2>
    <p class="soft">${incident.what}</p>
    ${attentionTable(
      [[incident.site], [incident.lines, true], [incident.lost, true], [incident.savable, true]],
      found.slice(0, MOST).map(entry)
    )}
    ${more}
  </section>`;
  };
  var struckPanel = (struck2) => struck2.length === 0 ? "" : html`<section class="panel cause" aria-labelledby="h-struck">
        <h2 id="h-struck">${struck2[0].explains ? incident.explains : incident.partly}</h2>
        <p>${struck2[0].explains ? incident.notItsOwn : incident.aPart}</p>
        <ul class="evidence">
          ${struck2.map(
    (one) => html`<li>
                ${incidentName(head.incidents[one.at])}:
                ${incident.ofThisLine(impressions(one.lost), count(head.incidents[one.at].lines))}
              </li>`
  )}
        </ul>
      </section>`;

  // campfill_pipeline/reports/templates/page/line_care.js
  var said2 = (name, value) => value && html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
  var makeGood = (one) => html`<li>
    <strong>${care.states[one.state]}</strong>:
    ${care.delivered(impressions(one.delivered), count(one.agreed), day(one.first, dayLong), day(one.last, dayLong))}
    ${one.by ? html`<a href="#/line/${one.by}">${care.byAnother}</a>` : ""}
    ${one.text ? html`<span class="soft">${one.text}</span>` : ""}
  </li>`;
  var carePanel = (care3) => care3 ? html`<section class="panel" aria-labelledby="h-care">
        <h2 id="h-care">${care.title}</h2>
        <dl class="contract" id="care">
          ${said2(care.owner, care3.owner || care.nobody)} ${said2(care.note, care3.note)}
          ${said2(care.until, care3.until && day(care3.until, dayLong))}
          ${said2(care.muted, care3.muted && day(care3.muted, dayLong))}
        </dl>
        ${care3.make_goods.length ? html`<h3>${care.goods}</h3>
                <ul class="evidence" id="make-goods">
                  ${care3.make_goods.map(makeGood)}
                </ul>` : ""}
      </section>` : "";

  // campfill_pipeline/reports/templates/page/line_cause.js
  var hundredfold = (value) => fromUnits(toUnits(value) * 100n);
  var STAGES = ["bids", "wins", "plays", "audience"];
  var rate = (value) => missing(value) ? NOTHING : factor(value, rough(value) < 1 ? 4 : 2);
  var funnel = (evidence) => html`<table class="funnel">
    <thead>
      <tr>
        <th scope="col">${cause.stage}</th>
        <th scope="col" class="n">${cause.thisLine}</th>
        <th scope="col" class="n">${cause.usual}</th>
        <th scope="col">${cause.against}</th>
        <th scope="col" class="n">${cause.part}</th>
      </tr>
    </thead>
    <tbody>
      ${STAGES.map((key) => {
    const [name, unit] = cause.stages[key];
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
              >${missing(stage.ratio) ? NOTHING : exact(stage.ratio, `${plain(hundredfold(stage.ratio), 1)} %`)}</span
            >
          </td>
          <td class="n">
            ${missing(stage.share) ? NOTHING : exact(stage.share, `${plain(hundredfold(stage.share))} %`)}
          </td>
        </tr>`;
  })}
    </tbody>
  </table>`;
  var factsOf = (evidence, cause2) => {
    const list2 = [];
    if (!missing(evidence.days_not_fetched))
      list2.push(cause.notFetched(count(evidence.days_not_fetched), evidence.days_not_fetched));
    if (!missing(evidence.flight_hours))
      list2.push(
        evidence.hours_comparable && evidence.hours_comparable < evidence.flight_hours ? cause.hoursLike(count(evidence.hours_without_bid), count(evidence.hours_comparable)) : cause.hours(count(evidence.hours_without_bid), count(evidence.flight_hours))
      );
    if (evidence.first_hour)
      list2.push(cause.firstLast(moment(evidence.first_hour), moment(evidence.last_hour)));
    for (const [site, figure, due] of evidence.weakest_sites)
      list2.push(cause.weak(site || cause.noSite, impressions(figure), impressions(due), cause2));
    if (evidence.reference_basis === "history" || evidence.reference_basis === "flight") {
      list2.push(
        cause.usualIs(
          evidence.reference_basis,
          cause.lines[evidence.reference_purchase_type] ?? evidence.reference_purchase_type,
          day(evidence.reference_first_day),
          day(evidence.reference_last_day),
          alarms.days(evidence.reference_days)
        )
      );
    }
    return list2;
  };
  var actionOf = (row3) => {
    if (row3.cause !== "not_fetched") return label("cause_actions", row3.cause);
    const first = row3.start_date ? row3.effective_start : daysLater(row3.effective_start, -1);
    const days = gapsWithin(first, row3.end_date);
    return html`${label("cause_actions", row3.cause)} ${fetchCommands(days.length ? days : [[first, first]])}`;
  };
  var causePanel = (row3, detail, struck2) => {
    if (!row3.cause) return "";
    const evidence = detail?.evidence, facts2 = evidence ? factsOf(evidence, row3.cause) : [];
    return html`<section class="panel cause" aria-labelledby="h-cause">
    <h2 id="h-cause">
      ${(struck2.some((one) => one.explains) ? cause.funnel : cause.why)(label("causes", row3.cause))}
      <span class="side-chip side-${row3.side}">${label("sides", row3.side)}</span>
    </h2>
    <p class="lead">${label("cause_sentences", row3.cause)}</p>
    <p>${actionOf(row3)}</p>
    ${evidence?.stages ? funnel(evidence) : ""}${facts2.length ? html`<h3>${cause.checked}</h3>
            <ul class="evidence">
              ${facts2.map((fact) => html`<li>${fact}</li>`)}
            </ul>` : ""}
  </section>`;
  };

  // campfill_pipeline/reports/templates/page/line_contract.js
  var source = (upload, sheet2, row3) => {
    const found = head.uploads[upload];
    return found ? html`<strong>${found.file_name}</strong
        >${sheet2 ? contract.sheet(sheet2) : ""}${missing(row3) ? "" : contract.row(row3)}
        <span class="soft">${contract.received(moment(found.received_at))}</span>` : "–";
  };
  var contract2 = (row3) => html`<section class="panel" aria-labelledby="h-contract">
    <h2 id="h-contract">${contract.title}</h2>
    <dl class="contract">
      <div>
        <dt>${contract.from}</dt>
        <dd>${source(row3.upload, row3.sheet, row3.row_no)}</dd>
      </div>
      <div>
        <dt>${fields.runtime}</dt>
        <dd>
          ${row3.runtime}
          ${row3.start_date ? "" : html`<span class="soft">${contract.counted(day(row3.effective_start))}</span>`}
        </dd>
      </div>
      <div>
        <dt>${fields.impressionGoal}</dt>
        <dd>${count(row3.impression_goal)}</dd>
      </div>
      <div>
        <dt>${fields.cpm}</dt>
        <dd>${money(row3.cpm_eur, 4)}</dd>
      </div>
      <div>
        <dt>${fields.budget}</dt>
        <dd>${money(row3.budget_eur, 2)}</dd>
      </div>
      <div>
        <dt>${fields.buyer}</dt>
        <dd>${row3.buyer}</dd>
      </div>
      <div>
        <dt>${fields.advertiser}</dt>
        <dd>${row3.advertiser || "–"}</dd>
      </div>
      <div>
        <dt>${fields.placement}</dt>
        <dd>${row3.placement || "–"}</dd>
      </div>
      <div>
        <dt>${fields.id}</dt>
        <dd><code>${row3.id}</code></dd>
      </div>
      ${row3.external_id && html`<div>
          <dt>${contract.listedAs}</dt>
          <dd><code>${row3.external_id}</code></dd>
        </div>`}
    </dl>
  </section>`;
  var FIELDS = {
    name: fields.name,
    runtime: fields.runtime,
    impression_goal: fields.impressionGoal,
    budget_eur: fields.budget,
    cpm_eur: fields.cpm,
    buyer: fields.buyer,
    kind: fields.kind,
    kind_listed: fields.kind
  };
  var termOf = (field2, value) => {
    if (missing(value)) return contract.blank;
    if (field2 === "impression_goal") return count(value);
    if (field2 === "budget_eur" || field2 === "cpm_eur") return money(value, field2 === "cpm_eur" ? 4 : 2);
    return value;
  };
  var noPast = (row3) => row3.revision > 1 ? html`<p>${contract.earlier(count(row3.revision), html`<code>campfill line ${row3.id}</code>`)}</p>` : html`<p>${contract.unchanged}</p>`;
  var change = ([field2, before, after2]) => html`<li>
    ${FIELDS[field2] || field2}: <del>${termOf(field2, before)}</del> <span aria-hidden="true">→</span>
    <ins>${termOf(field2, after2)}</ins>
  </li>`;
  var pastOf = (row3, list2) => html`<section class="panel" aria-labelledby="h-history">
    <h2 id="h-history">${contract.history}</h2>
    ${list2.length ? "" : noPast(row3)}
    <ol class="revisions">
      ${list2.map(
    (entry3) => html`<li>
            <p>
              <strong>${contract.revision(entry3.revision, label("actions", entry3.action))}</strong>
              <span class="soft">${contract.validFrom(moment(entry3.valid_from))}</span>
            </p>
            <p>${source(entry3.upload, entry3.sheet, entry3.row)}</p>
            ${entry3.changes.length ? html`<ul>
                    ${entry3.changes.map(change)}
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
      ${line.sites}
      <span class="soft"
        >${shown < all ? line.strongest(count(shown), count(all)) : line.allSites(count(all))}</span
      >
    </h2>
    <table class="ranking sites">
      <thead>
        <tr>
          <th scope="col">${fields.site}</th>
          <th scope="col" class="n">${fields.impressions}</th>
          <th scope="col" class="n low">${fields.plays}</th>
        </tr>
      </thead>
      <tbody>
        ${detail.sites.map(
      ([site, reached, bids, wins, plays]) => html`<tr>
              <th scope="row">
                ${site || line.siteless}<span class="rank" aria-hidden="true"
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
  var NAMED = { api: text("the reporting API"), csv: text("CSV exports") };
  var named = (source2) => {
    const hours2 = source2.replace(/_day$/, "");
    const name = NAMED[hours2] ?? hours2;
    return hours2 === source2 ? name : text("{source} (whole days)", { source: name });
  };
  var onDays = ([source2, days]) => many("{source} on {days} day", "{source} on {days} days", days, {
    source: named(source2),
    days: count(days)
  });
  var toldBy = (sources) => sources.length ? html`<p class="soft told-by">
        ${say("Counted from {sources}.", {
    sources: sources.map((one, place) => html`${place ? ", " : ""}${onDays(one)}`)
  })}
      </p>` : "";
  var dayTable = (detail) => html`${toldBy(detail.sources)}
    <details>
      <summary>${levels.asTable}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${line.dayTable}">
        <table class="days">
          <thead>
            <tr>
              <th scope="col">${fields.day}</th>
              <th scope="col" class="n">${fields.impressions}</th>
              <th scope="col" class="n">${fields.bids}</th>
              <th scope="col" class="n">${fields.wins}</th>
              <th scope="col" class="n">${fields.plays}</th>
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
    name: { head: fields.line, text: (row3) => row3.name },
    end_date: { head: fields.flight, flight: true, text: (row3) => row3.end_date },
    impression_goal: { head: fields.goal, number: true, low: true, not: "live" },
    delivered: { head: fields.delivered, number: true, low: true },
    fulfillment_pct: { head: fields.fulfilled, number: true },
    pacing_index: { head: fields.pace, number: true, only: "live" },
    projected: { head: fields.projected, number: true, only: "live", low: true },
    required_daily: { head: fields.needed, number: true, only: "live", low: true },
    shortfall: { head: fields.short, number: true, not: "live" },
    value_at_risk_eur: { head: fields.atRisk, number: true },
    cause: { head: fields.cause, text: (row3) => row3.cause || "", low: true }
  };
  var columnsFor = (state) => Object.entries(COLUMNS).filter(
    ([, column2]) => (!column2.only || column2.only === state) && column2.not !== state
  );
  var standingLast = (row3) => row3.lifecycle === "scheduled" ? 1 : row3.covered ? 0 : 2;
  var sortedBy = (sort) => sort.replace(/^-/, "");
  var isOrder = (sort) => Object.hasOwn(COLUMNS, sortedBy(sort));
  var sorted = (rows2, sort) => {
    const [key, down] = [sortedBy(sort), sort.startsWith("-")];
    const column2 = COLUMNS[key];
    const order = column2.text ? (a, b) => column2.text(a).localeCompare(column2.text(b), locale) : (a, b) => missing(a[key]) || missing(b[key]) ? missing(b[key]) - missing(a[key]) : rough(a[key]) - rough(b[key]);
    return [...rows2].sort(
      (a, b) => standingLast(a) - standingLast(b) || (missing(a[key]) !== missing(b[key]) ? missing(a[key]) - missing(b[key]) : (down ? -1 : 1) * order(a, b)) || a.at - b.at
    );
  };
  var standing = (row3) => row3.lifecycle === "cancelled" ? line.cancelledShort : row3.lifecycle === "scheduled" ? line.notStarted : !row3.covered ? line.notJudgedShort : row3.lifecycle === "live" ? line.soFar : html`<span aria-hidden="true">${BAND_SIGNS[row3.band]}</span> ${label("bands", row3.band)}`;
  var about = (row3) => [lineCategory(row3), row3.kind === "deal" ? row3.buyer : row3.advertiser, row3.placement];
  var fetchedDays = (row3) => html`<span class="soft"
    >${line.fetchedOf(count(row3.days_fetched), count(row3.elapsed_days), row3.elapsed_days)}</span
  >`;
  var ofGoal = (row3) => html`<span class="soft whole">${line.ofGoal(count(row3.impression_goal))}</span>`;
  var cells = {
    name: (row3) => html`<th scope="row" role="rowheader">
      ${lineLink(row3)}<span class="soft">${about(row3).filter(Boolean).join(" · ")}</span>
    </th>`,
    end_date: (row3) => html`<td role="cell" data-label="${COLUMNS.end_date.head}" class="flight">
      ${row3.start_date ? day(row3.start_date) : line.asap}
      <span aria-hidden="true">–</span>
      ${day(row3.end_date)}${row3.covered || NEVER_JUDGED.includes(row3.lifecycle) ? "" : fetchedDays(row3)}
    </td>`,
    impression_goal: (row3) => html`<td role="cell" data-label="${COLUMNS.impression_goal.head}" class="n low">
      ${count(row3.impression_goal)}
    </td>`,
    delivered: (row3, state) => html`<td role="cell" data-label="${COLUMNS.delivered.head}" class="n low">
      ${impressions(row3.delivered)} ${state === "live" ? ofGoal(row3) : ""}
    </td>`,
    fulfillment_pct: (row3) => html`<td role="cell" data-label="${COLUMNS.fulfillment_pct.head}" class="n pct">
      ${percent(row3.fulfillment_pct)}<span
        class="fill ${row3.lifecycle === "live" ? "running" : `band-${row3.band}`}"
        aria-hidden="true"
        ><i style="width:${Math.min(rough(row3.fulfillment_pct), 100).toFixed(1)}%"></i></span
      ><span class="soft">${standing(row3)}</span>
    </td>`,
    pacing_index: (row3) => html`<td role="cell" data-label="${COLUMNS.pacing_index.head}" class="n">
      ${factor(row3.pacing_index)}<span class="soft">${row3.pace ? label("paces", row3.pace) : ""}</span>
    </td>`,
    projected: (row3) => html`<td role="cell" data-label="${COLUMNS.projected.head}" class="n low">
      ${impressions(row3.projected)}
    </td>`,
    required_daily: (row3) => html`<td role="cell" data-label="${COLUMNS.required_daily.head}" class="n low">
      ${needed(row3.required_daily)}
    </td>`,
    shortfall: (row3) => html`<td role="cell" data-label="${COLUMNS.shortfall.head}" class="n">${impressions(row3.shortfall)}</td>`,
    value_at_risk_eur: (row3) => html`<td role="cell" data-label="${COLUMNS.value_at_risk_eur.head}" class="n">
      ${money(row3.value_at_risk_eur)}
    </td>`,
    cause: (row3) => html`<td role="cell" data-label="${COLUMNS.cause.head}" class="low">
      ${row3.cause ? html`${label("causes", row3.cause)}<span class="soft">${label("sides", row3.side)}</span>` : ""}
    </td>`
  };
  var listTable = (rows2, filters, shown) => html`<table class="list" role="table">
    <caption class="unseen">
      ${list.sortedBy(COLUMNS[sortedBy(filters.sort)].head)}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columnsFor(filters.state).map(([key, column2]) => {
    const state = filters.sort === key ? "ascending" : filters.sort === `-${key}` ? "descending" : "none";
    return html`<th
            scope="col"
            role="columnheader"
            aria-sort="${state}"
            class="${[column2.number && "n", column2.low && "low", column2.flight && "flight"].filter(Boolean).join(" ")}"
          >
            <button
              type="button"
              data-sort="${state === "descending" || state === "none" && !column2.number ? key : `-${key}`}"
            >
              ${column2.head}<span aria-hidden="true"
                >${state === "ascending" ? " ↑" : state === "descending" ? " ↓" : ""}</span
              >
            </button>
          </th>`;
  })}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows2.slice(0, shown).map(
    (row3) => html`<tr role="row" data-line="${row3.id}">
            ${columnsFor(filters.state).map(([key]) => cells[key](row3, filters.state))}
          </tr>`
  )}
    </tbody>
  </table>`;

  // campfill_pipeline/reports/templates/page/line.js
  var sentence = (row3) => {
    if (row3.lifecycle === "scheduled") return line.starts(day(row3.effective_start, dayLong));
    if (row3.lifecycle === "cancelled") return line.cancelled;
    if (!row3.covered)
      return line.notJudged(count(row3.days_fetched), count(row3.elapsed_days), row3.elapsed_days);
    if (row3.lifecycle === "live") {
      if (missing(row3.projected)) return row3.elapsed_days ? line.hardlyDue : line.firstDay;
      const gap = fromUnits(toUnits(row3.impression_goal) - toUnits(row3.projected));
      return rough(gap) > 0 ? line.willLack(impressions(gap), money(row3.value_at_risk_eur, 2)) : line.willReach;
    }
    if (rough(row3.shortfall) === 0)
      return rough(row3.surplus) > 0 ? line.metWith(impressions(row3.surplus)) : line.met;
    return line.fellShort(impressions(row3.shortfall), money(row3.value_at_risk_eur, 2));
  };
  var outside = (row3) => rough(row3.delivered_outside_flight) > 0 && line.outside(impressions(row3.delivered_outside_flight));
  var bestWeek = (row3) => missing(row3.best_week_daily) ? line.unknown : (row3.reachable ? line.reachable : line.outOfReach)(impressions(row3.best_week_daily));
  var AS_TOLD = {
    impressions,
    factor,
    whole: count,
    euros: (value) => money(value, 2),
    cpm: (value) => money(value, 2),
    share: (value) => percent(value, 2),
    date: day
  };
  var plainTiles = (row3) => head.tiles.filter(({ when }) => when === "always" || when === "live" === (row3.lifecycle === "live")).map(
    ({ name, title, kind }) => tile(label("tiles", title), (AS_TOLD[kind] ?? ((value) => value ?? NOTHING))(row3[name]))
  );
  var remaining = (row3) => {
    const left = row3.flight_days - row3.elapsed_days;
    return missing(row3.required_factor) ? line.neededFor(count(left), left, bestWeek(row3)) : line.neededTimes(count(left), left, factor(row3.required_factor), bestWeek(row3));
  };
  var whileLive = (row3) => [
    tile(fields.pace, factor(row3.pacing_index), label("paces", row3.pace)),
    tile(fields.needed, needed(row3.required_daily), remaining(row3))
  ];
  var afterwards = (row3) => [
    tile(fields.short, impressions(row3.shortfall)),
    tile(line.billable, money(row3.billable_eur, 2), line.worthDelivered(money(row3.delivered_value_eur, 2)))
  ];
  var facts = (row3) => html`<dl class="tiles">
    ${tile(fields.goal, count(row3.impression_goal), line.impressions)}
    ${tile(fields.delivered, impressions(row3.delivered), outside(row3))}
    ${tile(fields.fulfilled, percent(row3.fulfillment_pct, 2), standing(row3))}
    ${row3.lifecycle === "live" ? whileLive(row3) : afterwards(row3)} ${plainTiles(row3)}
    ${tile(fields.valueAtRisk, money(row3.value_at_risk_eur, 2), line.atCpm(money(row3.cpm_eur, 2)))}
  </dl>`;
  var verdict = (row3) => {
    if (!row3.covered) return line.notJudgedShort;
    if (row3.lifecycle === "live") return html`<span class="badge">${label("paces", row3.pace)}</span>`;
    return row3.lifecycle === "scheduled" ? "" : bandBadge(row3.band);
  };
  var noteList = (notes) => notes?.length ? html`<h3>${line.noted}</h3>
        <ul class="evidence" id="notes">
          ${notes.map(
    (note) => html`<li>
                <strong>${day(note.day, dayLong)}</strong>${note.of_all ? line.ofAll : ""}:
                ${note.text}${note.effect ? html`<span class="soft"> ${told(note.effect)}</span>` : ""}
              </li>`
  )}
        </ul>` : "";
  var trimmedNote = (row3) => html`<p class="soft">${line.trimmed(html`<code>campfill line ${row3.id}</code>`)}</p>`;
  var secondCounts = (counted) => counted.length ? html`<section class="panel" aria-labelledby="h-counts">
        <h2 id="h-counts">${line.counts}</h2>
        <dl class="contract">
          ${counted.map(
    ({ by, beyond, facts: facts2 }) => html`<div>
                <dt>${beyond ? "▲ " : ""}${by}</dt>
                <dd>${told(facts2)}</dd>
              </div>`
  )}
        </dl>
      </section>` : "";
  var line2 = async (id) => {
    const row3 = (await lines()).byId.get(id);
    const leftOut = head.left_out > 0 && line.leftOut(count(head.left_out));
    if (!row3)
      return {
        title: line.unknownTitle,
        body: html`${crumbs([levels.overview, "#/"], [levels.lines, "#/lines"], [levels.notFound])}
        <h1 tabindex="-1">${line.unknownHead}</h1>
        <p>${leftOut} ${line.askWith(html`<code>campfill line ${id}</code>`)}</p>`,
        draw: () => {
        }
      };
    const [detail, past, disputed, struck2, counted, care3] = await Promise.all([
      detailOf(row3),
      revisionsOf(row3),
      disagreementsOf(row3),
      struckBy(row3),
      countsOf(row3),
      careOf(row3)
    ]);
    const category2 = categoryName(row3.kind, row3.purchase_type);
    const where2 = `#/where/${row3.kind}/${row3.purchase_type}`;
    const hasDays = detail?.days;
    const trimmed = hasDays && !detail.hours && row3.lifecycle !== "scheduled" && detail.trimmed;
    return {
      title: row3.name,
      body: html`${crumbs([levels.overview, "#/"], [category2, where2], [levels.lines, "#/lines"], [levels.thisLine])}
      <section class="hero of-line">
        <div class="hero-text">
          <p class="eyebrow">
            ${lineCategory(row3)} · ${label("lifecycles", row3.lifecycle)} · ${verdict(row3)}
          </p>
          <h1 tabindex="-1">${breakable(row3.name)}</h1>
          <p class="lead">${sentence(row3)}</p>
          ${row3.attention ? html`<p class="why-today"><strong>${line.today}</strong> ${row3.attention}</p>` : ""}
        </div>
      </section>
      ${facts(row3)}${struckPanel(struck2)}${causePanel(row3, detail, struck2)}
      ${hasDays ? html`<section class="panel" aria-labelledby="h-curve">
              <h2 id="h-curve">${line.against}</h2>
              <div class="chart tall" id="curve"></div>
              ${detail.rests_on ? html`<p class="soft" id="rests-on">${told(detail.rests_on)}</p>` : ""}
              ${noteList(detail.notes)} ${dayTable(detail)}
            </section>` : ""}
      ${detail?.hours ? html`<div class="two uneven">
              <section class="panel" aria-labelledby="h-heat">
                <h2 id="h-heat">
                  ${line.whenItRan}
                  <span class="soft"
                    >${(detail.hours.weekly ? line.byWeek : line.byDay)(head.timezone)}</span
                  >
                </h2>
                <div class="chart heat" id="heat"></div>
              </section>
              ${siteTable(detail)}
            </div>` : ""}
      ${trimmed ? trimmedNote(row3) : ""} ${carePanel(care3)}
      <div class="two">${contract2(row3)}${pastOf(row3, past)}</div>
      ${disputed.length ? html`<section class="panel" aria-labelledby="h-disputed">
              <h2 id="h-disputed">${disagreements.title}</h2>
              <dl class="contract">
                ${disputed.map(
        ([kind, facts2]) => html`<div>
                      <dt>${label("disagreements", kind)}</dt>
                      <dd>${told(facts2)}</dd>
                    </div>`
      )}
              </dl>
            </section>` : ""}
      ${secondCounts(counted)}`,
      draw: () => {
        if (hasDays) drawCurve("curve", row3, detail);
        if (detail?.hours) drawHeat("heat", detail.hours);
      }
    };
  };

  // campfill_pipeline/reports/templates/page/list_filters.js
  var STATES = {
    ended: text("Ended"),
    live: text("Running"),
    scheduled: text("Not yet started"),
    uncovered: text("Delivery not fully fetched"),
    attention: text("Needs attention"),
    all: list.all
  };
  var ONE = [
    "kind",
    "purchase",
    "buyer",
    "agency",
    "placement",
    "advertiser",
    "cause",
    "side",
    "pile",
    "incident"
  ];
  var NAMES = ["q", "state", "period", ...ONE, "band", "pace", "short", "sort"];
  var readFilters = (query) => {
    const filters = Object.fromEntries(NAMES.map((name) => [name, query.get(name) || ""]));
    if (!Object.hasOwn(STATES, filters.state)) filters.state = "ended";
    if (!Object.hasOwn(PERIODS, filters.period)) filters.period = "";
    if (!isOrder(filters.sort)) filters.sort = filters.state === "live" ? "-value_at_risk_eur" : "-shortfall";
    return filters;
  };
  var KNOWN = {
    q: [list.search, () => true],
    state: [list.show, Object.keys(STATES)],
    period: [fields.endedWithin, Object.keys(PERIODS)],
    kind: [fields.kind, KINDS],
    purchase: [fields.purchase, PURCHASE_TYPES],
    cause: [fields.cause, Object.keys(words.causes)],
    side: [fields.side, SIDES],
    pile: [fields.disagreement, Object.keys(words.disagreements)],
    incident: ["incident", Object.keys(head.incidents)],
    band: [fields.band, BANDS],
    pace: [fields.pace, PACES],
    short: [list.short, ["1"]],
    sort: [list.order, (given) => isOrder(given)]
  };
  var HAD = {
    buyer: fields.buyer,
    agency: fields.agency,
    placement: fields.placement,
    advertiser: fields.advertiser
  };
  var strangers = (query, rows2) => {
    const had = Object.entries(HAD).map(([name, caption]) => [
      name,
      [caption, (given) => rows2.some((row3) => row3[name] === given)]
    ]);
    const asked3 = [...query].flatMap(
      ([name, given]) => name === "band" ? given.split(",").map((one) => [name, one]) : [[name, given]]
    );
    return inVain(asked3, { ...KNOWN, ...Object.fromEntries(had) });
  };
  var countSet = (filters) => NAMES.filter((name) => name !== "state" && name !== "sort" && filters[name]).length;
  var judged = (row3) => row3.covered && row3.lifecycle !== "scheduled";
  var unawaited = (row3) => NEVER_JUDGED.includes(row3.lifecycle);
  var IN_STATE = {
    ended: (row3) => ended2(row3) && row3.covered,
    live: (row3) => row3.lifecycle === "live" && row3.covered,
    scheduled: (row3) => row3.lifecycle === "scheduled",
    uncovered: (row3) => !row3.covered && !unawaited(row3),
    attention: (row3) => row3.attention !== null,
    all: () => true
  };
  var sideOf = (row3) => row3.side || (rough(row3.shortfall) > 0 ? "none" : "");
  var isShort = (row3) => row3.lifecycle === "live" ? !missing(row3.projected) && rough(row3.projected) < rough(row3.impression_goal) : !unawaited(row3) && rough(row3.shortfall) > 0;
  var narrowed = (rows2, filters, named3) => {
    const parts2 = filters.q.toLowerCase().split(/\s+/).filter(Boolean);
    const bands = filters.band ? filters.band.split(",") : [];
    const fits = [
      IN_STATE[filters.state],
      filters.period && ((row3) => inPeriod(row3, filters.period)),
      filters.kind && ((row3) => row3.kind === filters.kind),
      filters.purchase && ((row3) => row3.purchase_type === filters.purchase),
      bands.length > 0 && ((row3) => bands.includes(row3.band)),
      filters.pace && ((row3) => row3.pace === filters.pace),
      filters.buyer && ((row3) => row3.buyer === filters.buyer),
      filters.agency && ((row3) => row3.agency === filters.agency),
      filters.placement && ((row3) => row3.placement === filters.placement),
      filters.advertiser && ((row3) => row3.advertiser === filters.advertiser),
      filters.cause && ((row3) => row3.cause === filters.cause),
      filters.side && ((row3) => sideOf(row3) === filters.side),
      filters.short && isShort,
      filters.pile && ((row3) => named3.disputed.has(row3.id)),
      filters.incident && ((row3) => named3.struck.has(row3.id)),
      parts2.length > 0 && ((row3) => parts2.every((part2) => row3.search.includes(part2)))
    ].filter(Boolean);
    return rows2.filter((row3) => fits.every((fit) => fit(row3)));
  };
  var said3 = (filters) => {
    const bands = filters.band ? filters.band.split(",").map((band) => label("bands", band)) : [];
    const parts2 = [
      STATES[filters.state],
      filters.period && list.endedIn(PERIODS[filters.period]),
      filters.kind && label("kinds", filters.kind),
      filters.purchase && label("purchase_types", filters.purchase),
      bands.length > 0 && bands.join(list.or),
      filters.pace && label("paces", filters.pace),
      filters.short && list.short,
      filters.cause && label("causes", filters.cause),
      filters.side && label("sides", filters.side),
      filters.agency,
      filters.buyer,
      filters.placement,
      filters.advertiser,
      filters.pile && (words.piles[filters.pile] || filters.pile),
      filters.incident && incident.struckBy(head.incidents[filters.incident]?.site),
      filters.q && html`“${filters.q}”`
    ].filter(Boolean);
    return list.shown(parts2.map((part2, at) => html`${at ? " · " : ""}${part2}`));
  };

  // campfill_pipeline/reports/templates/page/xlsx.js
  var XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  var MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  var OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  var PACKAGE = "http://schemas.openxmlformats.org/package/2006";
  var FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  var TYPE = `${FORMAT}.sheet`;
  var ESCAPES2 = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  var escaped = (text2) => String(text2).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"]/g, (sign) => ESCAPES2[sign]);
  var STYLES = { text: 0, head: 1, date: 2, number: 3 };
  var styles = `${XML}<styleSheet xmlns="${MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>
<xf numFmtId="4" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  var DAY2 = 864e5;
  var serial = (day2) => Math.round((Date.parse(`${day2}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / DAY2);
  var column = (at) => (at < 26 ? "" : String.fromCharCode(64 + Math.floor(at / 26))) + String.fromCharCode(65 + at % 26);
  var textCell = (place, text2, style) => `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text2)}</t></is></c>`;
  var cell = (kind, value, place) => {
    if (value === null || value === void 0) return "";
    if (kind === "number") return `<c r="${place}" s="${STYLES.number}"><v>${escaped(value)}</v></c>`;
    if (kind === "date") return `<c r="${place}" s="${STYLES.date}"><v>${serial(value)}</v></c>`;
    return textCell(place, value, STYLES.text);
  };
  var sheet = (columns, rows2) => {
    const last = `${column(columns.length - 1)}${rows2.length + 1}`;
    const heads = columns.map(({ name }, at) => textCell(`${column(at)}1`, name, STYLES.head)).join("");
    const body = rows2.map((values, down) => {
      const cells2 = values.map((value, at) => cell(columns[at].kind, value, `${column(at)}${down + 2}`)).join("");
      return `<row r="${down + 2}">${cells2}</row>`;
    });
    const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
    return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews>
<cols><col min="1" max="1" width="60" customWidth="1"/>
<col min="2" max="${columns.length}" width="16" customWidth="1"/></cols>
<sheetData><row r="1">${heads}</row>${body.join("")}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`;
  };
  var relation = (id, type, target) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  var relations = (...all) => `${XML}<Relationships xmlns="${PACKAGE}/relationships">${all.join("")}</Relationships>`;
  var override = (part2, type) => `<Override PartName="${part2}" ContentType="${type}"/>`;
  var parts = (name, columns, rows2) => ({
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>${override("/xl/workbook.xml", `${TYPE}.main+xml`)}
${override("/xl/worksheets/sheet1.xml", `${FORMAT}.worksheet+xml`)}
${override("/xl/styles.xml", `${FORMAT}.styles+xml`)}</Types>`,
    "_rels/.rels": relations(relation("r1", "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>
<sheet name="${escaped(name)}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      relation("r1", "worksheet", "worksheets/sheet1.xml"),
      relation("r2", "styles", "styles.xml")
    ),
    "xl/styles.xml": styles,
    "xl/worksheets/sheet1.xml": sheet(columns, rows2)
  });
  var CRC = Uint32Array.from({ length: 256 }, (_, at) => {
    let code = at;
    for (let bit = 0; bit < 8; bit++) code = code & 1 ? 3988292384 ^ code >>> 1 : code >>> 1;
    return code;
  });
  var checksum = (bytes) => {
    let code = 4294967295;
    for (const byte of bytes) code = CRC[(code ^ byte) & 255] ^ code >>> 8;
    return (code ^ 4294967295) >>> 0;
  };
  var packed = (...numbers) => {
    const out = [];
    for (const [size, value] of numbers) for (let at = 0; at < size; at++) out.push(value >>> 8 * at & 255);
    return Uint8Array.from(out);
  };
  var NEW_YEAR_1980 = 33;
  var zip = (files) => {
    const out = [], directory = [];
    let offset = 0, length2 = 0;
    for (const [path, text2] of Object.entries(files)) {
      const encoder = new TextEncoder();
      const name = encoder.encode(path), bytes = encoder.encode(text2);
      const sizes = [
        [4, checksum(bytes)],
        [4, bytes.length],
        [4, bytes.length],
        [2, name.length],
        [2, 0]
      ];
      const shared = [[2, 20], [2, 2048], [2, 0], [2, 0], [2, NEW_YEAR_1980], ...sizes];
      const local = packed([4, 67324752], ...shared);
      const central = packed([4, 33639248], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
      out.push(local, name, bytes);
      directory.push(central, name);
      offset += local.length + name.length + bytes.length;
      length2 += central.length + name.length;
    }
    const count2 = Object.keys(files).length;
    const end = packed(
      [4, 101010256],
      [2, 0],
      [2, 0],
      [2, count2],
      [2, count2],
      [4, length2],
      [4, offset],
      [2, 0]
    );
    return new Blob([...out, ...directory, end], { type: TYPE });
  };
  var workbook = (name, columns, rows2) => zip(parts(name, columns, rows2));

  // campfill_pipeline/reports/templates/page/save.js
  var german = language === "de";
  var TEXT = "text";
  var NUMBER = "number";
  var DATE2 = "date";
  var CODES = {
    campaign: text("Campaign"),
    deal: text("Deal"),
    guaranteed: text("guaranteed"),
    unguaranteed: text("unguaranteed"),
    unknown: text("unknown")
  };
  var inWords = (code) => german ? CODES[code] : code;
  var FIELDS2 = [
    [fields.line, TEXT, (row3) => row3.name],
    [fields.kind, TEXT, (row3) => inWords(row3.kind)],
    [fields.purchase, TEXT, (row3) => inWords(row3.purchase_type)],
    [fields.buyer, TEXT, (row3) => row3.buyer],
    [fields.agency, TEXT, (row3) => row3.agency],
    [fields.advertiser, TEXT, (row3) => row3.advertiser],
    [fields.placement, TEXT, (row3) => row3.placement],
    [fields.start, DATE2, (row3) => row3.effective_start],
    [fields.end, DATE2, (row3) => row3.end_date],
    [fields.state, TEXT, (row3) => label("lifecycles", row3.lifecycle)],
    [fields.judged, TEXT, (row3) => row3.covered ? fields.yes : fields.no],
    [fields.band, TEXT, (row3) => label("bands", row3.band)],
    [fields.pace, TEXT, (row3) => row3.pace ? label("paces", row3.pace) : null],
    [fields.goal, NUMBER, (row3) => row3.impression_goal],
    [fields.delivered, NUMBER, (row3) => row3.delivered],
    [fields.fulfilledPct, NUMBER, (row3) => row3.fulfillment_pct],
    [fields.shortfall, NUMBER, (row3) => row3.shortfall],
    [fields.index, NUMBER, (row3) => row3.pacing_index],
    [fields.projected, NUMBER, (row3) => row3.projected],
    [fields.needed, NUMBER, (row3) => row3.required_daily],
    [fields.valueAtRiskEur, NUMBER, (row3) => row3.value_at_risk_eur],
    [fields.cpmEur, NUMBER, (row3) => row3.cpm_eur],
    [fields.budgetEur, NUMBER, (row3) => row3.budget_eur],
    [fields.cause, TEXT, (row3) => row3.cause ? label("causes", row3.cause) : null],
    [fields.side, TEXT, (row3) => row3.side ? label("sides", row3.side) : null],
    [fields.id, TEXT, (row3) => row3.id]
  ];
  var harmless = (text2) => /^[=+\-@\t\r]/.test(text2) ? `'${text2}` : text2;
  var quoted = (text2) => /[";,\r\n]/.test(text2) ? `"${text2.replaceAll('"', '""')}"` : text2;
  var inCsv = (kind, value) => {
    if (missing(value)) return "";
    if (kind === NUMBER) return german ? String(value).replace(".", ",") : String(value);
    if (kind === DATE2) return german ? value.split("-").reverse().join(".") : value;
    return quoted(harmless(String(value)));
  };
  var csv = (rows2) => {
    const separator = german ? ";" : ",";
    const told3 = [
      FIELDS2.map(([name]) => quoted(name)),
      ...rows2.map((row3) => FIELDS2.map(([, kind, of]) => inCsv(kind, of(row3))))
    ];
    return new Blob([`\uFEFF${told3.map((cells2) => cells2.join(separator)).join("\r\n")}\r
`], {
      type: "text/csv"
    });
  };
  var xlsx = (rows2) => workbook(
    fields.lines,
    FIELDS2.map(([name, kind]) => ({ name, kind })),
    rows2.map((row3) => FIELDS2.map(([, , of]) => of(row3)))
  );
  var saveAs = (kind, rows2) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(kind === "csv" ? csv(rows2) : xlsx(rows2));
    link.download = `${text("lines")}-${head.as_of}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 6e4);
  };

  // campfill_pipeline/reports/templates/page/lines.js
  var STEP = 100;
  var NARROW = matchMedia("(max-width: 40rem)");
  var unfolded = false;
  var options = (all, current2) => all.map(
    ([value, text2]) => html`<option value="${value}" ${value === current2 ? new Markup(" selected") : ""}>${text2}</option>`
  );
  var field = (name, caption, control) => html`<div class="field"><label for="f-${name}">${caption}</label>${control}</div>`;
  var select = (name, all, current2) => html`<select id="f-${name}" name="${name}">
    ${options(all, current2)}
  </select>`;
  var choice = (name, caption, current2, all, everything = list.all) => field(name, caption, select(name, [["", everything], ...all], current2));
  var named2 = (group, keys) => keys.map((key) => [key, label(group, key)]);
  var distinct = (rows2, name) => [...new Set(rows2.map((row3) => row3[name]).filter(Boolean))].sort((a, b) => a.localeCompare(b, locale)).map((value) => [value, value]);
  var box = (name, value, text2, checked) => html`<label class="box"
    ><input
      type="checkbox"
      name="${name}"
      value="${value}"
      ${checked ? new Markup(" checked") : ""}
    />${text2}</label
  >`;
  var bandBoxes = (filters) => {
    const chosen = filters.band.split(",");
    return html`<fieldset class="field boxes">
    <legend>${fields.band}</legend>
    ${BANDS.map((band) => box("band", band, label("bands", band), chosen.includes(band)))}
  </fieldset>`;
  };
  var filterForm = (filters, all) => {
    const set = countSet(filters);
    const when = filters.state === "live" ? choice("pace", fields.pace, filters.pace, named2("paces", PACES)) : choice("period", fields.endedWithin, filters.period, Object.entries(PERIOD_NAMES), list.anyTime);
    const search = html`<input
    id="f-q"
    type="search"
    name="q"
    value="${filters.q}"
    placeholder="${list.where}"
    autocomplete="off"
  />`;
    return html`<details class="fold" ${NARROW.matches && !unfolded ? "" : new Markup(" open")}>
    <summary>
      ${list.narrow}${set > 0 && html` <span class="soft">${list.narrowed(count(set))}</span>`}
    </summary>
    <form class="filters" role="search" aria-label="${list.narrowing}">
      <div class="field search"><label for="f-q">${list.search}</label>${search}</div>
      ${field("state", list.show, select("state", Object.entries(STATES), filters.state))} ${when}
      ${choice("kind", fields.kind, filters.kind, named2("kinds", KINDS))}
      ${choice("purchase", fields.purchase, filters.purchase, named2("purchase_types", PURCHASE_TYPES))}
      ${choice("cause", fields.cause, filters.cause, named2("causes", Object.keys(words.causes)))}
      ${choice("side", fields.side, filters.side, named2("sides", SIDES))}
      ${choice("agency", fields.agency, filters.agency, distinct(all, "agency"))}
      ${choice("buyer", fields.buyer, filters.buyer, distinct(all, "buyer"))}
      ${choice("placement", fields.placement, filters.placement, distinct(all, "placement"))}
      ${choice("advertiser", fields.advertiser, filters.advertiser, distinct(all, "advertiser"))}
      ${choice("pile", fields.disagreement, filters.pile, named2("piles", Object.keys(words.disagreements)))}
      ${bandBoxes(filters)}
      <div class="field short">${box("short", "1", list.short, filters.short)}</div>
      <a class="ghost" href="#/lines">${list.over}</a>
    </form>
  </details>`;
  };
  var sums = (rows2, filters) => {
    const counted = rows2.filter(judged);
    const out = rows2.filter((row3) => !row3.covered && !unawaited(row3)).length;
    const over = counted.filter(ended2);
    const short = filters.state !== "live" && sum(over.map((row3) => row3.shortfall));
    return html`<dl class="tiles slim">
      ${tile(fields.lines, count(rows2.length))}
      ${short !== false && counted.length > 0 && tile(fields.impressionsShort, impressions(short))}
      ${counted.length > 0 && tile(fields.valueAtRisk, money(sum(counted.map((row3) => row3.value_at_risk_eur))))}
    </dl>
    ${out > 0 && counted.length > 0 && html`<p class="soft excluded">${list.exclude(count(out), out)}</p>`}`;
  };
  var missingDays = (filters) => {
    const { gaps } = head.freshness;
    return (filters.state === "uncovered" || filters.cause === "not_fetched") && gaps.length > 0 && html`<p class="why-today">${label("cause_actions", "not_fetched")} ${fetchCommands(gaps)}</p>`;
  };
  var boxesOf = (form, name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((one) => one.value);
  var lineList = async (query) => {
    const all = (await lines()).rows;
    const filters = readFilters(query);
    const named3 = {
      disputed: filters.pile && await disputedLines(filters.pile),
      struck: filters.incident && await linesStruckBy(Number(filters.incident))
    };
    const rows2 = sorted(narrowed(all, filters, named3), filters.sort);
    let shown = STEP;
    const table4 = (limit) => [
      listTable(rows2, filters, limit),
      pager(Math.min(limit, rows2.length), rows2.length)
    ];
    const none = html`<p class="calm">${list.none} <a href="#/lines">${list.over}</a></p>`;
    const saving = html`<p class="save">
    ${list.saveAs} <button type="button" class="ghost" data-save="xlsx">XLSX</button>
    <button type="button" class="ghost" data-save="csv">CSV</button>
  </p>`;
    const unknown = strangersNote(strangers(query, all), "#/lines");
    const result = (limit) => html`${unknown}
      <p class="said">${said3(filters)}</p>
      ${sums(rows2, filters)} ${missingDays(filters)} ${rows2.length ? [saving, table4(limit)] : none}`;
    const change2 = (values, quiet) => go(address("/lines", { ...filters, ...values }), quiet);
    const output = () => document.getElementById("result");
    const show2 = (limit) => {
      output().innerHTML = String(result(limit));
    };
    const changed = ({ target }) => {
      if (target.name === "q") return;
      const fresh = target.name === "state" ? { period: "", pace: "", sort: "" } : {};
      const value = target.type === "checkbox" ? boxesOf(target.form, target.name).join(",") : target.value;
      change2({ [target.name]: value, ...fresh });
    };
    const clicked = (event) => {
      const pressed = event.target.closest("button");
      if (!pressed) return;
      if (pressed.dataset.sort) change2({ sort: pressed.dataset.sort }, true);
      if (pressed.dataset.save) saveAs(pressed.dataset.save, rows2);
      if ("more" in pressed.dataset) {
        shown += STEP * 5;
        show2(shown);
      }
    };
    return {
      title: list.question,
      body: html`${crumbs([levels.overview, "#/"], [levels.lines])}
      <h1 tabindex="-1">${list.question}</h1>
      ${filterForm(filters, all)}
      <div id="result" aria-live="polite">${result(shown)}</div>`,
      draw: () => {
        const form = document.querySelector("form.filters");
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("change", changed);
        form.parentElement.addEventListener("toggle", (event) => {
          unfolded = event.target.open;
        });
        let waiting2;
        form.elements.q.addEventListener("input", (event) => {
          clearTimeout(waiting2);
          waiting2 = setTimeout(() => change2({ q: event.target.value }, true), 150);
        });
        output().addEventListener("click", clicked);
      },
      /* Paper has no button for more: all rows. */
      print: () => show2(rows2.length),
      printed: () => show2(shown)
    };
  };

  // campfill_pipeline/reports/templates/page/upcoming.js
  var MOST2 = 5;
  var entry2 = (row3) => html`<tr role="row" data-unlikely="${row3.id}">
    <th scope="row" role="rowheader"><a href="#/line/${row3.id}">${breakable(row3.name)}</a></th>
    <td role="cell">${told(row3.reason)}</td>
  </tr>`;
  var upcomingPanel = () => {
    const found = head.unlikely || [];
    if (!found.length) return "";
    const more = head.unlikely_count > MOST2 && html`<p class="soft">${upcoming.more(count(head.unlikely_count - MOST2))}</p>`;
    return html`<section class="panel" aria-labelledby="h-upcoming">
    <h2 id="h-upcoming">${upcoming.title}</h2>
    <p class="soft">${upcoming.what}</p>
    ${attentionTable([[fields.line], [fields.why]], found.slice(0, MOST2).map(entry2))} ${more}
  </section>`;
  };

  // campfill_pipeline/reports/templates/page/overview.js
  var owed = (period) => {
    const rows2 = head.losses.filter(
      (row3) => row3.period === period && row3.kind !== "all" && row3.purchase_type === "guaranteed"
    );
    const lines2 = rows2.reduce((all, row3) => all + row3.lines, 0);
    if (!lines2) return "";
    const opens = address("/lines", { state: "ended", period, purchase: "guaranteed", short: "1" });
    const link = html`<a href="${opens}" data-opens="${lines2}">${ended.guaranteed(count(lines2), lines2)}</a>`;
    const [lacking, eur] = [sum(rows2.map((row3) => row3.impressions)), sum(rows2.map((row3) => row3.eur))];
    return html`<p class="owed">${ended.owed(impressions(lacking), money(eur), link)}</p>`;
  };
  var part = (title, value, note) => html`<div>
    <dt>${title}</dt>
    <dd>${value}</dd>
    <dd class="soft">${note}</dd>
  </div>`;
  var dataStatement = () => {
    const { freshness, coverage } = head;
    const late = !freshness.complete_through || freshness.complete_through < daysLater(head.as_of, -1);
    const unjudged = coverage.begun - coverage.judged;
    const since = late ? html`${freshness.complete_through && html`<strong>${data.late}</strong> `}${gapNote(freshness.gaps)}` : data.gapless(day(freshness.complete_from, dayMedium));
    const link = html`<a href="#/lines?state=uncovered" data-opens="${unjudged}">${count(unjudged)}</a>`;
    const later = coverage.scheduled > 0 && html` · ${data.later(count(coverage.scheduled), coverage.scheduled)}`;
    const through = freshness.complete_through ? day(freshness.complete_through, dayLong) : data.noDay;
    const arrived2 = freshness.fetched_at ? moment(freshness.fetched_at, shortMoment) : data.never;
    const doubt = told(freshness.doubt_note) && html` <strong>${told(freshness.doubt_note)}</strong>`;
    const received = freshness.list_received_at ? moment(freshness.list_received_at, shortMoment) : data.noList;
    return html`<section class="statement${late ? " late" : ""}" aria-labelledby="h-data">
    <h2 id="h-data" class="unseen">${data.title}</h2>
    <dl>
      ${part(data.through, through, since)}
      ${part(data.arrived, arrived2, html`${freshness.today_fetched_at ? data.todayIn : data.todayOut}${doubt}`)}
      ${part(
      data.judged,
      html`${count(coverage.judged)} <small>${data.of(count(coverage.begun))}</small>`,
      unjudged ? data.notJudged(link, unjudged) : data.allJudged
    )}
      ${part(data.list, received, html`${freshness.list_file || ""}${later}`)}
    </dl>
  </section>`;
  };
  var windowCard = (row3, period) => {
    const trend = pickTrend(row3.kind, row3.purchase_type);
    const where2 = address(`/where/${row3.kind}/${row3.purchase_type}`, { period });
    return html`<li class="card" data-card="${row3.kind}/${row3.purchase_type}">
    <h3><a href="${where2}">${categoryName(row3.kind, row3.purchase_type)}</a></h3>
    <p class="big">${percent(row3.fulfilled_pct)}</p>
    <p class="soft">${ended.metOf(count(row3.fulfilled), count(row3.lines), row3.lines)}</p>
    ${period === TREND_OF && [sparkline(trend), html`<p>${trendChip(trend)}</p>`]}
    <dl class="pair">
      <div>
        <dt>${ended.delivered}</dt>
        <dd>${percent(row3.delivered_pct)}</dd>
      </div>
      <div>
        <dt>${ended.capped}</dt>
        <dd>${percent(row3.capped_pct)}</dd>
      </div>
    </dl>
  </li>`;
  };
  var attentionRow = (item) => html`<tr role="row" data-line="${item.id}">
    <th scope="row" role="rowheader">
      <a href="#/line/${item.id}">${breakable(item.name)}</a><span class="soft">${lineCategory(item)}</span>
    </th>
    <td role="cell">${told(item.reason)}</td>
    <td role="cell" class="n" data-label="${fields.atRisk}">${money(item.value_at_risk_eur)}</td>
  </tr>`;
  var needsAttention = () => {
    if (!head.attention.length)
      return html`<p class="calm">
      ${undelivered() || head.coverage.begun && !head.coverage.judged ? now.unknown : now.calm}
    </p>`;
    const shown = head.attention.slice(0, 10);
    const more = html`<p>
    <a href="#/lines?state=attention" data-opens="${head.attention_count}"
      >${now.all(count(head.attention_count))}</a
    >
  </p>`;
    return html`${attentionTable([[fields.line], [fields.why], [fields.atRisk, true]], shown.map(attentionRow))}
  ${head.attention_count > shown.length ? more : ""}`;
  };
  var liveNow = () => {
    const live = head.live;
    const total2 = PACES.reduce((lines2, pace) => lines2 + live[pace].lines, 0);
    if (!total2) return html`<p class="calm">${now.noneRunning}</p>`;
    const entry3 = (pace) => html`<li>
      <i class="key pace-${pace}" aria-hidden="true"></i
      ><a href="#/lines?state=live&pace=${pace}" data-opens="${live[pace].lines}">${label("paces", pace)}</a>
      <strong>${count(live[pace].lines)}</strong>
      ${rough(live[pace].eur) > 0 ? html`<span class="soft">${now.atRisk(money(live[pace].eur))}</span>` : ""}
    </li>`;
    return html`<div class="stack" aria-hidden="true">
      ${PACES.map(
      (pace) => live[pace].lines > 0 && html`<i class="pace-${pace}" style="flex:${live[pace].lines} 0 0"></i>`
    )}
    </div>
    <ul class="legend">
      ${PACES.map(entry3)}
    </ul>`;
  };
  var unfetched = (pile) => pile.unfetched > 0 && html`<span class="soft"
    >${pile.unfetched === pile.count ? disagreements.allUnfetched : disagreements.unfetched(count(pile.unfetched), pile.unfetched)}</span
  >`;
  var pileName = (pile) => {
    const name = label("piles", pile.kind_of_issue);
    if (LINELESS.includes(pile.kind_of_issue) || !pile.lines) return name;
    const to = address("/lines", { state: "all", pile: pile.kind_of_issue });
    return html`<a href="${to}" data-opens="${pile.lines}">${name}</a>`;
  };
  var reconciliationList = () => head.reconciliation.length === 0 ? html`<p class="calm">${undelivered() ? now.unknown : disagreements.none}</p>` : html`<ul class="piles">
          ${head.reconciliation.map(
    (pile) => html`<li>
                <strong>${count(pile.count)}</strong> <span>${pileName(pile)}${unfetched(pile)}</span>
              </li>`
  )}
        </ul>
        <p class="soft">${disagreements.each(head.reconciliation_sheet)}</p>`;
  var presentPart = () => html`<section class="panel" aria-labelledby="h-live">
      <h2 id="h-live">${now.running}</h2>
      ${liveNow()}
      <p class="soft"><a href="#/right">${right.title}</a></p>
    </section>
    <section class="panel" aria-labelledby="h-attention">
      <h2 id="h-attention">${now.attention}</h2>
      ${needsAttention()}
    </section>
    ${incidentPanel()} ${upcomingPanel()}`;
  var endedPart = (period, total2, trend) => {
    const losses = head.losses.filter((row3) => row3.period === period && row3.kind === "all" && row3.purchase_type === "all").map((row3) => ({
      ...row3,
      href: address("/lines", { state: "ended", period, side: row3.side, short: "1" })
    }));
    return html`<div class="answer">
    <section class="panel figure" data-card="all/all" aria-labelledby="h-total">
      <h3 id="h-total"><a href="${address("/where/all/all", { period })}">${ended.met}</a></h3>
      <div class="figure-row">
        <p class="huge">${percent(total2?.fulfilled_pct)}</p>
        <p>${ended.ofLines(count(total2?.fulfilled), count(total2?.lines), total2?.lines)}</p>
      </div>
      ${period === TREND_OF ? html`<h3 class="soft">${ended.trend}</h3>
              <p>${trendChip(trend)}</p>
              <div class="chart low-chart" id="trend"></div>` : trendElsewhere(address("/", { period: TREND_OF }))}
      <dl class="pair">
        <div>
          <dt>${ended.delivered}</dt>
          <dd>${percent(total2?.delivered_pct)}</dd>
        </div>
        <div>
          <dt>${ended.capped}</dt>
          <dd>${percent(total2?.capped_pct)}</dd>
        </div>
      </dl>
    </section>
    <section class="panel" aria-labelledby="h-side">
      <h3 id="h-side">${ended.sides}</h3>
      ${total2?.lines ? sideBar(losses) : noneJudged(period)}${owed(period)}
    </section>
  </div>`;
  };
  var overview = (query, path = "") => {
    const period = periodOf(query);
    const total2 = pickWindow(period, "all", "all");
    const cards = head.windows.filter(
      (row3) => row3.period === period && row3.kind !== "all" && row3.purchase_type !== "all" && row3.lines > 0
    );
    const trend = pickTrend("all", "all");
    return {
      title: now.question,
      body: html`${strangersNote([...path ? [["", path]] : [], ...inVain(query, PERIOD_ASKED)], "#/")}
      ${alarmList()}
      <section class="hero">
        <div class="hero-text">
          <p class="eyebrow">${now.question}</p>
          <h1 tabindex="-1">${headline()}</h1>
          <p class="lead">${headlineMore(period, total2)}</p>
        </div>
      </section>
      ${dataStatement()} ${presentPart()}
      <section class="hero part">
        <h2>${ended.title}</h2>
        ${periodSwitch(period, (to) => address("/", { period: to }))}
      </section>
      ${endedPart(period, total2, trend)}
      ${cards.length ? html`<section aria-labelledby="h-cards">
              <h2 id="h-cards" class="quiet">${ended.cards}</h2>
              <ul class="cards">
                ${cards.map((row3) => windowCard(row3, period))}
              </ul>
            </section>` : ""}
      <section class="panel" aria-labelledby="h-rec">
        <h2 id="h-rec">${disagreements.title}</h2>
        ${reconciliationList()}
      </section>`,
      draw: () => period === TREND_OF && drawTrend("trend", trend)
    };
  };

  // campfill_pipeline/reports/templates/page/right.js
  var known = (value, unit = "") => value === null ? "–" : html`${decimal(value)}${unit}`;
  var row2 = (name, scores, told3) => html`<tr role="row">
    <th scope="row" role="rowheader">${name}</th>
    ${scores.map(
    (score) => html`<td role="cell" class="n" data-label="${right.rules[score.rule]}">${told3(score)}</td>`
  )}
  </tr>`;
  var span2 = (error) => error.to_day === error.from_day ? right.dayOne : error.to_day ? right.days(error.from_day, error.to_day) : right.later(error.from_day);
  var rows = ({ scores, days_together: together }) => [
    row2(
      right.alarms,
      scores,
      (score) => html`${known(score.false_alarms_of_1000)}<span class="soft"
          >${right.of(count(score.false_alarms), count(score.healthy_line_days))}</span
        >`
    ),
    together > 0 && row2(right.apart, scores, (score) => known(score.apart_of_1000)),
    row2(
      right.found,
      scores,
      (score) => html`${known(score.weak_found_pct, " %")}<span class="soft"
          >${right.of(count(score.weak_found), count(score.weak_line_days))}</span
        >`
    ),
    ...scores[0].errors.map(
      (error, at) => row2(right.error(span2(error)), scores, (score) => known(score.errors[at].error_pct, " %"))
    )
  ];
  var table3 = (found) => attentionTable(
    [
      [html`<span class="unseen">${right.what}</span>`],
      ...found.scores.map((score) => [right.rules[score.rule], true])
    ],
    rows(found).filter(Boolean)
  );
  var told2 = (found) => {
    const thin = found.scores.some((score) => score.false_alarms_of_1000 === null);
    const [first, last] = [day(found.first_day, dayMedium), day(found.last_day, dayMedium)];
    return html`<section class="panel" aria-labelledby="h-right">
    <h2 id="h-right">${right.said(count(found.lines), found.days, first, last)}</h2>
    ${thin && html`<p><strong>${right.thin(head.least_line_days)}</strong></p>`} ${table3(found)}
    <p class="soft">${right.how}</p>
    ${found.days_together > 0 && html`<p class="soft">${right.together(found.days_together)}</p>`}
  </section>`;
  };
  var right2 = () => {
    const found = head.looked_back;
    return {
      title: right.title,
      body: html`${crumbs([levels.overview, "#/"], [right.title])} ${hero(right.question, right.title)}
    ${found ? told2(found) : html`<p class="calm">${right.notYet}</p>`}`,
      draw: () => {
      }
    };
  };

  // campfill_pipeline/reports/templates/page/theme.js
  var root = document.documentElement;
  var button3 = document.getElementById("theme");
  var prefersDark = matchMedia("(prefers-color-scheme: dark)");
  var isDark = () => root.dataset.theme === "auto" ? prefersDark.matches : root.dataset.theme === "dark";
  var nameTheme = () => {
    button3.textContent = isDark() ? frame.light : frame.dark;
    button3.setAttribute("aria-label", isDark() ? frame.toLight : frame.toDark);
  };
  button3.addEventListener("click", () => {
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
  var knownThen = head.known === "then" ? frame.knownThen : "";
  var visit = 0;
  var firstVisit = true;
  var current = null;
  var level = async (path, query) => {
    const parts2 = path.split("/").filter(Boolean).map(decodeURIComponent);
    if (parts2[0] === "where") return ["where", await category(parts2[1] || "all", parts2[2] || "all", query)];
    if (parts2[0] === "lines") return ["lines", await lineList(query)];
    if (parts2[0] === "line" && parts2[1]) return ["lines", await line2(parts2[1].toLowerCase())];
    if (parts2[0] === "compare") return ["compare", await compare2(query)];
    if (parts2[0] === "right") return ["overview", right2()];
    return ["overview", overview(query, parts2.join("/"))];
  };
  var stay = () => {
    const active = document.activeElement;
    return active?.name && main.contains(active) ? { name: active.name, value: active.type === "checkbox" && active.value, at: active.selectionStart } : active?.dataset?.sort && main.contains(active) ? { sort: active.dataset.sort.replace("-", "") } : null;
  };
  var restore = (place) => {
    if (!place) return false;
    const element = place.name ? main.querySelector(`[name="${place.name}"]${place.value ? `[value="${place.value}"]` : ""}`) : [...main.querySelectorAll("[data-sort]")].find(
      (button4) => button4.dataset.sort.replace("-", "") === place.sort
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
    current = view;
    main.innerHTML = String(view.body);
    document.title = `${frame.title(view.title, dayPlain.format(asUtc(head.as_of)))}${knownThen}`;
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
      html`<h1 tabindex="-1">${frame.cannot}</h1>
      <p>${frame.why(fault.message)}</p>
      <p><a href="#/">${frame.back}</a></p>`
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
    current?.print?.();
    for (const chart2 of openCharts()) {
      chart2.resize({ width: Math.min(chart2.getWidth(), 640) });
      chart2.getZr().flush();
    }
  });
  window.addEventListener("afterprint", () => {
    current?.printed?.();
    for (const chart2 of openCharts()) chart2.resize({ width: "auto" });
  });
  document.getElementById("stamp").innerHTML = String(
    html`${frame.asOf(day(head.as_of, dayLong))}${knownThen}<span class="soft">
      ${frame.made(moment(head.made_at))}</span
    >`
  );
  document.getElementById("foot").innerHTML = String(
    html`<p>${frame.madeBy(moment(head.made_at), head.timezone)} ${figures.rounding}</p>`
  );
  var sayAge = () => {
    const text2 = oldPage(/* @__PURE__ */ new Date());
    const place = document.getElementById("old");
    place.hidden = !text2;
    place.innerHTML = String(text2);
  };
  sayAge();
  setInterval(sayAge, 6e4);
  offerExact(() => showOrComplain(true));
  window.campfill = {
    dataArrived,
    chartsArrived: (echarts) => {
      chartsArrived(echarts);
      root.dataset.charts = "ready";
    }
  };
  showOrComplain();
})();
/* Made by `make page` from the modules beside this folder, 5bb47a750b912ec9a1b2c63bf6d35d8a. */
