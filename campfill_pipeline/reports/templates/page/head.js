/* The page's head: plain JSON, there at once, and the words in it. */

export const head = JSON.parse(document.getElementById("head").textContent);
export const label = (group, key) => head.words[group]?.[key] || key || "–";
