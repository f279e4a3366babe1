// @ts-check
/** What a reached limit means to a person: whose limit it is, and when it is over. */
import { t } from "./i18n.js";

/** The server's names tell what is counted; people need to know whose count it is. */
const KINDS = /** @type {const} */ ([
  [/^wrong_codes_/, "tries"],
  [/^provider_logins_/, "logins"],
  [/_per_phone_per_minute$/, "minute"],
  [/_per_phone_/, "phone"],
  [/_per_address_/, "network"],
  [/_per_(block|country)/, "region"],
  [/^codes_per_day$/, "service"],
]);

/** Whether another number may go on. @param {string} limit its name */
export function isOfOneNumber(limit) {
  return limit.includes("_per_phone_");
}

/** Why the person has to wait, in a sentence. @param {string} limit its name */
export function explainLimit(limit) {
  return t(`limit.${KINDS.find(([pattern]) => pattern.test(limit))?.[1] ?? "other"}`);
}

/** @param {number} seconds → "0:42", "5:00", "3:00:00" */
export function formatCountdown(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
