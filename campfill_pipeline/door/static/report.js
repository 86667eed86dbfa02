// Stands beside the fulfillment page when it is opened through the door: ways on, and a word when a newer page exists.
const strip = document.createElement("aside");
strip.setAttribute("aria-label", "campfill");
strip.id = "door-strip";
strip.style.cssText =
  "position:fixed;right:1rem;bottom:1rem;z-index:50;display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;" +
  "font:14px/1.5 system-ui,sans-serif;background:var(--surface,#fff);color:var(--ink,#111);" +
  "border:1px solid var(--rule,#ccc);border-radius:10px;padding:.4rem .9rem;max-width:calc(100vw - 2rem)";
const me = document.currentScript;
const language = document.documentElement.lang; // the page's own scripts have found the reader's
const messages = JSON.parse(me.dataset.messages)[language] ?? {};
const text = (message) => messages[message] ?? message;
let chosen = new URLSearchParams(window.location.search).get("lang");
try {
  chosen ??= localStorage.getItem("campfill-language");
} catch {
  // A browser that keeps nothing.
}
// What was chosen on the page holds for the door's other pages, too.
const also = chosen ? `?lang=${language}` : "";
const places = [
  [text("Uploads"), `/${also}`],
  [text("Workbook"), "/reports/fulfillment.xlsx"],
  [text("Receipts"), `/${also}#h-latest`],
  ...(me.dataset.web ? [[text("Web UI"), me.dataset.web]] : []),
];
for (const [words, address] of places) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  link.style.color = "var(--accent,#00578f)";
  strip.append(link);
}
const news = document.createElement("span");
news.setAttribute("role", "status");
strip.append(news);
document.body.append(strip);

const style = document.createElement("style");
style.textContent = "@media print{#door-strip{display:none!important}}body{padding-bottom:3.5rem}";
document.head.append(style);

async function look() {
  if (document.hidden || news.childNodes.length) return;
  const answer = await fetch(window.location.pathname, { method: "HEAD", cache: "no-store" }).catch(
    () => null,
  );
  const tag = answer?.ok ? answer.headers.get("etag") : null;
  if (!tag || tag === me.dataset.etag) return;
  const link = document.createElement("a");
  link.href = window.location.href;
  link.textContent = text("A newer page exists: show it");
  link.style.cssText = "font-weight:650;color:var(--accent,#00578f)";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    window.location.reload();
  });
  news.append(link);
}
setInterval(look, 5000);
