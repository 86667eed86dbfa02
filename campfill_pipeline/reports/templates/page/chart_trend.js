/* The share of goals met, day after day. */

import { chart, colour, dayAxis, described, font, tooltip, valueAxis } from "./charts.js";
import { asUtc, below, dayLong, dayPlain, missing, plain } from "./format.js";
import { head } from "./head.js";
import { where } from "./words.js";

export const drawTrend = (id, trend) => {
  const known = trend.pct.filter((value) => !missing(value)).map(Number);
  const element = document.getElementById(id);
  if (!known.length) {
    if (element) element.outerHTML = `<p class="calm">${where.noWeek}</p>`;
    return;
  }
  const [first, last] = [trend.days[0], trend.days.at(-1)].map((at) => dayPlain.format(asUtc(at)));
  const floor = Math.max(0, Math.floor((Math.min(...known) - 3) / 20) * 20);
  const shown = (at) => `${plain(below(trend.pct[at], 1, head.limits.pct), 1)} %`;
  chart(id, () => ({
    animation: false,
    aria: described(where.trendFrom(plain(known[0], 1), first, plain(known.at(-1), 1), last)),
    grid: {
      left: 8,
      right: 16,
      top: 16,
      bottom: 8,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: tooltip(
      ([at]) =>
        `${dayLong.format(asUtc(at.axisValue))}<br><b>${missing(at.value) ? where.noneEnded : shown(at.dataIndex)}</b>`,
    ),
    xAxis: dayAxis(trend.days),
    yAxis: valueAxis({ min: floor, max: 100, axisLabel: { ...font(), formatter: "{value} %" } }),
    series: [
      {
        type: "line",
        data: trend.pct.map((value) => (missing(value) ? null : Number(value))),
        showSymbol: known.length < 15,
        symbolSize: 5,
        lineStyle: { width: 2.5, color: colour("line") },
        itemStyle: { color: colour("line") },
        areaStyle: { color: colour("line"), opacity: 0.08, origin: "start" },
      },
    ],
  }));
};
