/* The first sentences: what is at risk now, then what ended; `reports/main_sentence.py` says the same. */

import { rough, share, sum } from "./exact.js";
import { count, money, html, impressions } from "./format.js";
import { head, label } from "./head.js";
import { PACES, SIDES } from "./keys.js";
import { portion } from "./parts.js";
import { ended, now, PERIODS } from "./words.js";

export const waiting = () => !head.coverage.begun && !head.coverage.scheduled;
export const undelivered = () =>
  head.coverage.begun > 0 && !head.coverage.reported && !head.freshness.complete_through;

export const headline = () => {
  if (waiting()) return now.noList;
  if (undelivered()) return now.noDelivery;
  if (head.coverage.begun && !head.coverage.judged) return now.nothingJudged;
  const live = PACES.reduce((lines, pace) => lines + head.live[pace].lines, 0);
  const behind = head.live.behind.lines;
  const eur = sum(PACES.map((pace) => head.live[pace].eur));
  if (!live) return now.noneRunning;
  if (!behind) return now.noneBehind(count(live), live);
  const risk = rough(eur) > 0 ? html`, ${now.atRisk(money(eur))}` : "";
  return html`${now.behind(count(behind), count(live), behind)}${risk}.`;
};

const lossesOf = (period) =>
  head.losses.filter((row) => row.period === period && row.kind === "all" && row.purchase_type === "all");

export const headlineMore = (period, total) => {
  if (waiting()) return now.dropList;
  if (undelivered() || !head.coverage.judged) return "";
  if (!total?.lines) return ended.none(PERIODS[period]);
  const short = total.lines - total.fulfilled;
  if (!short) return ended.allMet(PERIODS[period], count(total.lines));
  const losses = lossesOf(period);
  const lacking = sum(losses.map((row) => row.impressions));
  const parts = SIDES.map((side) => losses.find((row) => row.side === side))
    .filter((row) => row && share(row.impressions, lacking) >= 1)
    .sort((a, b) => rough(b.impressions) - rough(a.impressions));
  const phrase = (row, at) => {
    const before = at === 0 ? "" : at === parts.length - 1 ? ended.and : ", ";
    return html`${before}${portion(row.impressions, lacking)} ${label("side_phrases", row.side)}`;
  };
  const eur = money(sum(losses.map((row) => row.eur)));
  return html`${ended.short(count(short), count(total.lines), total.lines, PERIODS[period])}
  ${rough(lacking) > 0 && ended.lack(short, impressions(lacking), eur, parts.map(phrase))}`;
};
