/* What must be said before any figure: the page is old, delivery fails, days are missing, ids do not fit. */

import { count, dayMedium, day, daysLater, html, lineCount, missing, moment } from "./format.js";
import { head } from "./head.js";
import { undelivered, waiting } from "./headline.js";
import { told } from "./language.js";
import { alarms, data } from "./words.js";

const HOUR = 36e5;
const DAY = 24 * HOUR;
const MOST_RANGES = 4;
/* Older days, before anybody fetched, are no alarm: the statement and the list of what is not judged tell them. */
const RECENT_DAYS = 30;

/* Red, on every level, as soon as the page should have been made again. */
export const oldPage = (at) => {
  if (missing(head.renewed_by) || at <= new Date(head.renewed_by)) return "";
  const age = at - new Date(head.made_at);
  const ago = age < 2 * DAY ? alarms.hoursAgo(Math.floor(age / HOUR)) : alarms.daysAgo(Math.floor(age / DAY));
  return alarms.old(moment(head.made_at), ago);
};

const length = ([first, last]) => Math.round((new Date(last) - new Date(first)) / DAY) + 1;
export const daysIn = (ranges) => ranges.reduce((days, range) => days + length(range), 0);

/* Which days are missing, in half a sentence. */
export const gapNote = (ranges) => {
  if (!ranges.length) return data.noLaterDay;
  const [first, last] = [ranges[0][0], ranges.at(-1)[1]];
  return first === last
    ? data.oneGap(day(first, dayMedium))
    : data.gaps(count(daysIn(ranges)), day(first, dayMedium), day(last, dayMedium));
};

/* The commands that fetch these days; one over all of them where there are many ranges. */
export const fetchCommands = (ranges) => {
  const told = ranges.length > MOST_RANGES ? [[ranges[0][0], ranges.at(-1)[1]]] : ranges;
  return told.map(([first, last], at) => {
    const command = html`<code>campfill refresh --from ${first} --to ${last}</code>`;
    return html`${at ? ", " : ""}${command}`;
  });
};

/* Of the missing days those within some flight. */
export const gapsWithin = (first, last) =>
  head.freshness.gaps
    .filter((range) => range[0] <= last && range[1] >= first)
    .map((range) => [[range[0], first].sort()[1], [range[1], last].sort()[0]]);

const alarm = (kind, text) => html`<p class="alarm ${kind}" data-alarm="${kind}">${text}</p>`;

const failing = () => {
  const { failed_at, fetched_at, failure, complete_through } = head.freshness;
  if (!failed_at || (fetched_at && failed_at <= fetched_at)) return "";
  const good = complete_through ? alarms.lastGood(day(complete_through, dayMedium)) : "";
  return alarm("failing", html`${alarms.failing(moment(failed_at), told(failure))} ${good}`);
};

export const alarmList = () => {
  if (waiting()) return "";
  const { asked } = head.freshness;
  const gaps = gapsWithin(daysLater(head.as_of, -RECENT_DAYS), head.as_of);
  const unjudged = head.coverage.begun - head.coverage.judged;
  const lines = html`<a href="#/lines?state=uncovered" data-opens="${unjudged}">${lineCount(unjudged)}</a>`;
  const gone = undelivered() && !asked ? alarm("unconnected", alarms.notConnected) : "";
  const some =
    unjudged > 0 && gaps.length > 0 && !undelivered()
      ? alarm(
          "missing",
          alarms.missing(alarms.days(daysIn(gaps)), RECENT_DAYS, html`${fetchCommands(gaps)}`, lines),
        )
      : "";
  const odd = head.strangers;
  const strangers = odd
    ? alarm("strangers", alarms.strangers(count(odd.lines), count(odd.of), count(odd.orphans)))
    : "";
  return [failing(), gone, some, strangers];
};
