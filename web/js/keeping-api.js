// @ts-check
/** What the HTTP API knows of how long photos are kept. */
import { sendAs } from "./api.js";

/** @typedef {import("./api.js").Photo} Photo */

/**
 * @param {string} id
 * @param {string | null} lastDay such as 2027-01-31, in Asia/Shanghai; null for six months
 * @returns {Promise<Photo>}
 */
export const chooseEnd = (id, lastDay) =>
  sendAs("PUT", `/photos/${encodeURIComponent(id)}/retention`, { body: { last_day: lastDay } });

/** @returns {Promise<{default_days: number | null}>} */
export const getDefault = () => sendAs("GET", "/me/retention");

/** @param {number | null} days @returns {Promise<{default_days: number | null}>} */
export const setDefault = (days) => sendAs("PUT", "/me/retention", { body: { default_days: days } });
