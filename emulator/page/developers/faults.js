// Trouble on order: where, what, how often.
import { get, post, remove, trying } from "/page/core/api.js";
import { button, el } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { put } from "/page/core/language.js";
import { drawOnce, errorLine, field } from "/page/developers/parts.js";

const MODES = ["http_500", "reset", "slow", "no_answer_after_send", "error", "duplicate_receipt", "late_receipt", "no_receipt", "expire_token"];
const ARGUMENTS = { slow: ["seconds", "2"], late_receipt: ["seconds", "60"], error: ["code", "-32"] };
const PATHS = ["*", "/message/template", "/v3.0/oa/message/cs", "/v3.0/oa/message/template", "/v4/oa/access_token", "/v2.0/oa/upload", "/MainService.svc/json", "/bot"];

export function createFaults({ tell }) {
  const paths = el("datalist", { id: "fault-paths" }, PATHS.map((value) => el("option", { value })));
  const path = el("input", { name: "path", list: "fault-paths", value: "/message/template", required: true, autocomplete: "off" });
  const mode = el("select", { name: "mode" }, MODES.map((value) => el("option", { value, say: `mode_${value}` })));
  const argument = el("input", { name: "argument", inputmode: "decimal", autocomplete: "off" });
  const argumentField = field("seconds", argument);
  const times = el("input", { name: "times", type: "number", min: 1, step: 1, value: "1" });
  const share = el("input", { name: "share", type: "number", min: 0.01, max: 1, step: 0.01, value: "1" });
  const error = errorLine();
  const list = el("div", {});
  const clear = button({ class: "plain", on: { click: () => trying(error, async () => { await remove("/_emulator/faults"); await refresh(); }) } }, icon("trash", 18), el("span", { say: "clearFaults" }));
  const form = el("form", { class: "panel form-grid" }, field("path", path, "pathHelp"), field("mode", mode), argumentField, field("times", times, "timesHelp"), field("share", share, "shareHelp2"),
    paths, el("button", { class: "main" }, icon("bolt", 18), el("span", { say: "orderFault" })));

  function drawArgument() {
    const [key, value] = ARGUMENTS[mode.value] ?? [];
    argumentField.hidden = !key;
    if (!key) return;
    put(argumentField.querySelector("label"), "say", key);
    argument.value = value;
  }

  mode.addEventListener("change", drawArgument);
  drawArgument();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const written = ARGUMENTS[mode.value] ? `${mode.value}:${argument.value.trim()}` : mode.value;
    const order = { path: path.value.trim(), mode: written, share: Number(share.value), ...(times.value ? { times: Number(times.value) } : {}) };
    trying(error, async () => { await post("/_emulator/faults", order); await refresh(); });
  });

  async function refresh() {
    const orders = await get("/_emulator/faults");
    tell(orders.length);
    clear.hidden = !orders.length;
    drawOnce(list, orders, draw);
  }
  return { root: el("div", { class: "stack" }, form, error, list, clear), refresh };
}

function draw(orders) {
  if (!orders.length) return el("p", { class: "note good" }, icon("check", 18), " ", el("span", { say: "noFaults" }));
  const head = el("tr", {}, ["path", "mode", "left", "share", "hits"].map((key) => el("th", { scope: "col", say: key })));
  return el("div", { class: "scroller", tabindex: "0", role: "region", label: "dev_faults" }, el("table", { class: "table" }, el("thead", {}, head),
    el("tbody", {}, orders.map(({ path, mode, times, share, hits }) => el("tr", {}, el("td", {}, el("code", {}, path || "*")), el("td", {}, el("code", {}, mode)),
      el("td", {}, times === null ? el("span", { say: "always" }) : String(times)), el("td", {}, `${Math.round(share * 100)} %`), el("td", {}, String(hits)))))));
}
