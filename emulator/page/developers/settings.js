// Every setting with its meaning; a change holds at once.
import { get, post, trying } from "/page/core/api.js";
import { $$, button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { errorLine, field } from "/page/developers/parts.js";

const LISTS = new Set(["texts", "numbers"]);
const NUMBERS = new Set(["int", "float"]);

export function createSettings() {
  const rows = new Map(); // name → {root, refresh}
  const search = el("input", { type: "search", autocomplete: "off" });
  const list = el("div", { class: "switches" });

  async function refresh() {
    const { settings } = await get("/_emulator/settings");
    for (const setting of settings) {
      if (!rows.has(setting.name)) {
        rows.set(setting.name, createRow(setting));
        list.append(rows.get(setting.name).root);
      }
      rows.get(setting.name).refresh(setting);
    }
  }

  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of $$(".setting", list)) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  return { root: el("div", { class: "stack" }, el("div", { class: "filters" }, field("search", search)), list), refresh };
}

function createRow({ name, type, help, choices, optional, default: standard }) {
  const id = freshId("setting");
  const input = choices ? el("select", { id }, choices.map((value) => el("option", { value: String(value) }, String(value))))
    : type === "bool" ? el("input", { id, type: "checkbox", role: "switch" })
      : el("input", { id, type: NUMBERS.has(type) ? "number" : "text", step: type === "int" ? 1 : "any", autocomplete: "off", ...(optional ? { hint: "noValue" } : {}) });
  const error = errorLine();
  const change = (value) => trying(error, async () => {
    const { settings } = await post("/_emulator/settings", { [name]: value });
    refresh(settings.find((each) => each.name === name), true);
  });
  const reset = button({ class: "plain small", label: ["resetOf", name], tip: ["standard", written(standard, type)], on: { click: () => change(standard) } }, icon("refresh", 16));
  input.addEventListener("change", async () => { if (!await change(read(input, type, optional)) && type === "bool") input.checked = !input.checked; });

  function refresh({ value }, force = false) {
    if (document.activeElement === input && !force) return;
    if (type === "bool") input.checked = value;
    else input.value = written(value, type);
    reset.hidden = JSON.stringify(value) === JSON.stringify(standard);
  }

  const root = el("div", { class: `setting panel ${type}` }, el("div", {}, el("label", { for: id }, name), el("small", { class: "quiet" }, help ?? ""), error), el("div", { class: "line" }, input, reset));
  return { root, refresh };
}

const written = (value, type) => (value === null || value === undefined ? "" : LISTS.has(type) ? value.join(", ") : String(value));

function read(input, type, optional) {
  if (type === "bool") return input.checked;
  const text = input.value.trim();
  if (!text && optional) return null;
  if (LISTS.has(type)) {
    const parts = text.split(",").map((each) => each.trim()).filter(Boolean);
    return type === "numbers" ? parts.map(Number) : parts;
  }
  return NUMBERS.has(type) && text ? Number(text) : text;
}
