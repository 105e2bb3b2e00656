// Broken rules: what the real platform would refuse or punish.
import { get, remove, trying } from "/page/core/api.js";
import { button, el } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { momentOf } from "/page/core/format.js";
import { drawOnce, errorLine } from "/page/developers/parts.js";

const MAX_SHOWN = 200;

export function createViolations({ tell }) {
  const list = el("div", { class: "scroller", tabindex: "0", role: "region", label: "dev_violations" });
  const error = errorLine();
  const clear = button({ class: "plain", on: { click: () => trying(error, async () => { await remove("/_emulator/violations"); await refresh(); }) } }, icon("trash", 18), el("span", { say: "clear" }));
  const root = el("div", {}, el("div", { class: "line bar" }, clear, error), list);

  async function refresh() {
    const found = await get("/_emulator/violations");
    tell(found.length);
    clear.hidden = !found.length;
    drawOnce(list, found.slice(-MAX_SHOWN).reverse(), draw);
  }
  return { root, refresh };
}

function draw(found) {
  if (!found.length) return el("p", { class: "note good" }, icon("check", 18), " ", el("span", { say: "noViolations" }));
  const head = el("tr", {}, ["when", "rule", "code", "path", "detail"].map((key) => el("th", { scope: "col", say: key })));
  return el("table", { class: "table" }, el("thead", {}, head), el("tbody", {}, found.map(({ at, rule, code, method, path, detail }) =>
    el("tr", {}, el("td", { class: "nowrap" }, momentOf(at)), el("td", {}, el("code", {}, rule)), el("td", {}, code === null ? el("span", { say: "letThrough" }) : el("code", {}, String(code))),
      el("td", {}, `${method} ${path}`), el("td", {}, detail)))));
}
