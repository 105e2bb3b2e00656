// What may be changed on a phone: its account, its network, its name; and away with it.
import { post, trying } from "/page/core/api.js";
import { $, $$, button, el, freshId } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";

const SWITCHES = ["follows", "blocked", "online", "zalo", "refuses_templates", "inactive"];

/** The menu of a phone; `hide` takes the phone off the page. Returns {root, refresh(view)}. */
export function createStateMenu(number, hide) {
  const error = el("p", { class: "error", role: "alert" });
  const switches = SWITCHES.map((name) => makeSwitch(number, name, error));
  const id = freshId("name");
  const name = el("input", { id, name: "name", maxlength: 100, required: true, autocomplete: "off" });
  const rename = el("form", { class: "rename" }, el("label", { for: id, say: "owner" }), el("div", { class: "line" }, name, el("button", { class: "plain", say: "save" })));
  rename.addEventListener("submit", (event) => {
    event.preventDefault();
    trying(error, async () => { await post("/_emulator/phones", { phone: number, name: name.value.trim(), zalo: $("[name=zalo]", root).checked }); close(); });
  });
  const chatnow = button({ class: "row", on: { click: () => trying(error, async () => { await post(`/_emulator/phones/${number}/send`, { chatnow: true }); close(); }) } }, icon("message", 18), el("span", { say: "chatnow" }));
  const away = button({ class: "row", on: { click: hide } }, icon("eyeOff", 18), el("span", { say: "hidePhone" }));
  const root = el("details", { class: "settings" }, el("summary", { label: "settings", tip: "settings" }, icon("sliders")),
    el("div", { class: "sheet" }, el("fieldset", {}, el("legend", { say: "settings" }), switches), rename, error, chatnow, away));

  function close() {
    root.open = false;
    $("summary", root).focus();
  }

  function refresh(view) {
    for (const input of $$("[role=switch]", root)) {
      input.checked = Boolean(view[input.name]);
      input.closest("label").hidden = !(input.name in view);
    }
    if (document.activeElement !== name) name.value = view.name;
  }

  root.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.addEventListener("pointerdown", (event) => { if (!root.contains(event.target)) root.open = false; });
  return { root, refresh };
}

function makeSwitch(number, name, error) {
  const input = el("input", { type: "checkbox", role: "switch", name });
  input.addEventListener("change", async () => {
    if (!await trying(error, () => post(`/_emulator/phones/${number}/state`, { [name]: input.checked }))) input.checked = !input.checked;
  });
  return el("label", { class: "switch" }, el("span", { say: `state_${name}` }), input);
}
