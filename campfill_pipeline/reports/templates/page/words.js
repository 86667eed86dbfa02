/* The page's own words: what is said in sentences, by subject. Labels of codes come with the data (`head.words`).
   A part in braces is markup or a figure in the reader's notation. */

import { html, inHome } from "./format.js";
import { many, say, text } from "./language.js";

export const PERIOD_NAMES = {
  "7d": text("7 days"),
  "30d": text("30 days"),
  this_year: text("This year"),
};
export const PERIODS = {
  "7d": text("the last 7 days"),
  "30d": text("the last 30 days"),
  this_year: text("this year"),
};

export const now = {
  question: text("Are we all right?"),
  noList: text("No campaign list has arrived yet."),
  dropList: text("Drop one into the inbox folder, and this page is made again."),
  noDelivery: text("No delivery data yet: no line can be judged."),
  nothingJudged: text("No line can be judged: days of delivery are missing."),
  noneRunning: text("No judged line is running."),
  noneBehind: (live, number) =>
    many("The one running line is not behind.", "None of the {lines} running lines is behind.", number, {
      lines: live,
    }),
  behind: (behind, live, number) =>
    many(
      "{behind} of {lines} running lines is behind",
      "{behind} of {lines} running lines are behind",
      number,
      {
        behind,
        lines: live,
      },
    ),
  atRisk: (eur) => say("{euros} at risk", { euros: eur }),
  running: text("Running lines by pace"),
  attention: text("Needs attention today"),
  all: (count) => say("All {count} lines that need attention", { count }),
  calm: text("Nothing today: no running line is at risk and no ended line waits for a make-good."),
  unknown: text("Nothing can be said: delivery has not been fetched."),
};

export const ended = {
  title: text("What ended"),
  none: (period) => say("No judged line ended in {period}.", { period }),
  allMet: (period, lines) =>
    say("Every line that ended in {period} reached its goal ({lines}).", { period, lines }),
  short: (short, lines, number, period) =>
    many(
      "{short} of {lines} line that ended in {period} fell short.",
      "{short} of {lines} lines that ended in {period} fell short.",
      number,
      { short, lines, period },
    ),
  lack: (number, impressions, eur, parts) =>
    many(
      "It lacks {impressions} impressions, worth {euros}: {parts}.",
      "They lack {impressions} impressions, worth {euros}: {parts}.",
      number,
      { impressions, euros: eur, parts },
    ),
  and: text(" and "),
  delivered: text("Delivered ÷ goals"),
  capped: text("Without surplus"),
  met: text("Goals met"),
  owed: (impressions, eur, lines) =>
    say(
      "<strong>{impressions}</strong> of these impressions, worth <strong>{euros}</strong>, " +
        "are owed as make-goods for {lines}.",
      { impressions, euros: eur, lines },
    ),
  guaranteed: (count, number) =>
    many("{count} guaranteed line", "{count} guaranteed lines", number, { count }),
  metOf: (met, lines, number) =>
    many("{met} of {lines} line met the goal", "{met} of {lines} lines met the goal", number, { met, lines }),
  ofLines: (met, lines, number) =>
    many("{met} of {lines} line", "{met} of {lines} lines", number, { met, lines }),
  trend: text("Share of lines that met their goal, in the seven days before each date"),
  sides: text("System or resources?"),
  cards: text("By kind and purchase type"),
};

export const disagreements = {
  title: text("Where list and reporting disagree"),
  none: text("List and reporting agree."),
  each: (sheet) => say("Each of them, one by one, is in the sheet {sheet} of fulfillment.xlsx.", { sheet }),
  allUnfetched: text("all of them were not fully fetched"),
  unfetched: (count, number) =>
    many("{count} of them was not fully fetched", "{count} of them were not fully fetched", number, {
      count,
    }),
};

