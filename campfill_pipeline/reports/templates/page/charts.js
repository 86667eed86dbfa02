/* Charts, drawn with ECharts when it has arrived; colours come from the style sheet, so that themes stay in one place. */
let library = null,
  drawLater = [];
const open = new Map();
const colour = (name) =>
  getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();
const clearCharts = () => {
  for (const chart of open.values()) chart.dispose();
  open.clear();
  drawLater = [];
};
const chart = (id, options) => {
  const make = () => {
    const element = document.getElementById(id);
    if (!element) return;
    const drawn = open.get(id) || library.init(element, null, { renderer: "svg", locale: "EN" });
    open.set(id, drawn);
    drawn.setOption(options(element.clientWidth), true);
  };
  drawLater.push(make);
  if (library) make();
};
const redraw = () => {
  if (library) for (const make of drawLater) make();
};
const font = () => ({ fontFamily: getComputedStyle(document.body).fontFamily, color: colour("muted"), fontSize: 12 });
const tooltip = (formatter, trigger = "axis") => ({
  trigger,
  formatter,
  confine: true,
  appendTo: undefined,
  backgroundColor: colour("surface"),
  borderColor: colour("rule"),
  textStyle: { color: colour("ink"), fontSize: 13 },
  axisPointer: { lineStyle: { color: colour("muted") } },
});
const dayAxis = (days) => ({
  type: "category",
  data: days,
  boundaryGap: false,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: colour("rule") } },
  axisLabel: { ...font(), hideOverlap: true, formatter: (value) => dayShort.format(asUtc(value)) },
});
const valueAxis = (extra = {}) => ({
  type: "value",
  splitNumber: 4,
  axisLabel: { ...font(), formatter: (value) => plain(value) },
  splitLine: { lineStyle: { color: colour("rule") } },
  ...extra,
});
const described = (text) => ({ enabled: true, label: { description: text } });

const drawTrend = (id, trend) => {
  const known = trend.pct.filter((value) => !missing(value)).map(Number);
  const element = document.getElementById(id);
  if (!known.length) {
    if (element) element.outerHTML = '<p class="calm">No week with ended lines yet.</p>';
    return;
  }
  const floor = Math.max(0, Math.floor((Math.min(...known) - 3) / 20) * 20);
  chart(id, () => ({
    animation: false,
    aria: described(
      `Share of lines that met their goal, from ${plain(known[0], 1)} % on ${dayPlain.format(asUtc(trend.days[0]))} to ${plain(known[known.length - 1], 1)} % on ${dayPlain.format(asUtc(trend.days[trend.days.length - 1]))}.`,
    ),
    grid: { left: 8, right: 16, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(
      ([at]) =>
        `${dayLong.format(asUtc(at.axisValue))}<br><b>${missing(at.value) ? "no line ended" : plain(below(trend.pct[at.dataIndex], 1, head.limits.pct), 1) + " %"}</b>`,
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

const drawCurve = (id, row, detail) => {
  const first = [detail.days.length ? detail.days[0][0] : row.effective_start, row.effective_start].sort()[0];
  const last = [row.end_date, detail.days.length ? detail.days[detail.days.length - 1][0] : row.end_date].sort()[1];
  const days = [];
  for (let at = daysLater(first, -1); at <= last; at = daysLater(at, 1)) days.push(at);
  const byDay = new Map(detail.days.map((entry) => [entry[0], entry[1]]));
  let total = 0;
  const delivered = days.map((at) => (at > head.as_of ? null : (total += rough(byDay.get(at)))));
  const perDay = row.impression_goal / row.flight_days,
    base = daysLater(row.effective_start, -1);
  const expected = days.map((at) =>
    at < base || at > row.end_date ? null : Math.round(perDay * ((asUtc(at) - asUtc(base)) / 864e5)),
  );
  const before = daysLater(head.as_of, -1);
  const ahead = row.lifecycle === "live" && !missing(row.projected);
  const projection = days.map((at) =>
    !ahead ? null : at === before ? rough(row.delivered_before) : at === row.end_date ? rough(row.projected) : null,
  );
  chart(id, (width) => ({
    animation: false,
    aria: described(`Delivered so far ${plain(row.delivered)} of ${plain(row.impression_goal)} impressions.`),
    legend: {
      top: 0,
      left: 0,
      itemWidth: 22,
      textStyle: { ...font(), color: colour("ink") },
      data: ["Delivered", "Expected", ...(ahead ? ["Projected"] : [])],
    },
    grid: { left: 8, right: 20, top: 40, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(
      (points) =>
        `<b>${dayLong.format(asUtc(points[0].axisValue))}</b>` +
        points
          .filter((at) => !missing(at.value))
          .map((at) => `<br>${at.seriesName}: ${plain(at.value)}`)
          .join("") +
        `<br>That day: ${plain(byDay.get(points[0].axisValue) || 0)}`,
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
        itemStyle: { color: colour("muted") },
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
          data: [{ yAxis: row.impression_goal }],
        },
      },
      ...(ahead
        ? [
            {
              name: "Projected",
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

const drawHeat = (id, hours) => {
  const most = Math.max(1, ...hours.values.flat());
  const cells = hours.values.flatMap((column, x) => column.map((value, y) => [x, y, value]));
  chart(id, (width) => ({
    animation: false,
    aria: described(`Impressions by hour of day, at most ${plain(most)} in one cell.`),
    grid: { left: 8, right: 8, top: 8, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(
      (at) =>
        `${dayLong.format(asUtc(hours.days[at.value[0]]))}, ${String(at.value[1]).padStart(2, "0")}–${String(at.value[1] + 1).padStart(2, "0")} h<br><b>${plain(at.value[2])}</b> impressions`,
      "item",
    ),
    xAxis: { ...dayAxis(hours.days), boundaryGap: true, splitArea: { show: false } },
    yAxis: {
      type: "category",
      inverse: true,
      data: hours.values[0].map((_, hour) => String(hour).padStart(2, "0") + " h"),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { ...font(), interval: 2 },
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
      inRange: { color: [colour("heat-0"), colour("heat-1"), colour("heat-2"), colour("heat-3")] },
    },
    series: [
      {
        type: "heatmap",
        data: cells,
        itemStyle: { borderColor: colour("surface"), borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: colour("ink") } },
      },
    ],
  }));
};
