// @ts-check
/** Words, numbers and dates in the person's language; remembers the choice on this device. */
import en from "./locales/en.js";
import zhCN from "./locales/zh-CN.js";

/** @typedef {"en" | "zh-CN"} Language */

const STORAGE_KEY = "ifotor.language";
/** @type {Record<Language, Record<string, string>>} */
const LOCALES = { en, "zh-CN": zhCN };
const MEGABYTE = 1_000_000;
const MEBIBYTE = 1024 * 1024;

/** @type {Language} */
let language = chooseLanguage();

/** @returns {Language} what was chosen on this device, else the first of the browser's that we speak. */
function chooseLanguage() {
  const remembered = readRemembered();
  if (remembered) return remembered;
  for (const tag of navigator.languages ?? [navigator.language]) {
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

/** @returns {Language | null} */
function readRemembered() {
  try {
    const tag = localStorage.getItem(STORAGE_KEY);
    return tag === "en" || tag === "zh-CN" ? tag : null;
  } catch {
    return null; // storage may be forbidden; the browser's own language then decides
  }
}

/** @returns {Language} */
export function currentLanguage() {
  return language;
}

/** Switch to the other language and remember it. */
export function switchLanguage() {
  language = language === "en" ? "zh-CN" : "en";
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // not remembered, still switched
  }
  applyLanguage();
}

/** Tell the document which language it speaks: screen readers and fonts depend on it. */
export function applyLanguage() {
  document.documentElement.lang = language;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] fill the `{name}` places of the text
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = LOCALES[language][key];
  if (text === undefined) throw new Error(`No words for ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * The text for a count: `key.zero` (where it exists), `key.one` or `key.other`.
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function tn(key, n, values = {}) {
  const exact = n === 0 && has(`${key}.zero`) ? "zero" : n === 1 ? "one" : "other";
  return t(`${key}.${exact}`, { n: formatNumber(n), ...values });
}

/** What stands between two sentences: Chinese ones follow each other without a space. */
export function sentenceGap() {
  return language === "en" ? " " : "";
}

/** @param {...string} sentences */
export function together(...sentences) {
  return sentences.join(sentenceGap());
}

/** @param {string} key */
export function has(key) {
  return key in LOCALES[language];
}

/** @param {number} n */
export function formatNumber(n) {
  return new Intl.NumberFormat(language).format(n);
}

/** "+12", "-3", "0": a setting that goes both ways. @param {number} n @param {number} [digits] after the point */
export function formatSigned(n, digits = 0) {
  const style = /** @type {const} */ ({ signDisplay: "exceptZero", minimumFractionDigits: n ? digits : 0 });
  return new Intl.NumberFormat(language, { ...style, maximumFractionDigits: digits }).format(n);
}

/**
 * Decimal units, as phones show file sizes: 3950273 → "4 MB", 48210 → "48 kB".
 * @param {number} bytes
 */
export function formatBytes(bytes) {
  if (bytes < 1000) return unit(bytes, "byte", 0);
  if (bytes < MEGABYTE) return unit(bytes / 1000, "kilobyte", 0);
  if (bytes < 1000 * MEGABYTE) return unit(bytes / MEGABYTE, "megabyte", 1);
  return unit(bytes / (1000 * MEGABYTE), "gigabyte", 1);
}

/**
 * A limit, rounded down: 52428800 → "50 MB". Phones count in decimal units, so a file they call 50 MB always fits.
 * @param {number} bytes
 */
export function formatLimit(bytes) {
  return unit(Math.floor(bytes / MEBIBYTE), "megabyte", 0);
}

/**
 * @param {number} value
 * @param {string} name
 * @param {number} digits
 */
function unit(value, name, digits) {
  const style = /** @type {const} */ ({ style: "unit", unitDisplay: "short" });
  return new Intl.NumberFormat(language, { ...style, unit: name, maximumFractionDigits: digits }).format(
    value,
  );
}

/** @param {string | Date} when → "23 May 2027" */
export function formatDay(when) {
  return dateFormat({ dateStyle: "long" }).format(new Date(when));
}

/** @param {string | Date} when → "23 November 2026 at 20:14" */
export function formatMoment(when) {
  return dateFormat({ dateStyle: "long", timeStyle: "short" }).format(new Date(when));
}

/** @param {string | Date} when → "23 November 2026 at 20:14:06" */
export function formatExactMoment(when) {
  return dateFormat({ dateStyle: "long", timeStyle: "medium" }).format(new Date(when));
}

/** @param {string | Date} when → "November 2026" */
export function formatMonth(when) {
  return dateFormat({ year: "numeric", month: "long" }).format(new Date(when));
}

/** @param {Intl.DateTimeFormatOptions} options */
function dateFormat(options) {
  // Day before month is understood everywhere; en-US would turn 5/6 around.
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
}

/**
 * A length of time in its largest fitting unit: "4 seconds", "2 minutes", "3 hours".
 * @param {number} seconds
 */
export function formatDuration(seconds) {
  if (seconds < 60) return tn("detail.seconds", Math.max(1, Math.round(seconds)));
  if (seconds < 3600) return tn("detail.minutes", Math.round(seconds / 60));
  return tn("detail.hours", Math.round(seconds / 3600));
}