export const data = {
  title: text("What these figures rest on"),
  through: text("Delivery is complete through"),
  noDay: text("no day yet"),
  late: text("Older than the day before this page's date:"),
  gapless: (day) => say("without a gap since {day}", { day }),
  noLaterDay: text("no later day was asked for."),
  oneGap: (day) => say("{day} was not fetched completely.", { day }),
  gaps: (days, first, last) =>
    say("{days} days from {first} to {last} were not fetched completely.", { days, first, last }),
  arrived: text("Delivery last arrived"),
  never: text("never"),
  todayIn: text("Today's hours so far count as delivered, but in no average."),
  todayOut: text("Nothing of today is counted yet."),
  judged: text("Lines judged"),
  of: (lines) => say("of {lines}", { lines }),
  allJudged: text("Every flight day so far was fetched."),
  notJudged: (lines, number) =>
    many(
      "{lines} not judged: a flight day of it was never fetched.",
      "{lines} not judged: flight days of them were never fetched.",
      number,
      { lines },
    ),
  list: text("Newest campaign list"),
  noList: text("none yet"),
  later: (lines, number) =>
    many("{lines} starts today or later", "{lines} start today or later", number, { lines }),
};

export const alarms = {
  old: (made, ago) =>
    say(
      "<strong>This page is old.</strong> It was made {made}, {ago}, and should have been " +
        "made again since. Look whether campfill is running (<code>campfill status</code>), " +
        "then reload the page.",
      { made, ago },
    ),
  days: (count) => many("{count} day", "{count} days", count, { count }),
  hoursAgo: (count) => many("{count} hour ago", "{count} hours ago", count, { count }),
  daysAgo: (count) => many("{count} day ago", "{count} days ago", count, { count }),
  notConnected: say(
    "No reporting API is connected and no export was dropped. Set " +
      "<code>CAMPFILL_REPORTING_URL</code> and type <code>campfill token</code>, or drop " +
      "the reporting's CSV export into the inbox folder.",
  ),
  failing: (since, why) =>
    say("<strong>Delivery cannot be fetched.</strong> The newest attempt, {since}, failed: {why}", {
      since,
      why: html`<q lang="en">${why}</q>`,
    }),
  lastGood: (day) => say("Figures are those of {day}.", { day }),
  missing: (days, recent, fetch, lines) =>
    say(
      "<strong>{days} of delivery missing, of the last {recent}.</strong> Fetch: {fetch}. {lines} not " +
        "judged, for this or for older days.",
      { days, recent, fetch, lines },
    ),
  strangers: (lines, of, orphans) =>
    say(
      "<strong>Are these the same IDs?</strong> Reporting has no row for {lines} of {of} " +
        "lines that have begun, while it has {orphans} IDs that no line has. Check the column " +
        "<em>Deal/Campaign ID</em> of the list.",
      { lines, of, orphans },
    ),
};

export const incident = {
  struckBy: (site) => say("struck by the incident at {site}", { site: site || text("a site") }),
  title: text("Incidents: one problem of many lines"),
  what: text(
    "Hours of the last 14 days in which a site gave less than half of what such hours " +
      "give, to all lines there. One entry, whatever the number of lines.",
  ),
  site: text("Site"),
  lines: text("Lines"),
  lost: text("Lost"),
  savable: text("Still savable"),
  noSite: text("(no site named)"),
  silences: { dark: text("dark"), weak: text("weak") },
  was: { dark: text("was dark"), weak: text("was weak") },
  more: (count) => say("and {count} more; table <code>incident</code> has them all.", { count }),
  explains: text("Why: an incident at its sites"),
  partly: text("Struck by an incident"),
  notItsOwn: text(
    "At least half of its gap was lost in hours in which a site failed all lines there: " +
      "no problem of its own.",
  ),
  aPart: text("In hours in which a site failed all lines there:"),
  ofThisLine: (lost, lines) =>
    say("about {lost} impressions of this line, one of {lines} there.", { lost, lines }),
};

export const upcoming = {
  title: text("Before the start: goals beyond what their sites ever gave"),
  what: text(
    "Not begun, and in need of more than the best week of their placement's sites gave to " +
      "all lines together. Goal, flight and sites can still be changed.",
  ),
  more: (count) => say("and {count} more, among the lines that need attention.", { count }),
};

