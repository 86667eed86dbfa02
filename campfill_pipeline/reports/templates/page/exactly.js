/* Exact figures for everybody: by a button for all of them, by touch or click for one. */

import { exactText, setExactly } from "./format.js";
import { figures } from "./words.js";

const button = document.getElementById("exactly");
const bubble = document.createElement("p");
bubble.className = "bubble";
bubble.hidden = true;
bubble.setAttribute("role", "status");
document.body.append(bubble);

const hide = () => {
  bubble.hidden = true;
};
const showAt = (element) => {
  const { left, bottom } = element.getBoundingClientRect();
  bubble.textContent = exactText(element.value, element.dataset.unit);
  bubble.hidden = false;
  bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - bubble.offsetWidth - 8))}px`;
  bubble.style.top = `${bottom + 4}px`;
};
document.addEventListener("click", (event) => {
  const figure = event.target.closest("data");
  if (figure && !figure.closest("a, button")) showAt(figure);
  else hide();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});
window.addEventListener("scroll", hide, { passive: true });

/* `again` draws the level anew. */
export const offerExact = (again) => {
  const name = (on) => {
    button.textContent = on ? figures.exactOn : figures.exactOff;
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", figures.exactHelp);
  };
  name(false);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    setExactly(on);
    name(on);
    hide();
    again();
  });
};
