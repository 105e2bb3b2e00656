// Numbers, times and sizes as people read them.
import { inVietnam, now } from "/page/core/clock.js";
import { currentLanguage, t } from "/page/core/language.js";

const LOCALES = { vi: "vi-VN", en: "en-GB" };
const DAY_MS = 86_400_000;

/** `0905 123 456` from `84905123456`. */
export function prettyPhone(number) {
  const local = number.startsWith("84") ? `0${number.slice(2)}` : number;
  return `${local.slice(0, 4)} ${local.slice(4, 7)} ${local.slice(7)}`.trim();
}

/** The letter for an avatar: of the given name, which stands last in Vietnamese. */
export const initial = (name) => (name.trim().split(/\s+/).pop() ?? "").slice(0, 1).toUpperCase();

export const timeOf = (at) => at.slice(11, 16);
export const dayOf = (at) => at.slice(0, 10);

/** Today, yesterday, or the weekday with the date. */
export function dayName(day) {
  const date = new Date(`${day}T00:00:00Z`);
  const away = Math.round((new Date(`${inVietnam(now()).slice(0, 10)}T00:00:00Z`) - date) / DAY_MS);
  if (away === 0) return t("today");
  if (away === 1) return t("yesterday");
  const parts = { weekday: "long", day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(LOCALES[currentLanguage()], parts).format(date);
}

/** Date and time of an ISO moment, such as 22/11/2026 09:05:07. */
export const momentOf = (at) => `${dayOf(at).split("-").reverse().join("/")} ${at.slice(11, 19)}`;

export const grouped = (number) => new Intl.NumberFormat(LOCALES[currentLanguage()]).format(number);

export function sizeOf(bytes) {
  const size = Number(bytes);
  if (!Number.isFinite(size)) return "";
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${grouped(Math.round(size / 102.4) / 10)} KB`;
  return `${grouped(Math.round(size / 104_857.6) / 10)} MB`;
}

/** How long until a moment of the emulator's clock, in words; negative is the past. */
export function untilWords(at) {
  const seconds = Math.round((Date.parse(at) - now()) / 1000);
  const format = new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "always" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}
