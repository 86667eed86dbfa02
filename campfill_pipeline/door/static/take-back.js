// Taking an upload back: first what it would change, then, if wanted, doing it.
import { many, text } from "/static/language.js";
import { el, number } from "/static/words.js";

const MOST = 8;
const ACTIONS = {
  new: text("new"),
  updated: text("changed"),
  reverted: text("taken back"),
  withdrawn: text("withdrawn"),
  restored: text("restored"),
};
const FIELDS = {
  name: text("name"),
  runtime: text("flight"),
  impression_goal: text("goal"),
  budget_eur: text("budget"),
  cpm_eur: text("CPM"),
  buyer: text("buyer"),
  buyer_name: text("buyer"),
  kind: text("kind"),
  kind_listed: text("kind"),
  owner: text("owner"),
  note: text("note"),
  acknowledged_until: text("acknowledged until"),
  make_goods: text("make-goods"),
};
const action = (line) => ACTIONS[line.action] ?? line.action;
const dialog = document.getElementById("back");
const what = document.getElementById("back-what");
const yes = document.getElementById("back-yes");

/** The button for an upload that can be taken back, or put back in force; else nothing. */
export function offerTakingBack(upload, changed) {
  const list =
    ["campaign_list", "care"].includes(upload.kind) && ["loaded", "partly_loaded"].includes(upload.status);
  if (!list) return [];
  const words = upload.reverted_at ? text("Put back") : text("Take back");
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
  what.replaceChildren(el("p", {}, text("Looking what that would change …")));
  dialog.showModal();
  const address = `/uploads/${upload.upload_id}/revert`;
  const answer = await fetch(address).catch(() => null);
  const told = await answer?.json().catch(() => null);
  yes.disabled = !answer?.ok;
  what.replaceChildren(
    ...(answer?.ok
      ? summary(told)
      : [el("p", {}, told ? `${text(told.title)}. ${text(told.hint)}` : text("The door does not answer."))]),
  );
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    const again = upload.reverted_at ? "?again=true" : ""; // two people at once: the second changes nothing
    await fetch(address + again, { method: "POST" }).catch(() => null);
    changed();
  };
}

function summary(told) {
  const counts = new Map();
  for (const line of told.taken_back) counts.set(action(line), (counts.get(action(line)) ?? 0) + 1);
  const lines = [...counts].map(([changed, count]) =>
    many("{count} line {changed}", "{count} lines {changed}", count, { count: number(count), changed }),
  );
  const parts = [
    el(
      "p",
      {},
      lines.length
        ? text("It would change: {lines}.", { lines: lines.join(", ") })
        : text("It would change no line."),
    ),
  ];
  if (told.taken_back.length) {
    const fields = new Map();
    for (const one of told.changes) {
      const field = FIELDS[one.field] ?? one.field.replaceAll("_", " ");
      const words = `${field} ${one.before ?? text("blank")} → ${one.after ?? text("blank")}`;
      fields.set(one.line_id, [...(fields.get(one.line_id) ?? []), words]);
    }
    const why = (line) => (fields.has(line.line_id) ? `: ${fields.get(line.line_id).join(", ")}` : "");
    parts.push(names(told.taken_back, (line) => `${line.name}: ${action(line)}${why(line)}`));
  }
  if (told.left.length) {
    parts.push(
      el(
        "p",
        {},
        text("{count} stay as they are, because later uploads changed them again:", {
          count: number(told.left.length),
        }),
      ),
    );
    parts.push(
      names(told.left, (line) => text("{line} (by {file})", { line: line.name, file: line.file_name })),
    );
  }
  parts.push(
    el(
      "p",
      { class: "soft" },
      text("History stays, and you can undo this. The figures follow within a minute."),
    ),
  );
  return parts;
}

function names(lines, words) {
  const shown = lines.slice(0, MOST).map((line) => el("li", {}, words(line)));
  if (lines.length > MOST)
    shown.push(el("li", {}, text("… and {count} more", { count: number(lines.length - MOST) })));
  return el("ul", {}, shown);
}
