// How long the tokens live, what is left of the quotas, and two ways to take a token away.
import { get, post, trying } from "/page/core/api.js";
import { button, el } from "/page/core/dom.js";
import { grouped, momentOf, untilWords } from "/page/core/format.js";
import { has } from "/page/core/language.js";
import { errorLine } from "/page/developers/parts.js";
import { ask } from "/page/core/dialogs.js";
import { icon } from "/page/core/icons.js";

export function createTokens() {
  const cards = el("div", { class: "tiles-row" });
  const error = errorLine();
  const act = (key, image, work) => button({ class: "plain", on: { click: () => trying(error, async () => { await work(); await refresh(); }) } }, icon(image, 18), el("span", { say: key }));
  const root = el("div", {}, cards, el("div", { class: "line bar" },
    act("expireAccess", "clock", () => post("/_emulator/faults", { path: "*", mode: "expire_token", times: 1 })),
    act("rotateTokens", "refresh", async () => { if (await ask("rotateAsk", "rotateTokens")) await rotate(); })), el("p", { class: "quiet", say: "tokensHelp" }), error);

  async function refresh() {
    const { access, refresh: second, quota } = await get("/_emulator/tokens");
    cards.replaceChildren(drawToken("accessToken", access), drawToken("refreshToken", second), ...drawQuota(quota ?? {}));
  }
  return { root, refresh };
}

function drawToken(key, { expires_at: at, state } = {}) {
  return el("article", { class: "tile-card" }, el("h3", { say: key }),
    el("p", { class: `big ${state === "valid" ? "good" : "bad"}`, say: state === "valid" ? "valid" : "notValid" }),
    at ? el("p", { class: "quiet" }, `${momentOf(at)} (${untilWords(at)})`) : el("p", { class: "quiet", say: "expiredNow" }));
}

function drawQuota(quota) {
  return Object.entries(quota).filter(([, value]) => typeof value !== "object").map(([name, value]) =>
    el("article", { class: "tile-card" }, el("h3", { say: has(`quota_${name}`) ? `quota_${name}` : ["asIs", name] }), el("p", { class: "big" }, typeof value === "number" ? grouped(value) : String(value))));
}

/** A new pair as any client gets it; the program's own refresh token is spent by it. */
async function rotate() {
  const { app_id: app, app_secret: secret, current } = await get("/_emulator/credentials");
  const form = new URLSearchParams({ app_id: app, grant_type: "refresh_token", refresh_token: current.refresh_token });
  const answer = await (await fetch("/v4/oa/access_token", { method: "POST", headers: { secret_key: secret }, body: form })).json();
  if (!answer.access_token) throw new Error(answer.error_description ?? answer.error_name ?? String(answer.error));
}
