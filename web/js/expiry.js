// @ts-check
/** How long a photo is kept, in words. */
import { formatDuration, t, tn } from "./i18n.js";

const DAY_MS = 86_400_000;
const CHINA_AHEAD_MS = 8 * 3_600_000; // without daylight saving since 1991

/**
 * The nights until a photo leaves, by the calendar of this device: 0 on its last day.
 * @param {string} expiresAt
 * @param {number} now milliseconds
 */
export function daysLeft(expiresAt, now) {
  // Rounded, because a day on which clocks change has 23 or 25 hours.
  return Math.max(
    0,
    Math.round((new Date(expiresAt).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / DAY_MS),
  );
}

/**
 * The day in Asia/Shanghai, as fields of dates write it: "2027-01-31".
 * @param {Date} when
 */
export function chinaDay(when) {
  return new Date(when.getTime() + CHINA_AHEAD_MS).toISOString().slice(0, 10);
}

/** The last whole day in Asia/Shanghai before an end. @param {string} end */
export function dayBefore(end) {
  return chinaDay(new Date(Date.parse(end) - DAY_MS));
}

/**
 * The calendar months from adding to leaving: "Six months".
 * @param {string} createdAt
 * @param {string} expiresAt
 */
export function monthsInWords(createdAt, expiresAt) {
  const from = new Date(createdAt);
  const until = new Date(expiresAt);
  const whole = (until.getFullYear() - from.getFullYear()) * 12 + until.getMonth() - from.getMonth();
  return whole === 6 ? t("detail.months_six") : tn("detail.months", whole);
}

/**
 * The part of its life that a photo has behind it, 0 to 1.
 * @param {string} createdAt
 * @param {string} expiresAt
 * @param {number} now milliseconds
 */
export function lifeSpent(createdAt, expiresAt, now) {
  const from = Date.parse(createdAt);
  return Math.min(1, Math.max(0, (now - from) / (Date.parse(expiresAt) - from)));
}

/**
 * The time between two moments: "4 seconds".
 * @param {string} from
 * @param {string} until
 */
export function timeBetween(from, until) {
  return formatDuration((Date.parse(until) - Date.parse(from)) / 1000);
}
