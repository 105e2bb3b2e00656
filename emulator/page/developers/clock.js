// The emulator's clock: look at it, move it.
import { get, post, trying } from "/page/core/api.js";
import { inVietnam, now, setClock } from "/page/core/clock.js";
import { button, el } from "/page/core/dom.js";
import { grouped, momentOf } from "/page/core/format.js";
import { errorLine, field } from "/page/developers/parts.js";
import { put } from "/page/core/language.js";

const HOUR = 3600;
const DAY_MS = 86_400_000;
const NIGHT = "22:00:00";
const MORNING = "06:00:00";

export function createClock() {
  const face = el("p", { class: "clock-face" });
  const away = el("p", { class: "quiet" });
  const error = errorLine();
  const moment = el("input", { type: "datetime-local", step: 1, required: true });
  const move = (key, body) => button({ class: "plain", say: key, on: { click: () => set(body()) } });
  const form = el("form", { class: "line end" }, field("setTo", moment), el("button", { class: "main", say: "set" }));
  const root = el("div", { class: "panel stack" }, face, away,
    el("div", { class: "line wrap" }, move("plusHour", () => ({ advance_seconds: HOUR })), move("plus48", () => ({ advance_seconds: 48 * HOUR })), move("plusWeek", () => ({ advance_seconds: 7 * 24 * HOUR })),
      move("toNight", () => ({ now: nextAt(NIGHT) })), move("toMorning", () => ({ now: nextAt(MORNING) })), move("realTime", () => ({ now: Date.now() }))), form, error);

  function set(body) {
    return trying(error, async () => { take(await post("/_emulator/clock", body)); });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    set({ now: moment.value });
  });

  function take({ now: at, now_ms: ms, offset_seconds: offset }) {
    setClock(ms);
    face.textContent = momentOf(at);
    const hours = Math.round(offset / 36) / 100;
    put(away, "say", Math.abs(offset) < 1 ? "clockReal" : ["clockAway", `${hours > 0 ? "+" : ""}${grouped(hours)}`]);
    if (document.activeElement !== moment) moment.value = at.slice(0, 19);
  }

  return { root, refresh: async () => take(await get("/_emulator/clock")) };
}

/** The next moment with this time of day in Vietnam, as ISO without an offset, which the emulator reads as Vietnam's. */
function nextAt(time) {
  const today = inVietnam(now());
  const day = today.slice(11) < time ? today : inVietnam(new Date(now().getTime() + DAY_MS));
  return `${day.slice(0, 10)}T${time}`;
}
