// @ts-check
/** A code that is asked for in the middle of a form: a button that sends it, and the field it is typed into. */
import { announce, h } from "../dom.js";
import { t } from "../i18n.js";
import { formatCountdown } from "../limits.js";
import { explain } from "../problems.js";
import { busy, idle, isBusy, problemLine, say } from "./form.js";

/** One code a minute for a number. */
const SEND_AGAIN_AFTER_MS = 60_000;

/** @typedef {{challengeId: string, code: string, sentAt: number}} Texted what survives a change of language */

/** @returns {Texted} */
export function nothingTexted() {
  return { challengeId: "", code: "", sentAt: 0 };
}

/**
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.sendWords of the button
 * @param {string} options.label of the field
 * @param {Texted} options.texted
 * @param {() => Promise<{challenge_id: string}>} options.send
 * @param {AbortSignal} options.signal
 * @returns {{element: HTMLElement, input: HTMLInputElement, fillIn: (code: string) => void}}
 */
export function codeField({ id, sendWords, label, texted, send, signal }) {
  const problem = problemLine(`${id}-problem`);
  const input = h("input", {
    id,
    type: "text",
    class: "short-code",
    inputmode: "numeric",
    maxlength: "6",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": problem.id,
    value: texted.code,
    oninput: () => fillIn(input.value.normalize("NFKC").replace(/\D/g, "").slice(0, 6)),
  });
  const field = h("div", { class: "texted-code", hidden: !texted.challengeId }, h("label", { for: id }, label), input);
  const button = h("button", { type: "button", class: "button wide", onclick: () => ask() }, sendWords);

  const fillIn = (/** @type {string} */ code) => {
    texted.code = code;
    if (input.value !== code) input.value = code;
    say(problem, input, "");
  };
  const ask = async () => {
    busy(button, t("login.sending"));
    try {
      const { challenge_id } = await send();
      if (signal.aborted) return;
      Object.assign(texted, { challengeId: challenge_id, sentAt: Date.now() });
      fillIn("");
      field.hidden = false;
      announce(t("code.sent"));
      input.focus();
    } catch (error) {
      if (!signal.aborted) say(problem, input, explain(error));
    }
    idle(button, sendWords);
    tick();
  };
  const tick = () => {
    if (isBusy(button)) return;
    const wait_s = Math.ceil((texted.sentAt + SEND_AGAIN_AFTER_MS - Date.now()) / 1000);
    button.disabled = wait_s > 0;
    button.textContent =
      wait_s > 0 ? t("code.again_wait", { time: formatCountdown(wait_s) }) : texted.challengeId ? t("code.again") : sendWords;
  };
  const timer = setInterval(tick, 500);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  return { element: h("div", { class: "code-asked" }, button, problem, field), input, fillIn };
}
