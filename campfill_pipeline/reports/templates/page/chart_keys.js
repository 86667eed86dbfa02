/* Charts by keyboard: the arrow keys walk over days (and hours), and what the mouse would show is shown and said. */

import { figures } from "./words.js";

const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");
document.body.append(said);

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = (at, size) => Math.min(Math.max(at, 0), size - 1);
const axisOf = (axis) => (axis[0].type === "category" ? axis[0].data : null);

/* The place after a key, [column, row]; null where the key is none of ours. Without rows up and down are the page's. */
const after = (key, [x, y], columns, rows) => {
  if (key === "Home") return [0, y];
  if (key === "End") return [columns - 1, y];
  const step = STEPS[key];
  if (!step || (step[1] && !rows)) return null;
  return [within(x + step[0], columns), rows ? within(y + step[1], rows) : 0];
};

/* What to show for a place. A cell is named by its number: shown by its pixels, ECharts takes it away again after
   100 ms, for no axis there has a tip. */
const shownAt = ([column, row], rows, drawn) =>
  rows
    ? { seriesIndex: 0, dataIndex: column * rows + row }
    : { x: drawn.convertToPixel({ xAxisIndex: 0 }, column), y: drawn.getHeight() / 2 };

/* Makes a drawn chart reachable by Tab and readable by arrow keys. */
export const readByKeys = (element, drawn) => {
  element.tabIndex = 0;
  element.setAttribute(
    "aria-label",
    `${element.getAttribute("aria-label") || ""} ${figures.chartKeys}`.trim(),
  );
  if (element.dataset.keys) return;
  element.dataset.keys = "yes";
  let place = null;
  element.addEventListener("keydown", (event) => {
    const { xAxis, yAxis } = drawn().getOption();
    const [columns, rows] = [axisOf(xAxis).length, axisOf(yAxis)?.length || 0];
    const next =
      place === null && STEPS[event.key]
        ? [columns - 1, 0]
        : after(event.key, place || [0, 0], columns, rows);
    if (event.key === "Escape") drawn().dispatchAction({ type: "hideTip" });
    if (!next) return;
    event.preventDefault();
    place = next;
    drawn().dispatchAction({ type: "showTip", ...shownAt(place, rows, drawn()) });
    requestAnimationFrame(() => {
      const parts = [...(element.querySelector(".tip")?.childNodes || [])].map((one) => one.textContent);
      said.textContent = parts.filter(Boolean).join(", ");
    });
  });
  element.addEventListener("blur", () => {
    place = null;
    if (!drawn().isDisposed()) drawn().dispatchAction({ type: "hideTip" });
  });
};
