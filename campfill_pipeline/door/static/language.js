// The reader's language: the page came in it, with what these scripts say, which stands in English where it is said.
const page = document.documentElement;
const { messages, codes } = JSON.parse(document.getElementById("messages").textContent);
const fill = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

export const language = page.lang;
/** Numbers and days as this language writes them, by the habit of the reader's country where the browser names one. */
export const locale =
  navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ??
  { de: "de-DE", en: "en-GB" }[language];

/** A message, what it names put in. */
export const text = (message, values = {}) => fill(messages[message] ?? message, values);
/** One of two forms, by a number. */
export const many = (one, other, count, values = {}) =>
  fill((messages[one] ?? [one, other])[count === 1 ? 0 : 1], values);
/** What a refused row or file is told, and its mend: its own sentences in English, else those of its code. */
export const toldOf = (code, message, hint) => codes[code] ?? [message ?? "", hint ?? ""];

// The fulfillment page is made once for all readers, and looks here what was chosen.
if (new URLSearchParams(window.location.search).get("lang") === language) {
  try {
    localStorage.setItem("campfill-language", language);
  } catch {
    // A browser that keeps nothing asks again.
  }
}
