// The editor of one text: the phone as one types, placeholders by click, and the keys of a fast hand.
(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const phones = document.getElementById("phones");
  const findings = document.getElementById("findings");
  const token = document.querySelector("meta[name=csrf]").content;
  const areas = [...form.querySelectorAll("textarea")];
  let last = areas[0], waiting = 0, asked = 0, reasons = {};

  for (const area of areas) {
    area.addEventListener("focus", () => { last = area; });
    area.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  }

  form.addEventListener("input", (event) => {
    if (event.target.name && event.target.name.startsWith("waive-")) reasons[event.target.name] = event.target.value;
  });

  async function look() {
    const number = ++asked;
    const body = new URLSearchParams();
    areas.forEach((area) => body.append(area.name, area.value));
    let html;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!answer.ok) return;
      html = await answer.text();
    } catch { return; }
    if (number !== asked) return;
    phones.innerHTML = html;
    const found = phones.querySelector("#found");
    findings.replaceChildren(...found.childNodes);
    found.remove();
    for (const [name, value] of Object.entries(reasons)) {
      const field = findings.querySelector(`[name="${name}"]`);
      if (field) field.value = value;
    }
  }

  form.addEventListener("click", (event) => {
    const text = event.target.dataset && event.target.dataset.insert;
    if (!text || !last || last.readOnly) return;
    last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const press = (name) => { const found = form.querySelector(`[data-key=${name}]`); if (found) found.click(); };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); press("save"); }
    if (event.altKey && event.key === "n") { event.preventDefault(); press("next"); }
    if (event.altKey && event.key === "r") { event.preventDefault(); press("review"); }
  });

  let changed = "unsaved" in form.dataset; // what was sent came back
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
})();
