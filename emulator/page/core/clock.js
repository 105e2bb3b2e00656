// The emulator's clock, which may be days away from this computer's.
const listeners = [];
let offsetMs = 0;

export const now = () => new Date(Date.now() + offsetMs);

/** Vietnam's date and time of a moment as `2026-11-22T09:05:00`; Vietnam has no summer time. */
export function inVietnam(moment) {
  return new Date(moment.getTime() + 7 * 3600 * 1000).toISOString().slice(0, 19);
}

export function setClock(nowMs) {
  offsetMs = nowMs - Date.now();
  for (const listener of listeners) listener();
}

export function onClock(listener) {
  listeners.push(listener);
}

setInterval(() => { for (const listener of listeners) listener(); }, 15_000);
