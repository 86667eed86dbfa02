/* The page's own words: what is said in sentences, by subject. Labels of codes come with the data (`head.words`).
   A part in brackets is markup or a figure in the reader's notation. */

import { html, plural } from "./format.js";

export const PERIOD_NAMES = { "7d": "7 days", "30d": "30 days", this_year: "This year" };

export const now = {
  question: "Are we all right?",
  noList: "No campaign list has arrived yet.",
  dropList: "Drop one into the inbox folder, and this page is made again.",
  noDelivery: "No delivery data yet: no line can be judged.",
  nothingJudged: "No line can be judged: days of delivery are missing.",
  noneRunning: "No judged line is running.",
  noneBehind: (live) =>
    html`${live === "1" ? "The one running line is" : html`None of the ${live} running lines is`} behind.`,
  behind: (behind, live, many) => html`${behind} of ${live} running lines ${many ? "are" : "is"} behind`,
  atRisk: (eur) => html`${eur} at risk`,
  running: "Running lines by pace",
  attention: "Needs attention today",
  calm: "Nothing today: no running line is at risk and no ended line waits for a make-good.",
  unknown: "Nothing can be said: delivery has not been fetched.",
};

export const ended = {
  title: "What ended",
  none: (period) => html`No line ended in ${period}.`,
  allMet: (period, lines) => html`Every line that ended in ${period} reached its goal (${lines}).`,
  short: (short, lines, period) =>
    html`${short} of ${lines} ${plural(lines, "line", "lines")} that ended in ${period} fell short.`,
  lack: (many, impressions, eur, parts) =>
    html`${many ? "They lack" : "It lacks"} ${impressions} impressions, worth ${eur}: ${parts}.`,
};

export const data = {
  title: "What these figures rest on",
  through: "Delivery is complete through",
  noDay: "no day yet",
  late: "Older than the day before this page's date:",
  gapless: (day) => html`without a gap since ${day}`,
  noLaterDay: "no later day was asked for.",
  oneGap: (day) => html`${day} was not fetched completely.`,
  gaps: (days, first, last) => html`${days} days from ${first} to ${last} were not fetched completely.`,
  arrived: "Delivery last arrived",
  never: "never",
  todayIn: "Today's hours so far count as delivered, but in no average.",
  todayOut: "Nothing of today is counted yet.",
  judged: "Lines judged",
  allJudged: "Every flight day so far was fetched.",
  notJudged: (lines, one) =>
    html`${lines} not judged: ${one ? "a flight day of it was" : "flight days of them were"} never fetched.`,
  list: "Newest campaign list",
  noList: "none yet",
  later: (lines) => html`${lines} start later`,
};

export const alarms = {
  old: (made, ago) =>
    html`<strong>This page is old.</strong> It was made ${made}, ${ago} ago, and should have been made again
      since. Look whether campfill is running (<code>campfill status</code>), then reload the page.`,
  hours: (count) => html`${count} ${plural(count, "hour", "hours")}`,
  days: (count) => html`${count} ${plural(count, "day", "days")}`,
  notConnected: html`No reporting API is connected and no export was dropped. Set
    <code>CAMPFILL_REPORTING_URL</code> and type <code>campfill token</code>, or drop the reporting's CSV
    export into the inbox folder.`,
  failing: (since, why) =>
    html`<strong>Delivery cannot be fetched.</strong> The newest attempt, ${since}, failed: ${why}`,
  lastGood: (day) => html`Figures are those of ${day}.`,
  missing: (days, lines) => html`<strong>${days} of delivery missing:</strong> ${lines} not judged.`,
  fetch: (command) => html`Fetch: ${command}`,
  strangers: (lines, of, orphans) =>
    html`<strong>Are these the same IDs?</strong> Reporting has no row for ${lines} of ${of} lines that have
      begun, while it has ${orphans} IDs that no line has. Check the column <em>Deal/Campaign ID</em> of the
      list.`,
};