export const right = {
  title: text("How right were we?"),
  question: text("Can the figures be believed?"),
  what: text("What was looked at"),
  rules: { measured: text("Measured week"), even: text("Straight line") },
  said: (lines, days, first, last) =>
    say("What was said of {lines} lines that have ended, on {days} days from {first} to {last}", {
      lines,
      days,
      first,
      last,
    }),
  alarms: text("Of 1,000 days of healthy lines, called behind"),
  apart: text("… without the days that held many back at once"),
  found: text("Days of weak lines called behind, from their second day on"),
  error: (when) => say("Nine in ten projections were off by less than, {when}", { when }),
  dayOne: text("after 1 day"),
  days: (from, to) => say("after {from} to {to} days", { from, to }),
  later: (from) => say("after {from} days or more", { from }),
  of: (part, whole) => say("{part} of {whole}", { part, whole }),
  thin: (least) =>
    say(
      "Too little history: fewer than {least} days of healthy lines. A rate of false alarms " +
        "would say nothing.",
      { least },
    ),
  how: text(
    "Each day was computed with what lay before it: once by the week that was measured at " +
      "the sites, once by a straight line. Healthy lines ended at 99.5 % of their goal or " +
      "more, weak ones below 95 %.",
  ),
  together: (days) =>
    many(
      "On one of the days a fifth or more of the healthy lines were behind at once: something " +
        "held all of them back, and they caught up.",
      "On {days} of the days a fifth or more of the healthy lines were behind at once: " +
        "something held all of them back, and they caught up.",
      days,
      { days },
    ),
  notYet: say(
    "Not looked at yet: it is done each night. <code>campfill maintain</code> does it " +
      "now, <code>campfill fulfillment --backtest</code> shows it in the terminal.",
  ),
};

export const list = {
  question: text("Which lines?"),
  narrow: text("Filters"),
  narrowed: (count) => say("{count} set", { count }),
  over: text("Start over"),
  order: text("Order"),
  none: text("No line fits."),
  unknown: (what) => say("The address asks for what is not known here: {what}.", { what }),
  short: text("Short of goal"),
  exclude: (lines, number) =>
    many(
      "{lines} of them is not judged: at the end of the list, and in no sum.",
      "{lines} of them are not judged: at the end of the list, and in no sum.",
      number,
      { lines },
    ),
  shown: (what) => say("Shown: {what}.", { what }),
  saveAs: text("Save these rows as"),
  all: text("All"),
  anyTime: text("any time"),
  search: text("Search"),
  where: text("Name, buyer, advertiser, ID"),
  narrowing: text("Narrow the list"),
  show: text("Show"),
  sortedBy: (column) => text("Lines, sorted by {column}", { column }),
  endedIn: (period) => say("ended in {period}", { period }),
  or: text(" or "),
  more: text("Show more"),
  shownOf: (shown, all, number) =>
    many("{shown} of {all} line shown", "{shown} of {all} lines shown", number, { shown, all }),
};

/* What is shown of a line, in tables, filters and files. */
export const fields = {
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
  no: text("no"),
};

export const levels = {
  path: text("Path"),
  overview: text("Overview"),
  lines: text("Lines"),
  compare: text("Compare"),
  thisLine: text("This line"),
  notFound: text("Not found"),
  allLines: text("All lines"),
  asTable: text("The same as a table"),
};

export const where = {
  question: text("Where is the shortfall?"),
  category: text("Category"),
  seats: (count) => say("in {count} seats", { count }),
  notTold: text("not told by the list"),
  short: (short, lines, number) =>
    many("{short} of {lines} line short", "{short} of {lines} lines short", number, { short, lines }),
  smaller: (count) => say("and {count} more, smaller ones", { count }),
  none: text("No shortfall here."),
  noneAtAll: text("No shortfall."),
  bands: text("How far did they get?"),
  metTrend: say('Goals met <span class="soft">in the seven days before each date</span>'),
  trendTable: text("Trend as a table"),
  againstBefore: text("Against a week before"),
  trend: text("Trend"),
  capped: (share) => say("{share} without surplus", { share }),
  inLines: (count, number) => many("in {count} line", "in {count} lines", number, { count }),
  ownCpm: text("at the lines' own CPM"),
  which: text("Which lines are these?"),
  trendElsewhere: text("The trend is told of the last 7 days"),
  noTrend: text("no trend: no judged line ended in one of the two weeks"),
  trends: { improving: text("improving"), declining: text("declining"), stable: text("stable") },
  change: (points) => say("7 days: {points} to the week before", { points }),
  noWeek: text("No week yet in which a judged line ended."),
  trendFrom: (from, first, to, last) =>
    text("Share of lines that met their goal, from {from} % on {first} to {to} % on {last}.", {
      from,
      first,
      to,
      last,
    }),
  noneEnded: text("no judged line ended"),
};

