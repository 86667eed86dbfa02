/* Light and dark. */

import { redraw } from "./charts.js";

export const root = document.documentElement,
  button = document.getElementById("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme === "auto" ? prefersDark.matches : root.dataset.theme === "dark");
const nameTheme = () => {
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
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
