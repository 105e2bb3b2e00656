// Small things that several sections use.
import { button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { put } from "/page/core/language.js";

/** A field with its label: `input` gets the id. */
export function field(key, input, help = null) {
  input.id ||= freshId("field");
  return el("div", { class: "stacked" }, el("label", { for: input.id, say: key }), input, help && el("small", { class: "quiet", say: help }));
}

export function errorLine() {
  return el("p", { class: "error", role: "alert" });
}

/** A button that copies what `text()` gives and says so for a moment. */
export function copyButton(text, key = "copy", attributes = {}) {
  const words = el("span", { say: key });
  const node = button({ class: "plain small", ...attributes, on: { click: async () => {
    await copy(text());
    put(words, "say", "copied");
    setTimeout(() => put(words, "say", key), 1500);
  } } }, icon("copy", 16), words);
  return node;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers keep the clipboard for secure pages; another computer's emulator is none.
    const area = el("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON for reading, with its names, texts and numbers told apart; a text is shown as it is. */
export function drawJson(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "";
  const node = el("pre", { class: "json", tabindex: "0" });
  if (typeof value === "string") { node.append(text); return node; }
  let last = 0;
  for (const found of text.matchAll(TOKEN)) {
    node.append(text.slice(last, found.index));
    const kind = found[2] ? "name" : found[1] ? "text" : "value";
    node.append(el("span", { class: kind }, found[1] ?? found[0]), found[2] ?? "");
    last = found.index + found[0].length;
  }
  node.append(text.slice(last));
  return node;
}

/** Draw a list again only when it changed, so that focus and selection stay. */
export function drawOnce(root, value, draw) {
  const now = JSON.stringify(value);
  if (root.dataset.drawn === now) return;
  root.dataset.drawn = now;
  root.replaceChildren(...[draw(value)].flat());
}
