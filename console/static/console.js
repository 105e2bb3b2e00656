// What makes pages of the console nicer; every page works without it. Nothing here comes from people's words: the only
// HTML put into a page is our own server's, from addresses under /console/.
"use strict";

(() => {
  const OURS = /^\/console\/[\w\-./?=&%]*$/;
  const AGAIN_MS = 30_000;

  // ── live parts: <div data-live="/console/…"> with children that have ids ──────────────────────────────────────────

  function refresh(place, html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const part of [...fresh.content.children]) {
      const old = part.id && place.querySelector(`:scope > #${CSS.escape(part.id)}`);
      if (!old) { place.replaceChildren(fresh.content); return; }
      if ((old.dataset.was ?? old.innerHTML) === part.innerHTML) continue;
      const was = part.innerHTML;
      // Who reads a table in it, or stands in it with the keyboard, is not disturbed.
      if (old.contains(document.activeElement)) continue;
      const folds = "details:not(.confirm)";
      const open = [...old.querySelectorAll(folds)].map((one) => one.open);
      [...part.querySelectorAll(folds)].forEach((one, i) => { one.open = open[i] ?? one.open; });
      part.dataset.was = was;
      old.replaceWith(part);
      part.querySelectorAll("details.confirm").forEach(ask);
    }
  }

  function isTyping() {
    const typed = (field) => field.tagName === "TEXTAREA" ? !field.readOnly && field.value.trim() :
      /^(text|tel|url|email|search|number|date|time|datetime-local)$/.test(field.type) && field.value !== field.defaultValue;
    return [...document.querySelectorAll("main form textarea, main form input")].some(typed);
  }

  function watch(place) {
    const url = place.dataset.live;
    if (!OURS.test(url) || !window.EventSource) return;
    let source = null;
    const begin = () => {
      if (source || document.hidden) return;
      source = new EventSource(url);
      source.onmessage = (event) => refresh(place, event.data);
      // What is being typed is worth more than a fresh page: it is kept when it is sent (docs/console-security.md).
      source.addEventListener("over", () => (isTyping() ? end() : location.reload()));
      source.onerror = () => {
        if (source && source.readyState === EventSource.CLOSED) { source = null; setTimeout(begin, AGAIN_MS); }
      };
    };
    const end = () => { if (source) source.close(); source = null; };
    // A page that nobody sees needs no figures.
    document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
    window.addEventListener("pagehide", end);
    begin();
  }

  // ── a question before an action: <details class="confirm"> becomes a dialog ───────────────────────────────────────

  function ask(details) {
    const form = details.querySelector("form");
    const summary = details.querySelector("summary");
    if (!form || !summary || !window.HTMLDialogElement) return;
    const dialog = document.createElement("dialog");
    const text = form.querySelector("p");
    if (text) { text.id ||= `q-${Math.random().toString(36).slice(2)}`; dialog.setAttribute("aria-labelledby", text.id); }
    const row = document.createElement("div");
    row.className = "actions";
    const no = document.createElement("button");
    no.type = "button";
    no.className = "button plain";
    no.textContent = document.body.dataset.no;
    no.addEventListener("click", () => dialog.close());
    row.append(...form.querySelectorAll(":scope > button"), no);
    form.append(row);
    form.classList.remove("confirm-box");
    dialog.append(form);
    const button = document.createElement("button");
    button.type = "button";
    button.className = summary.className;
    button.textContent = summary.textContent;
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => { dialog.showModal(); no.focus(); });
    dialog.addEventListener("close", () => button.focus());
    details.replaceWith(button, dialog);
  }

  // ── characters left: data-max on a field ──────────────────────────────────────────────────────────────────────────

  function count(field) {
    const most = Number(field.dataset.max);
    const told = document.createElement("p");
    told.className = "count";
    told.id = `${field.id}-count`;
    const spoken = document.createElement("span");
    spoken.className = "unseen";
    spoken.setAttribute("role", "status");
    field.after(told, spoken);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${told.id}`.trim());
    let later;
    const tell = () => {
      const used = [...field.value.normalize("NFC")].length;  // as the platforms count: code points
      told.textContent = `${used} / ${most}`;
      told.classList.toggle("over", used > most);
      clearTimeout(later);
      later = setTimeout(() => { spoken.textContent = used > most * 0.9 ? told.textContent : ""; }, 1000);
    };
    field.addEventListener("input", tell);
    tell();
  }

  // ── how it looks while it is typed: <form data-preview="/console/…"> and the place [data-preview-here] ────────────

  function preview(form) {
    const url = form.dataset.preview;
    const place = document.querySelector("[data-preview-here]");
    if (!OURS.test(url) || !place) return;
    let later, asking;
    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(url, { method: "POST", body: new FormData(form), signal: asking.signal });
        if (!answer.ok || answer.redirected) return;  // to the sign-in: the session is over
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        place.replaceChildren(fresh.content);
      } catch { /* the next letter asks again, and the button for it is still there */ }
    };
    form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(ask, 400); });
  }

  // ── a form that was not sent (docs/console-security.md): opened with #unsent-2 it is filled in; nobody sends it ───

  async function fillAgain(number) {
    history.replaceState(null, "", location.pathname + location.search);
    let kept;
    try {
      const answer = await fetch("/console/unsent/forms");
      kept = answer.ok ? await answer.json() : null;
    } catch { return; /* signed out meanwhile: what was typed can be copied from its own page */ }
    const late = kept?.forms[number - 1];
    if (!late) return;
    const typed = new Map();
    for (const [name, text] of late.fields) typed.set(name, [...(typed.get(name) ?? []), text]);
    const usable = (field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type);
    const goesThere = (form) => [form, ...form.querySelectorAll("[formaction]")].some((one) =>
      new URL(one.getAttribute("formaction") ?? one.getAttribute("action") ?? "", location).pathname === late.action);
    const fitting = [...document.querySelectorAll("main form[method=post]")].filter((form) =>
      goesThere(form) && [...form.elements].some((field) => usable(field) && typed.has(field.name)));
    if (fitting.length !== 1) return;  // two of a kind: people know better which one
    const [form] = fitting;
    const filled = [...form.elements].filter(usable);
    for (const field of filled) {
      const texts = typed.get(field.name) ?? [];
      if (field.type === "radio" && !typed.has(field.name)) continue;
      if (["checkbox", "radio"].includes(field.type)) field.checked = texts.includes(field.value);
      else if (field.type === "select-multiple") for (const one of field.options) one.selected = texts.includes(one.value);
      else if (field.tagName !== "SELECT") field.value = texts[0] ?? "";
      else if ([...field.options].some((one) => one.value === (texts[0] ?? ""))) field.value = texts[0] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const told = document.createElement("div");
    told.className = "notice warn";
    told.tabIndex = -1;
    told.setAttribute("role", "status");
    told.append(Object.assign(document.createElement("p"), { textContent: kept.told }));
    form.before(told);
    told.focus();
  }

  // ── small things ──────────────────────────────────────────────────────────────────────────────────────────────────

  // A form is sent once, however often its button is pressed; coming back to the page it works again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".menu-small[open]");
    if (event.key === "Escape" && menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  document.querySelectorAll("[data-live]").forEach(watch);
  document.querySelectorAll("details.confirm").forEach(ask);
  document.querySelectorAll("[data-max]").forEach(count);
  document.querySelectorAll("[data-preview]").forEach(preview);
  // On a phone the tabs are wider than the screen: the one that is open must be seen.
  for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
    const row = tab.closest("ul");
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.clientWidth) / 2;
  }
  document.querySelector("[data-focus]")?.focus();
  const unsent = /^#unsent-([1-9])$/.exec(location.hash);
  if (unsent) fillAgain(Number(unsent[1]));
})();
