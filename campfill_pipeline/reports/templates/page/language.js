/* The reader's language: that of the address (?lang=de), else the one chosen here before, else the browser's, else the
   file's. Messages stand in English where they are said; the page carries the others (`campfill_pipeline/language`). */

import { Markup, piece } from "./markup.js";

const KEPT = "campfill-language";
const page = document.documentElement;
const kept = () => {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
};
const OURS = /^(de|en)\b/i;
const asked = new URLSearchParams(location.search).get("lang");
const browser = navigator.languages?.length ? navigator.languages : [navigator.language || ""];
const wanted = [asked, kept(), ...browser, page.lang].find((tag) => OURS.test(tag || "")) || "en";
export const language = wanted.slice(0, 2).toLowerCase();
/* Numbers and days as this language writes them, where the browser names it by its country's habit. */
export const locale =
  browser.find((tag) => tag.toLowerCase().startsWith(language)) || (language === "de" ? "de-DE" : "en-GB");

const messages = JSON.parse(document.getElementById("messages").textContent)[language] || {};
const look = (message) => messages[message] ?? message;
const fill = (message, values, put) => message.replace(/\{(\w+)\}/g, (_, name) => put(values[name]));
/* A message as markup, with what it names put in: escaped, unless it is markup itself. */
export const say = (message, values = {}) => new Markup(fill(look(message), values, piece));
/* The same as plain text, for attributes, charts and files. */
export const text = (message, values = {}) => fill(look(message), values, String);
/* One of two forms, by a number. */
export const many = (one, other, number, values = {}) => {
  const forms = messages[one] ?? [one, other];
  return new Markup(fill(forms[Number(number) === 1 ? 0 : 1], values, piece));
};
/* What was made in every language, in the reader's. */
export const told = (each) => each?.[language] ?? "";

page.lang = language;
for (const element of document.querySelectorAll("[data-say]"))
  element.textContent = text(element.dataset.say);
for (const element of document.querySelectorAll("[data-say-label]"))
  element.setAttribute("aria-label", text(element.dataset.sayLabel));

const button = document.getElementById("language");
const other = language === "de" ? "en" : "de";
button.textContent = other.toUpperCase();
button.setAttribute("aria-label", { de: "DE, Deutsch", en: "EN, English" }[other]);
button.lang = other;
button.addEventListener("click", () => {
  try {
    localStorage.setItem(KEPT, other);
  } catch {
    /* A browser that keeps nothing takes it from the address. */
  }
  if (asked || kept() !== other) {
    const query = new URLSearchParams(location.search);
    query.set("lang", other);
    location.search = String(query);
  } else location.reload();
});