export const incident = {
  struckBy: (site) => html`struck by the incident at ${site || "a site"}`,
  title: "Incidents: one problem of many lines",
  what: `Hours of the last 14 days in which a site gave less than half of what such hours give, to all lines there. One
    entry, whatever the number of lines.`,
  site: "Site",
  lines: "Lines",
  lost: "Lost",
  savable: "Still savable",
  noSite: "(no site named)",
  silences: { dark: "dark", weak: "weak" },
  was: { dark: "was dark", weak: "was weak" },
  more: (count) => html`and ${count} more; table <code>incident</code> has them all.`,
  explains: "Why: an incident at its sites",
  partly: "Struck by an incident",
  notItsOwn:
    "At least half of its gap was lost in hours in which a site failed all lines there: no problem of its own.",
  aPart: "In hours in which a site failed all lines there:",
  ofThisLine: (lost, lines) => html`about ${lost} impressions of this line, one of ${lines} there.`,
};

export const upcoming = {
  title: "Before the start: goals beyond what their sites ever gave",
  what: `Not begun, and in need of more than the best week of their placement's sites gave to all lines together. Goal,
    flight and sites can still be changed.`,
  more: (count) => html`and ${count} more, among the lines that need attention.`,
};

export const right = {
  title: "How right were we?",
  question: "Can the figures be believed?",
  what: "What was looked at",
  rules: { measured: "Measured week", even: "Straight line" },
  said: (lines, days, first, last) =>
    html`What was said of ${lines} lines that have ended, on ${days} days from ${first} to ${last}`,
  alarms: "Of 1,000 days of healthy lines, called behind",
  found: "Days of weak lines called behind, from their second day on",
  error: (when) => html`Nine in ten projections were off by less than, ${when}`,
  dayOne: "after 1 day",
  days: (from, to) => html`after ${from} to ${to} days`,
  later: (from) => html`after ${from} days or more`,
  of: (part, whole) => html`${part} of ${whole}`,
  thin: (least) =>
    html`Too little history: fewer than ${least} days of healthy lines. A rate of false alarms would say
    nothing.`,
  how: `Each day was computed with what lay before it: once by the week that was measured at the sites, once by a
    straight line. Healthy lines ended at 99.5 % of their goal or more, weak ones below 95 %.`,
  notYet: html`Not looked at yet: it is done each night. <code>campfill maintain</code> does it now,
    <code>campfill fulfillment --backtest</code> shows it in the terminal.`,
};

export const list = {
  question: "Which lines?",
  narrow: "Filters",
  narrowed: (count) => html`${count} set`,
  over: "Start over",
  none: "No line fits.",
  short: "Short of goal",
  exclude: (lines) =>
    html`${lines} of them ${plural(lines, "is", "are")} not judged: at the end of the list, and in no sum.`,
  shown: (what) => html`Shown: ${what}.`,
  saveAs: "Save these rows as",
};

export const figures = {
  exactOn: "Rounded",
  exactOff: "Exact",
  exactHelp: "Show every figure exactly",
  chartKeys: "Read it by the arrow keys.",
  rounding: `Percentages are rounded half up, but never up to a limit that was not reached. Point at a figure or
    touch it to see it exactly, or switch on “Exact” above. Charts are read by touch, or by Tab and the arrow
    keys. Shares are sums divided by sums, never averages of
    percentages.`,
};

export const compare = {
  question: "Better or worse?",
  title: "Lines that ended in the seven days before two days",
  how: `Both sides are told by what is known today. What was known on a day itself tells a page of that day:`,
  first: "One day",
  second: "Another day",
  week: "This week beside last week",
  difference: "Difference",
  rows: {
    lines: "Lines that ended",
    met: "Goals met",
    share: "Share of goals met",
    delivered: "Delivered ÷ goals",
    capped: "Without surplus",
    short: "Impressions short",
    eur: "Worth",
  },
  byCategory: "Share of goals met, by kind and purchase type",
  bySide: "Impressions short, by kind of problem",
};
