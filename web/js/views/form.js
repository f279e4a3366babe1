// @ts-check
/** What every form of the page does alike: say what is wrong beside the field, and show that it works. */
import { fill, h, setAttribute } from "../dom.js";
import { formatDuration, sentenceGap, t } from "../i18n.js";

/** A place for what went wrong, tied to its field. @param {string} id */
export function problemLine(id) {
  return h("p", { class: "problem", id, role: "alert" });
}

/**
 * @param {HTMLElement} line
 * @param {HTMLInputElement} input
 * @param {string} words empty clears it
 */
export function say(line, input, words) {
  line.textContent = words;
  setAttribute(input, "aria-invalid", words ? "true" : null);
}

/**
 * Why the person has to wait. The field is not wrong, and the time is told once here: a button counts it down.
 * @param {HTMLElement} line
 * @param {string} reason
 * @param {number} seconds
 */
export function sayWait(line, reason, seconds) {
  const time = t("limit.wait", { wait: formatDuration(seconds) });
  fill(line, reason, h("span", { class: "visually-hidden" }, sentenceGap(), time));
}

/** @param {HTMLElement} button */
export function isBusy(button) {
  return button.getAttribute("aria-busy") === "true";
}

/** @param {HTMLButtonElement} button @param {string} words */
export function busy(button, words) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  button.textContent = words;
}

/** @param {HTMLButtonElement} button @param {string} words */
export function idle(button, words) {
  button.disabled = false;
  button.removeAttribute("aria-busy");
  button.textContent = words;
}
