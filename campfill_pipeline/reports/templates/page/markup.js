/* Markup: text that is HTML already, and what is escaped on its way into it. */

export class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeText = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
export const piece = (value) => {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(piece).join("");
  return escapeText(value);
};
/* Tagged template: what is put in is escaped, unless it is markup itself. */
export const html = (parts, ...values) =>
  new Markup(parts.reduce((text, part, at) => text + piece(values[at - 1]) + part));
