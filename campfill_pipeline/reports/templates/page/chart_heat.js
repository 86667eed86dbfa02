/* One line: impressions by day and hour. */

import { chart, colour, dayAxis, described, font, tooltip } from "./charts.js";
import { asUtc, dayLong, plain } from "./format.js";
import { chartWords } from "./words.js";

const twoDigits = (hour) => String(hour).padStart(2, "0");

const hourOf = (hour) => chartWords.hours(twoDigits(hour), twoDigits(hour + 1));

export const drawHeat = (id, hours) => {
  const most = Math.max(1, ...hours.values.flat());
  const cells = hours.values.flatMap((column, x) => column.map((value, y) => [x, y, value]));
  chart(id, (width) => ({
    animation: false,
    aria: described(chartWords.heat(plain(most))),
    grid: { left: 8, right: 8, top: 8, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(
      (at) =>
        `${dayLong.format(asUtc(hours.days[at.value[0]]))}, ${hourOf(at.value[1])}` +
        `<br>${chartWords.cell(plain(at.value[2]))}`,
      "item",
    ),
    xAxis: { ...dayAxis(hours.days), boundaryGap: true, splitArea: { show: false } },
    yAxis: {
      type: "category",
      inverse: true,
      data: hours.values[0].map((_, hour) => chartWords.hour(twoDigits(hour))),
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
