// Where events go, by platform, and how many went, wait or were lost.
import { get, post, trying } from "/page/core/api.js";
import { button, el } from "/page/core/dom.js";
import { grouped } from "/page/core/format.js";
import { has } from "/page/core/language.js";
import { drawJson, drawOnce, errorLine, field } from "/page/developers/parts.js";

const PROBED = "oa"; // the console tries an address only for the account

export function createWebhook() {
  const doors = new Map(); // platform → {root, refresh}
  const list = el("div", { class: "stack" });

  async function refresh() {
    const { urls, platforms } = await get("/_emulator/webhook");
    for (const platform of Object.keys(platforms)) {
      if (!doors.has(platform)) {
        doors.set(platform, createDoor(platform, refresh));
        list.append(doors.get(platform).root);
      }
      doors.get(platform).refresh(urls[platform], platforms[platform]);
    }
  }
  return { root: list, refresh };
}

function createDoor(platform, again) {
  const url = el("input", { type: "url", hint: "urlHint", autocomplete: "off" });
  const error = errorLine();
  const counters = el("div", { class: "counters" });
  const probe = el("div", {});
  const set = (address, isProbed) => trying(error, async () => {
    const said = await post("/_emulator/webhook", { url: address, platform, ...(isProbed ? { probe: true } : {}) });
    drawProbe(probe, said.probe);
    if (said.probe && !said.probe.ok) throw new Error(said.probe.message);
    await again();
  });
  const off = button({ class: "plain", say: "unset", on: { click: () => set(null) } });
  const test = platform === PROBED ? button({ class: "plain", say: "saveProbe", on: { click: () => url.reportValidity() && set(url.value.trim(), true) } }) : null;
  const form = el("form", { class: "line end" }, field("address", url), el("button", { class: "main", say: "save" }), test, off);
  form.addEventListener("submit", (event) => { event.preventDefault(); set(url.value.trim() || null); });

  function refresh(address, view) {
    if (document.activeElement !== url) url.value = address ?? "";
    off.hidden = !address;
    drawOnce(counters, view, drawCounters);
  }
  return { root: el("article", { class: "panel stack" }, el("h3", { say: `platform_${platform}` }), form, error, probe, counters), refresh };
}

function drawProbe(root, probe) {
  drawOnce(root, probe ?? null, (found) => (found ? [el("h4", { say: "probe" }), drawJson(found)] : []));
}

function drawCounters(view) {
  return Object.entries(view).filter(([name, value]) => name !== "url" && (typeof value !== "object" || value === null)).map(([name, value]) =>
    el("span", { class: `counter ${value === false ? "bad" : ""}` }, el("span", { class: "quiet", say: has(`count_${name}`) ? `count_${name}` : ["asIs", name] }), " ",
      typeof value === "boolean" ? el("strong", { say: value ? "yes" : "no" }) : el("strong", {}, typeof value === "number" ? grouped(value) : String(value ?? "–"))));
}
