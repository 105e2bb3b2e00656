// The page: its two tabs, its language and theme, and what goes on in them.
import { post, trying } from "/page/core/api.js";
import { $, $$ } from "/page/core/dom.js";
import { choose, currentLanguage, onLanguage, put, speak, t } from "/page/core/language.js";
import { recall, remember } from "/page/core/store.js";
import { makeTabs } from "/page/core/tabs.js";
import { openDevelopers } from "/page/developers/developers.js";
import { listen } from "/page/phones/stream.js";
import { startStrip, take, want } from "/page/phones/strip.js";

const MOBILE = /^(\+?84|0)[35789]\d{8}$/;
const THEMES = ["auto", "light", "dark"];

// ---- tabs and addresses: #phones, #dev, #dev/faults ----

const select = makeTabs($("#main-tabs"), (tab) => {
  const isDeveloper = tab.id === "tab-dev";
  const wanted = isDeveloper ? (location.hash.startsWith("#dev") ? location.hash : "#dev") : "#phones";
  if (location.hash !== wanted) history.replaceState(null, "", wanted);
  openDevelopers(isDeveloper ? wanted.split("/")[1] : null, isDeveloper);
  document.body.classList.toggle("on-phones", !isDeveloper);
});
const route = () => select($(location.hash.startsWith("#dev") ? "#tab-dev" : "#tab-phones"));
addEventListener("hashchange", route);

$(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address names a tab, so it is not for skipping
  $("[role=tabpanel]:not([hidden]) :is(.phones, .dev-body)").focus();
});

// ---- language and theme ----

function drawChoices() {
  document.title = `${t("title")} · Báo Hồ Sơ`;
  for (const each of $$("[data-language]")) each.setAttribute("aria-pressed", String(each.dataset.language === currentLanguage()));
}

for (const each of $$("[data-language]")) each.addEventListener("click", () => choose(each.dataset.language));
onLanguage(drawChoices);

function drawTheme() {
  const theme = recall("theme", "auto");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("#theme").dataset.chosen = theme;
  put($("#theme"), "label", `theme_${theme}`);
  put($("#theme"), "tip", `theme_${theme}`);
}

$("#theme").addEventListener("click", () => {
  remember("theme", THEMES[(THEMES.indexOf(recall("theme", "auto")) + 1) % THEMES.length]);
  drawTheme();
});

// ---- adding a phone ----

$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("#number");
  trying($("#add-error"), async () => {
    if (!MOBILE.test(input.value.replace(/[\s.\-()]/g, ""))) throw new Error(t("wrongNumber"));
    const { phone } = await post("/_emulator/phones", { phone: input.value });
    input.value = "";
    want(phone);
  });
});

function tellLink(isLive) {
  $("#link").classList.toggle("live", isLive);
  put($("#link-words"), "say", isLive ? "live" : "connecting");
}

drawTheme();
startStrip();
speak();
route();
listen(take, tellLink);
