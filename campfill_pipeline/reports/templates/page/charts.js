/* Charts, drawn with ECharts when it has arrived. Colours come from the style sheet: themes stay in one place. */

import { readByKeys } from "./chart_keys.js";
import { asUtc, dayShort, plain } from "./format.js";

let library = null,
  drawLater = [];
const open = new Map();
export const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const clearCharts = () => {
  for (const chart of open.values()) chart.dispose();
  open.clear();
  drawLater = [];
};
export const chart = (id, options) => {
  const make = () => {
    const element = document.getElementById(id);
    if (!element) return;
    const drawn = open.get(id) || library.init(element, null, { renderer: "svg", locale: "EN" });
    open.set(id, drawn);
    drawn.setOption(options(element.clientWidth), true);
    readByKeys(element, () => open.get(id) || drawn);
  };
  drawLater.push(make);
  if (library) make();
};
export const chartsArrived = (echarts) => {
  library = echarts;
  redraw();
};
export const openCharts = () => open.values();
export const redraw = () => {
  if (library) for (const make of drawLater) make();
};
export const font = () => ({
  fontFamily: getComputedStyle(document.body).fontFamily,
  color: colour("muted"),
  fontSize: 12,
});
export const tooltip = (formatter, trigger = "axis") => ({
  trigger,
  formatter,
  confine: true,
  className: "tip",
  appendTo: undefined,
  backgroundColor: colour("surface"),
  borderColor: colour("rule"),
  textStyle: { color: colour("ink"), fontSize: 13 },
  axisPointer: { lineStyle: { color: colour("muted") } },
});
export const dayAxis = (days) => ({
  type: "category",
  data: days,
  boundaryGap: false,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: colour("rule") } },
  axisLabel: { ...font(), hideOverlap: true, formatter: (value) => dayShort.format(asUtc(value)) },
});
export const valueAxis = (extra = {}) => ({
  type: "value",
  splitNumber: 4,
  axisLabel: { ...font(), formatter: (value) => plain(value) },
  splitLine: { lineStyle: { color: colour("rule") } },
  ...extra,
});
export const described = (text) => ({ enabled: true, label: { description: text } });
