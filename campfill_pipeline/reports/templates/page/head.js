/* The page's head: plain JSON, there at once, and the words in it. */

import { language } from "./language.js";

export const head = JSON.parse(document.getElementById("head").textContent);
export const words = head.words[language];
export const label = (group, key) => words[group]?.[key] || key || "–";
