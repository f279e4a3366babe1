// @ts-check
/** What the person allows: asked of the server, and changed there. */
import { sendAs } from "./api.js";
import { currentLanguage } from "./i18n.js";

/**
 * @typedef {{question: string, when_withdrawn: string}} Wording
 * @typedef {{is_given: boolean, decided_at: string}} Decision
 * @typedef {{purpose: string, is_given: boolean, wording: Record<string, Wording>, decisions: Decision[]}} Consent
 */

/** @returns {Promise<{consents: Consent[]}>} one for each purpose in use */
export const listConsents = () => sendAs("GET", "/me/consents");

/** Agree or withdraw, from now on. @param {string} purpose @param {boolean} isGiven @returns {Promise<Decision>} */
export const putConsent = (purpose, isGiven) =>
  sendAs("PUT", `/me/consents/${encodeURIComponent(purpose)}`, {
    body: { is_given: isGiven, locale: currentLanguage() },
  });

/** @param {Consent} consent @returns {Wording} in the language of the page, as it is on record */
export const wordsOf = ({ wording }) => wording[currentLanguage()];
