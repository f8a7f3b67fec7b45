// Vocabulary: what a word runs into as one types, and how far a publishing is.
(() => {
  const token = document.querySelector("meta[name=csrf]").content;
  const form = document.getElementById("add");
  const outlook = document.getElementById("outlook");
  let waiting = 0, asked = 0;

  async function look() {
    const number = ++asked;
    const body = new URLSearchParams(new FormData(form));
    if (!body.get("text").trim() || !body.get("label")) { outlook.replaceChildren(); return; }
    try {
      const answer = await fetch(form.dataset.look, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const html = answer.ok ? await answer.text() : "";
      if (number === asked && answer.ok) outlook.innerHTML = html;
    } catch { /* the next key asks again */ }
  }
  if (form) form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 300); });

  const state = document.getElementById("state");
  const open = () => state.querySelector("[data-open=yes]");
  async function follow() {
    try {
      const answer = await fetch(state.dataset.state);
      if (answer.ok) state.innerHTML = await answer.text();
    } catch { /* asked again below */ }
    if (open()) setTimeout(follow, 1500); else location.reload();
  }
  if (state && open()) setTimeout(follow, 1500);
})();
