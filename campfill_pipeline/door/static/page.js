// The door's page: what is dropped goes to the server, what became of it comes back to where it was dropped.
import { text, toldOf } from "/static/language.js";
import { send } from "/static/send.js";
import { el, became, problemsOf, moment, number } from "/static/words.js";
import { offerTakingBack } from "/static/take-back.js";

const AT_ONCE = 2;
const body = document.body;
const zone = document.querySelector(".zone");
const input = document.getElementById("files");
const sent = document.getElementById("sent");
const say = document.getElementById("say");
const waiting = [];
let sending = 0;

function show(files) {
  for (const file of files) {
    const item = el("li", {}, [
      el("div", { class: "head" }, [
        el("span", { class: "name" }, file.name),
        el("span", { class: "state" }, text("waits its turn")),
      ]),
    ]);
    sent.prepend(item);
    waiting.push({ file, item });
  }
  next();
}

function next() {
  while (sending < AT_ONCE && waiting.length) {
    sending += 1;
    const { file, item } = waiting.shift();
    one(file, item).finally(() => {
      sending -= 1;
      next();
    });
  }
}

async function one(file, item) {
  const state = item.querySelector(".state");
  const fail = (words) => {
    item.className = "bad";
    state.textContent = `▼ ${text("not sent")}`;
    item.append(el("p", {}, words));
    say.textContent = text("{file} was not sent. {told}", { file: file.name, told: words });
  };
  if (file.size > Number(body.dataset.mostBytes)) {
    fail(
      text("It has {size} MB; {most} MB are allowed. Split the list.", {
        size: number(Math.ceil(file.size / 1e6)),
        most: body.dataset.mostMb,
      }),
    );
    return;
  }
  const bar = el("progress", {
    max: file.size || 1,
    value: 0,
    "aria-label": text("{file} on its way", { file: file.name }),
  });
  item.append(bar);
  const told = await send(file, (done) => {
    bar.value = done;
    state.textContent = text("{share} % sent", {
      share: Math.floor((done / (file.size || 1)) * 100),
    });
  });
  bar.remove();
  if (told.problem) {
    fail(`${text(told.problem.title)}. ${text(told.problem.hint)}`);
    return;
  }
  await follow(told.report.upload_id, file.name, item);
}

function follow(id, name, item) {
  const state = item.querySelector(".state");
  return new Promise((done) => {
    const events = new EventSource(`/uploads/${id}/events`);
    events.addEventListener("state", async (event) => {
      const now = JSON.parse(event.data);
      state.textContent = became(now).told;
      if (!now.decided) return;
      if (now.receipt) events.close(); // it follows the verdict a moment later
      await verdict(id, name, item, now);
      done();
      refresh();
    });
    setTimeout(done, 1500); // the next file need not wait for this one's verdict
  });
}

async function verdict(id, name, item, now) {
  const report = {
    ...(await (await fetch(`/uploads/${id}?issues=1000`)).json()),
    message: now.message,
    hint: now.hint,
  };
  const { kind, told } = became(report);
  item.className = kind;
  item.querySelector(".state").textContent = told;
  item.replaceChildren(item.querySelector(".head"), ...problemsOf(report));
  say.textContent = `${name}: ${told}`;
}

const latest = document.getElementById("latest");
let before = "";

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch("/uploads?limit=20").catch(() => null);
  if (answer?.status === 401) window.location.assign("/login");
  if (!answer?.ok) return;
  const listed = await answer.text();
  if (listed === before) return;
  before = listed;
  const uploads = JSON.parse(listed);
  document.getElementById("none").hidden = uploads.length > 0;
  document.getElementById("latest-box").hidden = uploads.length === 0;
  const focused = document.activeElement?.dataset?.id;
  latest.replaceChildren(...uploads.map(row));
  if (focused) latest.querySelector(`[data-id="${focused}"]`)?.focus();
}

function row(upload) {
  const { kind, told } = became(upload);
  const link = upload.receipt
    ? [
        el("a", { href: `/uploads/${upload.upload_id}/receipt` }, [
          text("Receipt"),
          el("span", { class: "unseen" }, `: ${upload.file_name}`),
        ]),
      ]
    : [];
  const [why, mend] = toldOf(upload.reason, upload.message, upload.hint);
  const reasons =
    upload.status === "rejected" && upload.message
      ? [
          el("details", { class: "why" }, [
            el("summary", {}, why),
            el("span", {}, mend || text("The receipt says what helps.")),
          ]),
        ]
      : [];
  return el("tr", {}, [
    el("td", { "data-label": text("No.") }, upload.seq === null ? "–" : String(upload.seq)),
    el("td", { class: "when" }, moment(upload.received_at)),
    el("td", { class: "file" }, upload.file_name),
    el("td", { class: "became" }, [el("span", { class: `state ${kind}` }, told), ...reasons]),
    el("td", { class: "n", "data-label": text("Rows") }, number(upload.rows_read)),
    el("td", { class: "n", "data-label": text("Rejected") }, number(upload.rows_rejected)),
    el("td", {}, link),
    el("td", {}, offerTakingBack(upload, refresh)),
  ]);
}

input.addEventListener("change", () => {
  show([...input.files]);
  input.value = "";
});
for (const name of ["dragenter", "dragover"]) {
  window.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
window.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) zone.classList.remove("over");
});
window.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  show([...event.dataTransfer.files]);
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, 3000);
refresh();
