// Campaigns: the phone as one types, placeholders by click, links to copy, and how far a broadcast is.
(() => {
  const csrf = document.querySelector("meta[name=csrf]");
  const post = async (url, body) => {
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf.content } });
      return answer.ok ? await answer.text() : null;
    } catch { return null; }
  };

  const form = document.querySelector("form.wording");
  if (form) write(form);

  function write(form) {
    const phones = document.getElementById("phones");
    const areas = [...form.querySelectorAll("textarea[data-tag]")];
    const narrow = matchMedia("(max-width: 62rem)"), place = phones.parentElement;
    narrow.addEventListener("change", () => { if (!narrow.matches) place.prepend(phones); });
    let last = areas[0], waiting = 0, asked = 0;

    const audience = (body) => {
      const countries = form.elements.countries;
      if (countries) body.append("countries", countries.value);
      for (const box of form.querySelectorAll("[name=channels]:checked")) body.append("channels", box.value);
    };

    async function look(area) {
      const number = ++asked;
      const body = new URLSearchParams({ kind: area.dataset.kind || form.dataset.kind, tag: area.dataset.tag, text: area.value });
      audience(body);
      const html = await post(form.dataset.look, body);
      if (html === null || number !== asked) return;
      const answer = document.createElement("template");
      answer.innerHTML = html;
      const part = (name) => answer.content.querySelector(`[data-part=${name}]`);
      const found = document.getElementById(`f-${area.id}`);
      found.replaceChildren(...part("found").childNodes);
      if (!part("phones")) return; // no phone shows what is printed
      phones.replaceChildren(...part("phones").childNodes);
      if (narrow.matches) found.after(phones); // else it would stand below all languages
    }

    for (const area of areas) {
      area.addEventListener("focus", () => { if (last !== area) { last = area; look(area); } });
      area.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 150, area); });
    }
    form.addEventListener("change", (event) => {
      if (["channels", "countries"].includes(event.target.name) && last && last.value) look(last);
    });

    form.addEventListener("click", (event) => {
      const text = event.target.dataset && event.target.dataset.insert;
      if (!text || !last || last.readOnly) return;
      const shut = last.closest("details:not([open])");
      if (shut) shut.open = true;
      last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
      last.focus();
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });

    const words = form.querySelector("[data-keywords]");
    if (words) {
      let later = 0, times = 0;
      words.addEventListener("input", () => {
        clearTimeout(later);
        later = setTimeout(async () => {
          const number = ++times;
          const body = new URLSearchParams({ keywords: words.value });
          if (form.elements.campaign) body.append("campaign", form.elements.campaign.value);
          const html = await post(words.dataset.keywords, body);
          if (html !== null && number === times) document.getElementById("found-keywords").innerHTML = html;
        }, 300);
      });
    }

    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey && event.key === "Enter")) return;
      event.preventDefault();
      const save = form.querySelector("[data-key=save]");
      if (save) save.click();
    });

    let changed = "unsaved" in form.dataset;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }

  // A fault's link opens what holds its field.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".said a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  document.addEventListener("click", async (event) => {
    const id = event.target.dataset && event.target.dataset.copy;
    if (!id) return;
    const field = document.getElementById(id);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { return; } // it stays selected
    const told = document.getElementById("told");
    if (told) told.textContent = event.target.dataset.copied;
    const words = event.target.textContent;
    event.target.textContent = event.target.dataset.copied;
    setTimeout(() => { event.target.textContent = words; }, 2000);
  });

  // What moves is asked for every two seconds; what can be done with it changes with its state, so that the page is loaded anew.
  const live = document.getElementById("live");
  const now = () => live.querySelector("[data-state]").dataset;
  if (live && now().open === "yes") {
    const first = now().state;
    const follow = async () => {
      try {
        const answer = await fetch(live.dataset.from);
        if (answer.ok && !answer.redirected) live.innerHTML = await answer.text();
      } catch { /* asked again below */ }
      if (now().state !== first) location.reload();
      else if (now().open === "yes") setTimeout(follow, 2000);
    };
    setTimeout(follow, 2000);
  }
})();