export const line = {
  counts: text("What others counted"),
  starts: (day) => say("Starts on {day}.", { day }),
  cancelled: text("Cancelled by its newest list: it keeps what was delivered, and nothing judges it."),
  notJudged: (fetched, elapsed, number) =>
    many(
      "Not judged: {fetched} of {elapsed} flight day was fetched.",
      "Not judged: {fetched} of {elapsed} flight days were fetched.",
      number,
      { fetched, elapsed },
    ),
  hardlyDue: text("Hardly anything was due until now; nothing can be projected yet."),
  firstDay: text("Its first day is running; nothing can be projected yet."),
  willLack: (gap, eur) =>
    say("At the pace of its last days it will end {gap} impressions short, worth {euros}.", {
      gap,
      euros: eur,
    }),
  willReach: text("At the pace of its last days it will reach its goal."),
  met: text("Goal met."),
  metWith: (surplus) => say("Goal met, with {surplus} impressions more than promised.", { surplus }),
  fellShort: (gap, eur) => say("Fell short by {gap} impressions, worth {euros}.", { gap, euros: eur }),
  outside: (amount) => say("{amount} of them outside the flight", { amount }),
  unknown: text("unknown"),
  reachable: (amount) => say("{amount}: reachable", { amount }),
  outOfReach: (amount) => say("{amount}: out of reach", { amount }),
  neededFor: (days, number, week) =>
    many("for {days} day; best week {week}", "for {days} days; best week {week}", number, { days, week }),
  neededTimes: (days, number, times, week) =>
    many(
      "for {days} day, {times} times its recent pace; best week {week}",
      "for {days} days, {times} times its recent pace; best week {week}",
      number,
      { days, times, week },
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
  fetchedOf: (fetched, elapsed, number) =>
    many("{fetched} of {elapsed} day fetched", "{fetched} of {elapsed} days fetched", number, {
      fetched,
      elapsed,
    }),
  noted: text("Noted changes"),
  ofAll: text(" (for all lines)"),
  trimmed: (command) =>
    say("Hours and sites of this line were left out to keep the file small: {command} tells them.", {
      command,
    }),
  leftOut: (count) =>
    say("It may be one of the {count} lines that were left out to keep the file small.", { count }),
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
  allSites: (count) => say("all {count}", { count }),
  siteless: text("CSV export, which names no site"),
  dayTable: text("Delivery by day as a table"),
};

export const chartWords = {
  soFar: (delivered, goal) =>
    text("Delivered so far {delivered} of {goal} impressions.", { delivered, goal }),
  delivered: text("Delivered"),
  expected: text("Expected"),
  straight: text("Straight line"),
  projected: text("Projected"),
  goal: text("Goal"),
  thatDay: (amount) => text("That day: {amount}", { amount }),
  heat: (most) => text("Impressions by hour of day, at most {most} in one cell.", { most }),
  hours: (from, to) => text("{from}–{to} h", { from, to }),
  hour: (hour) => text("{hour} h", { hour }),
  cell: (amount) => say("<b>{amount}</b> impressions", { amount }),
};

export const cause = {
  why: (name) => say("Why: {cause}", { cause: name }),
  funnel: (name) => say("What its funnel shows: {cause}", { cause: name }),
  stages: {
    bids: [text("Selected"), text("bids")],
    wins: [text("Auctions won"), text("wins per bid")],
    plays: [text("Played"), text("plays per win")],
    audience: [text("Audience"), text("impressions per play")],
  },
  stage: text("Stage"),
  thisLine: text("This line"),
  usual: text("Needed / usual"),
  against: text("Against the usual"),
  part: text("Part of the loss"),
  checked: text("What can be checked"),
  notFetched: (days, number) =>
    many("{days} flight day was not fetched.", "{days} flight days were not fetched.", number, { days }),
  hoursLike: (without, comparable) =>
    say("{without} of the {comparable} flight hours in which lines like it had bids had none.", {
      without,
      comparable,
    }),
  hours: (without, hours) => say("{without} of {hours} flight hours had no bid.", { without, hours }),
  firstLast: (first, last) => say("First hour with delivery: {first}; the last: {last}.", { first, last }),
  noSite: text("(none named)"),
  weak: (site, figure, due, cause) => {
    const values = { site, figure, due };
    if (cause === "not_selected" || cause === "too_few_bids")
      return say("Weak site: {site}, {figure} bids where {due} were due.", values);
    if (cause === "lost_auctions")
      return say("Weak site: {site}, {figure} wins where {due} were due.", values);
    if (cause === "won_but_not_played")
      return say("Weak site: {site}, {figure} plays where {due} were due.", values);
    if (cause === "low_audience")
      return say("Weak site: {site}, {figure} impressions where {due} were due.", values);
    return say("Weak site: {site}, {figure} where {due} were due.", values);
  },
  lines: {
    all: text("all lines"),
    guaranteed: text("guaranteed lines"),
    unguaranteed: text("unguaranteed lines"),
    unknown: text("lines of unknown purchase type"),
  },
  usualIs: (basis, lines, first, last, days) =>
    basis === "history"
      ? say(
          "Usual is what {lines} that met their target got before this flight, {first} to " +
            "{last} ({days} with delivery), at this line's own sites and hours.",
          { lines, first, last, days },
        )
      : say(
          "Usual is what {lines} that met their target got in the hours of this flight, {first} " +
            "to {last} ({days} with delivery), at this line's own sites and hours.",
          { lines, first, last, days },
        ),
};

export const care = {
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
    closed: text("closed"),
  },
  delivered: (delivered, agreed, first, last) =>
    say("{delivered} of {agreed} impressions, {first} to {last}", { delivered, agreed, first, last }),
  byAnother: text("by another line"),
};

