// Shows a token once; the server answers with a cookie that scripts cannot read.
import { text } from "/static/language.js";

const form = document.getElementById("login");
const say = document.getElementById("say");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say.textContent = "";
  const answer = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: document.getElementById("token").value.trim() }),
  }).catch(() => null);
  if (answer?.ok) {
    window.location.replace("/");
    return;
  }
  const problem = await answer?.json().catch(() => null);
  say.textContent = problem
    ? `${text(problem.title)}. ${text(problem.hint)}`
    : text("The door does not answer. Try again.");
});
