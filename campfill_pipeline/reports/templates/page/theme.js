/* Light and dark. */

import { redraw } from "./charts.js";
import { frame } from "./words.js";

export const root = document.documentElement,
  button = document.getElementById("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme === "auto" ? prefersDark.matches : root.dataset.theme === "dark");
const nameTheme = () => {
  button.textContent = isDark() ? frame.light : frame.dark;
  button.setAttribute("aria-label", isDark() ? frame.toLight : frame.toDark);
};
button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
  redraw();
});
prefersDark.addEventListener("change", () => {
  nameTheme();
  redraw();
});
nameTheme();
