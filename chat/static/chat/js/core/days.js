// Days and times as the reader's own clock sees them.

/** @import { Texts } from "./types.js" */

/** The local day of a moment: "2026-11-22". @param {number} at Epoch ms. */
export function dayOf(at) {
  const d = new Date(at);
  return [d.getFullYear(), pad(d.getMonth() + 1), pad(d.getDate())].join("-");
}

/**
 * A day as people say it: today, yesterday, a weekday up to six days back, a date.
 *
 * @param {string} day
 * @param {string} today
 * @param {string} locale
 * @param {Texts} texts
 */
export function dayName(day, today, locale, texts) {
  const back = Math.round((noon(today) - noon(day)) / 86_400_000);
  if (back === 0) return texts.hoje;
  if (back === 1) return texts.ontem;
  /** @type {Intl.DateTimeFormatOptions} */
  const style =
    back > 1 && back <= 6
      ? { weekday: "long" }
      : { day: "numeric", month: "long", ...(sameYear(day, today) ? {} : { year: "numeric" }) };
  return new Intl.DateTimeFormat(locale, style).format(noon(day));
}

/** Milliseconds until the local day ends. @param {number} now Epoch ms. */
export function untilMidnight(now) {
  const next = new Date(now);
  next.setHours(24, 0, 0, 0);
  return next.getTime() - now;
}

/** @param {string} day */
function noon(day) {
  return new Date(`${day}T12:00:00`).getTime();
}

/** @param {string} a @param {string} b */
function sameYear(a, b) {
  return a.slice(0, -6) === b.slice(0, -6);
}

/** @param {number} n */
function pad(n) {
  return String(n).padStart(2, "0");
}
