// Taking an upload back: first what it would change, then, if wanted, doing it.
import { el, number } from "/static/words.js";

const MOST = 8;
const dialog = document.getElementById("back");
const what = document.getElementById("back-what");
const yes = document.getElementById("back-yes");

/** The button for an upload that can be taken back, or put back in force; else nothing. */
export function offerTakingBack(upload, changed) {
  const list = upload.kind === "campaign_list" && ["loaded", "partly_loaded"].includes(upload.status);
  if (!list) return [];
  const words = upload.reverted_at ? "Put back" : "Take back";
  const button = el("button", { class: "ghost", type: "button", "data-id": upload.upload_id }, [
    words,
    el("span", { class: "unseen" }, ` ${upload.file_name}`),
  ]);
  button.addEventListener("click", () => ask(upload, words, changed));
  return [button];
}

async function ask(upload, words, changed) {
  document.getElementById("h-back").textContent = `${words}: ${upload.file_name}`;
  yes.textContent = words;
  yes.disabled = true;
  what.replaceChildren(el("p", {}, "Looking what that would change …"));
  dialog.showModal();
  const address = `/uploads/${upload.upload_id}/revert`;
  const answer = await fetch(address).catch(() => null);
  const told = await answer?.json().catch(() => null);
  yes.disabled = !answer?.ok;
  what.replaceChildren(
    ...(answer?.ok
      ? summary(told)
      : [el("p", {}, told ? `${told.detail} ${told.hint}` : "The door does not answer.")]),
  );
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    const again = upload.reverted_at ? "?again=true" : ""; // two people at once: the second changes nothing
    await fetch(address + again, { method: "POST" }).catch(() => null);
    changed();
  };
}

function summary(told) {
  const counts = Object.groupBy
    ? Object.groupBy(told.taken_back, (line) => line.action)
    : { changed: told.taken_back };
  const lines = Object.entries(counts).map(
    ([action, of]) => `${number(of.length)} ${of.length === 1 ? "line" : "lines"} ${action}`,
  );
  const parts = [
    el("p", {}, lines.length ? `It would change: ${lines.join(", ")}.` : "It would change no line."),
  ];
  if (told.taken_back.length) {
    const fields = new Map();
    for (const one of told.changes) {
      const words = `${one.field.replaceAll("_", " ")} ${one.before ?? "blank"} → ${one.after ?? "blank"}`;
      fields.set(one.line_id, [...(fields.get(one.line_id) ?? []), words]);
    }
    const why = (line) => (fields.has(line.line_id) ? `: ${fields.get(line.line_id).join(", ")}` : "");
    parts.push(names(told.taken_back, (line) => `${line.name} ${line.action}${why(line)}`));
  }
  if (told.left.length) {
    parts.push(
      el("p", {}, `${number(told.left.length)} stay as they are, because later uploads changed them again:`),
    );
    parts.push(names(told.left, (line) => `${line.name} (by ${line.file_name})`));
  }
  parts.push(
    el("p", { class: "soft" }, "History stays, and you can undo this. The figures follow within a minute."),
  );
  return parts;
}

function names(lines, words) {
  const shown = lines.slice(0, MOST).map((line) => el("li", {}, words(line)));
  if (lines.length > MOST) shown.push(el("li", {}, `… and ${number(lines.length - MOST)} more`));
  return el("ul", {}, shown);
}
