// The developers' tab: its sections, and the asking again and again while it is looked at.
import { $, button, el } from "/page/core/dom.js";
import { icon } from "/page/core/icons.js";
import { makeTabs } from "/page/core/tabs.js";
import { createClock } from "/page/developers/clock.js";
import { createConditions } from "/page/developers/conditions.js";
import { createCredentials } from "/page/developers/credentials.js";
import { createFaults } from "/page/developers/faults.js";
import { createRequests } from "/page/developers/requests.js";
import { createSettings } from "/page/developers/settings.js";
import { createTokens } from "/page/developers/tokens.js";
import { createViolations } from "/page/developers/violations.js";
import { createWebhook } from "/page/developers/webhook.js";

const ASK_AGAIN_MS = 1500;
const NOT_FOUND = 404;
const COUNTED = ["violations", "faults", "account"]; // their tabs show how many there are
const COUNT_EVERY = 8; // rounds of asking
// Each makes {root, refresh}: refresh asks the emulator and draws; it may throw ApiError.
const SECTIONS = {
  requests: ["list", createRequests], violations: ["alert", createViolations], faults: ["bolt", createFaults],
  clock: ["clock", createClock], tokens: ["key", createTokens], webhook: ["webhook", createWebhook],
  account: ["shield", createConditions], settings: ["sliders", createSettings], credentials: ["card", createCredentials],
};

const sections = new Map();
let chosen = null;
let isOpen = false;
let select = null;
let timer = 0;
let round = 0;

/** Show the tab with the named section, or leave it. */
export function openDevelopers(name, open) {
  isOpen = open;
  if (!open) return;
  if (!select) build();
  select($(`#dev-tab-${name in SECTIONS ? name : chosen ?? "requests"}`));
}

function build() {
  const list = el("div", { class: "dev-tabs", role: "tablist", "aria-orientation": "vertical", label: "devSections" });
  const body = el("div", { class: "dev-body", tabindex: "-1" });
  for (const [name, [image, create]] of Object.entries(SECTIONS)) {
    const badge = el("span", { class: "unread", hidden: true });
    const section = create({ tell: (count) => { badge.hidden = !count; badge.textContent = String(count); } });
    const missing = el("p", { class: "note", role: "status", hidden: true });
    list.append(button({ role: "tab", id: `dev-tab-${name}`, "aria-controls": `dev-${name}`, "data-section": name }, icon(image, 18), el("span", { say: `dev_${name}` }), badge));
    body.append(el("section", { class: "dev-section", id: `dev-${name}`, role: "tabpanel", "aria-labelledby": `dev-tab-${name}`, tabindex: "0" },
      el("header", {}, el("h2", { say: `dev_${name}` }), el("p", { class: "quiet", say: `dev_${name}_help` })), missing, section.root));
    sections.set(name, { ...section, missing });
  }
  $("#dev-panel").append(list, body);
  select = makeTabs(list, (tab) => {
    chosen = tab.dataset.section;
    if (location.hash !== `#dev/${chosen}`) history.replaceState(null, "", `#dev/${chosen}`);
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    again();
  });
  document.addEventListener("visibilitychange", again);
}

async function again() {
  clearTimeout(timer);
  if (!isOpen || document.visibilityState !== "visible") return;
  const { refresh, root, missing } = sections.get(chosen);
  if (round++ % COUNT_EVERY === 0) for (const name of COUNTED) if (name !== chosen) sections.get(name).refresh().catch(() => {});
  try {
    await refresh();
    root.hidden = false;
    missing.hidden = true;
  } catch (error) {
    missing.hidden = false;
    missing.textContent = error.message;
    if (error.status === NOT_FOUND) { missing.replaceChildren(el("span", { say: "notThere" })); root.hidden = true; }
  }
  clearTimeout(timer);
  timer = setTimeout(again, ASK_AGAIN_MS);
}
