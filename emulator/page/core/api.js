// Talking to the emulator.
import { t } from "/page/core/language.js";

/** What the emulator refused; `message` is its own line, `status` the HTTP status (0: no answer). */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);

async function call(method, path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ApiError(t("failed"), 0);
  }
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(said?.error ?? `${t("failed")} (${answer.status})`, answer.status);
  return said;
}

/** Do the work; if it fails, say why in `place`. Whether it went well. */
export async function trying(place, work) {
  place.textContent = "";
  try {
    await work();
    return true;
  } catch (error) {
    place.textContent = error.message || t("failed");
    return false;
  }
}
