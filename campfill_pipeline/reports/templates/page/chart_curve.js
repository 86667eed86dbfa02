/* One line: delivered, expected (by its measured week, beside the straight line) and projected impressions. */

import { chart, colour, dayAxis, described, font, tooltip, valueAxis } from "./charts.js";
import { rough } from "./exact.js";
import { asUtc, dayLong, daysLater, missing, plain } from "./format.js";
import { head } from "./head.js";
import { chartWords } from "./words.js";

const shortened = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
export const drawCurve = (id, row, detail) => {
  const first = [detail.days.length ? detail.days[0][0] : row.effective_start, row.effective_start].sort()[0];
  const last = [
    row.end_date,
    detail.days.length ? detail.days[detail.days.length - 1][0] : row.end_date,
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
  const perDay = row.impression_goal / row.flight_days,
    base = daysLater(row.effective_start, -1);
  const place = (at) => Math.round((asUtc(at) - asUtc(base)) / 864e5);
  const inFlight = (at) => at >= base && at <= row.end_date;
  const even = days.map((at) => (inFlight(at) ? Math.round(perDay * place(at)) : null));
  const measured = detail.due && row.pacing_basis !== "even";
  const share = (at) => (at === base ? 0 : detail.due[place(at) - 1]);
  const expected = measured
    ? days.map((at) => (inFlight(at) ? Math.round(row.impression_goal * share(at)) : null))
    : even;
  const closed = measured
    ? days.filter((at) => at > base && inFlight(at) && share(at) === share(daysLater(at, -1)))
    : [];
  const noted = (detail.notes || []).filter((note) => days.includes(note.day));
  const before = daysLater(head.as_of, -1);
  const ahead = row.lifecycle === "live" && !missing(row.projected);
  const projection = days.map((at) =>
    !ahead
      ? null
      : at === before
        ? rough(row.delivered_before)
        : at === row.end_date
          ? rough(row.projected)
          : null,
  );
  chart(id, (width) => ({
    animation: false,
    aria: described(chartWords.soFar(plain(row.delivered), plain(row.impression_goal))),
    legend: {
      top: 0,
      left: 0,
      itemWidth: 22,
      textStyle: { ...font(), color: colour("ink") },
      data: [
        chartWords.delivered,
        chartWords.expected,
        ...(measured ? [chartWords.straight] : []),
        ...(ahead ? [chartWords.projected] : []),
      ],
    },
    grid: {
      left: 8,
      right: 20,
      top: width < 500 ? 70 : 40,
      bottom: 8,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: tooltip(
      (points) =>
        `<b>${dayLong.format(asUtc(points[0].axisValue))}</b>` +
        points
          .filter((at) => !missing(at.value))
          .map((at) => `<br>${at.seriesName}: ${plain(at.value)}`)
          .join("") +
        `<br>${chartWords.thatDay(plain(byDay.get(points[0].axisValue) || 0))}`,
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
          data: closed.map((at) => [{ xAxis: daysLater(at, -1) }, { xAxis: at }]),
        },
      },
      ...(measured
        ? [
            {
              name: chartWords.straight,
              type: "line",
              data: even,
              showSymbol: false,
              lineStyle: { width: 1, type: "dotted", color: colour("muted") },
              itemStyle: { color: colour("muted") },
            },
          ]
        : []),
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
            { yAxis: row.impression_goal },
            ...noted.map((note) => ({
              xAxis: note.day,
              lineStyle: { type: "dashed" },
              label: { formatter: shortened(note.text), position: "insideEndTop" },
            })),
          ],
        },
      },
      ...(ahead
        ? [
            {
              name: chartWords.projected,
              type: "line",
              data: projection,
              connectNulls: true,
              symbol: "circle",
              symbolSize: 6,
              lineStyle: { width: 2, type: "dotted", color: colour("line") },
              itemStyle: { color: colour("line") },
            },
          ]
        : []),
    ],
  }));
};
