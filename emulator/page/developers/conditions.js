// What may be wrong with the account or the app.
import { get, post, trying } from "/page/core/api.js";
import { el } from "/page/core/dom.js";
import { drawOnce, errorLine } from "/page/developers/parts.js";

export function createConditions({ tell }) {
  const list = el("div", { class: "switches" });
  const error = errorLine();

  async function refresh() {
    const { conditions } = await get("/_emulator/account");
    tell(conditions.filter(({ on }) => on).length);
    drawOnce(list, conditions, (all) => all.map(draw));
  }

  function draw({ name, help, on, codes }) {
    const input = el("input", { type: "checkbox", role: "switch", name });
    input.checked = on;
    input.addEventListener("change", async () => {
      if (!await trying(error, () => post("/_emulator/account", { [name]: input.checked }))) input.checked = !input.checked;
    });
    const told = Object.entries(codes).filter(([, code]) => code !== null).map(([host, code]) => el("code", {}, `${host} ${code}`));
    return el("label", { class: "switch panel" }, el("span", {}, el("strong", {}, name), el("small", { class: "quiet" }, help), el("span", { class: "codes" }, told)), input);
  }

  return { root: el("div", { class: "stack" }, error, list), refresh };
}