export const contract = {
  title: text("Contract"),
  from: text("From the list"),
  source: (file) => html`<strong>${file}</strong>`,
  sheet: (sheet) => say(", sheet {sheet}", { sheet }),
  row: (row) => say(', row <data value="{row}">{row}</data>', { row }),
  received: (moment) => say("received {moment}", { moment }),
  counted: (day) => say("counted from {day}", { day }),
  listedAs: text("Listed as"),
  blank: text("blank"),
  history: text("What became of the contract"),
  revision: (number, action) => say("Revision {number}, {action}", { number, action }),
  validFrom: (moment) => say("valid from {moment}", { moment }),
  earlier: (number, command) =>
    say("This is revision {number}. {command} tells the earlier ones.", { number, command }),
  unchanged: text("Revision 1: unchanged since it first came."),
};

export const frame = {
  asOf: (day) => say("As of <strong>{day}</strong>", { day }),
  knownThen: text(", as known then"),
  made: (moment) => say("made {moment}", { moment }),
  madeBy: (moment, zone) => say("Made by campfill {moment} ({zone}).", { moment, zone }),
  title: (view, day) => text("{view} · Fulfillment as of {day}", { view, day }),
  cannot: text("This part cannot be shown here"),
  why: (fault) =>
    say(
      "The browser could not read the data in this file ({fault}). A browser of 2023 or " +
        "newer can: Chrome, Edge, Firefox or Safari.",
      { fault },
    ),
  back: text("Back to the overview"),
  light: text("Light"),
  dark: text("Dark"),
  toLight: text("Switch to light colours"),
  toDark: text("Switch to dark colours"),
};

export const figures = {
  exactOn: text("Rounded"),
  exactOff: text("Exact"),
  exactHelp: text("Show every figure exactly"),
  chartKeys: text("Read it by the arrow keys."),
  rounding: text(
    "Percentages are rounded half up, but never up to a limit that was not reached. Point " +
      "at a figure or touch it to see it exactly, or switch on “Exact” above. Charts are " +
      "read by touch, or by Tab and the arrow keys. Shares are sums divided by sums, never " +
      "averages of percentages.",
  ),
};

export const compare = {
  question: text("Better or worse?"),
  title: text("Lines that ended in the seven days before two days"),
  how: text(
    "Both sides are told by what is known today. What was known on a day itself tells a page of that day:",
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
    eur: text("Worth"),
  },
  byCategory: text("Share of goals met, by kind and purchase type"),
  bySide: text("Impressions short, by kind of problem"),
};
