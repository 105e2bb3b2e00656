// The fixed ids and secrets of an emulator, to be put into a program; they are worth nothing elsewhere.
import { get } from "/page/core/api.js";
import { el } from "/page/core/dom.js";
import { copyButton, drawOnce } from "/page/developers/parts.js";

export function createCredentials() {
  const root = el("div", { class: "stack" });
  return { root, refresh: async () => drawOnce(root, await get("/_emulator/credentials"), draw) };
}

function draw({ templates, current, ...fixed }) {
  const rows = [["base", location.origin], ...Object.entries(fixed).filter(([, value]) => typeof value !== "object"), ...Object.entries(current ?? {}).map(([name, value]) => [`current ${name}`, value])];
  return [
    el("div", { class: "scroller panel", tabindex: "0", role: "region", label: "dev_credentials" }, el("table", { class: "table secrets" }, el("tbody", {}, rows.map(([name, value]) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, el("code", {}, String(value))), el("td", {}, copyButton(() => String(value), "copy", { label: ["copyOf", name] }))))))),
    el("h3", { say: "templates" }),
    el("div", { class: "scroller panel", tabindex: "0", role: "region", label: "templates" }, el("table", { class: "table" },
      el("thead", {}, el("tr", {}, ["id", "name", "parameters"].map((key) => el("th", { scope: "col", say: key })))),
      el("tbody", {}, (templates ?? []).map(({ template_id: id, name, params }) => el("tr", {}, el("td", {}, el("code", {}, id)), el("td", {}, name),
        el("td", {}, params.map((each) => el("code", { class: "param" }, `${each.name} ≤ ${each.max}`)))))))),
  ];
}
