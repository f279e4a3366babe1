// @ts-check
/** The second step of signing in: the six digits, typed or read from the message by the browser. */
import * as api from "../api.js";
import {
  askForCode,
  attemptsLeft,
  handInCode,
  isDormant,
  isLimit,
  needsRegistration,
  secondsToWait,
  signingIn,
} from "../challenge.js";
import { announce, fill, h } from "../dom.js";
import { t, tn } from "../i18n.js";
import { explainLimit, formatCountdown } from "../limits.js";
import { awaitTextedCode } from "../otp.js";
import { explain } from "../problems.js";
import { busy, idle, isBusy, problemLine, say, sayWait } from "./form.js";
import { smsPanel } from "./sms.js";

/** One code a minute for a number. */
const SEND_AGAIN_AFTER_MS = 60_000;

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {AbortSignal} signal
 * @param {{go: () => void, done: () => void, words: string}} options `words` say why a code is asked for again
 */
export function showCodeStep(card, sms, signal, { go, done, words }) {
  const problem = problemLine("code-problem");
  const input = h("input", {
    id: "code",
    name: "code",
    type: "text",
    class: "code",
    autocomplete: "one-time-code",
    inputmode: "numeric",
    maxlength: "6",
    required: true,
    spellcheck: "false",
    "aria-describedby": "code-life code-problem",
  });
  const submit = h("button", { type: "submit", class: "button primary wide" }, t("code.submit"));
  const again = h("button", { type: "button", class: "button link" }, t("code.again"));
  const countdown = h("p", { class: "hint", id: "code-life" });

  const sayRefusal = (/** @type {unknown} */ error) => {
    if (isLimit(error)) sayWait(problem, explainLimit(error.facts.limit ?? ""), secondsToWait());
    else say(problem, input, explainCode(error));
  };
  const verify = async () => {
    const challenge = signingIn.challenge;
    if (!challenge || submit.disabled) return;
    if (!/^\d{6}$/.test(input.value)) {
      say(problem, input, t("code.incomplete"));
      return input.focus();
    }
    busy(submit, t("code.checking"));
    try {
      await handInCode(input.value);
      if (!signal.aborted) done();
    } catch (error) {
      if (signal.aborted) return;
      if (needsRegistration(error) || isDormant(error)) return go();
      sayRefusal(error);
      idle(submit, t("code.submit"));
      tick();
      (challenge.spent && !again.disabled ? again : input).focus();
      input.select();
    }
  };
  const resend = async () => {
    busy(again, t("login.sending"));
    try {
      await askForCode();
      if (signal.aborted) return;
      input.value = "";
      say(problem, input, "");
      announce(t("code.sent_again"));
      input.focus();
    } catch (error) {
      if (signal.aborted) return;
      sayRefusal(error);
    }
    idle(again, t("code.again"));
    tick();
  };
  const tick = () => {
    const challenge = signingIn.challenge;
    if (!challenge) return;
    const left_s = Math.max(0, Math.ceil((challenge.expiresAt - api.serverNow()) / 1000));
    const time = formatCountdown(left_s);
    countdown.textContent = challenge.spent ? "" : left_s ? t("code.life", { time }) : t("code.expired");
    submit.disabled = isBusy(submit) || !left_s || challenge.spent;
    if (isBusy(again)) return;
    const pause_s = Math.ceil((challenge.sentAt + SEND_AGAIN_AFTER_MS - api.serverNow()) / 1000);
    const wait_s = Math.max(secondsToWait(), pause_s);
    again.disabled = wait_s > 0;
    again.textContent =
      wait_s > 0 ? t("code.again_wait", { time: formatCountdown(wait_s) }) : t("code.again");
  };

  input.addEventListener("input", () => {
    // Chinese keyboards may send full-width digits; pasted codes may hold spaces.
    const digits = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, 6);
    if (digits !== input.value) input.value = digits;
    say(problem, input, "");
    if (digits.length === 6) verify();
  });
  again.addEventListener("click", resend);
  const change = () => {
    signingIn.challenge = null;
    go();
  };
  fill(
    card,
    h("h1", { id: "view-title" }, t("code.title")),
    h("p", { class: "lead" }, t("code.lead", { phone: signingIn.phone })),
    h(
      "form",
      {
        novalidate: true,
        "aria-labelledby": "view-title",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          verify();
        },
      },
      h("label", { for: "code" }, t("code.label")),
      h("div", { class: "code-field" }, input),
      problem,
      countdown,
      submit,
    ),
    h(
      "div",
      { class: "under-form" },
      again,
      h("button", { type: "button", class: "button link", onclick: change }, t("code.change")),
    ),
  );
  const fillIn = (/** @type {string} */ code) => {
    input.value = code;
    verify();
  };
  fill(
    sms,
    smsPanel(() => signingIn.phone, fillIn, signal),
  );
  const timer = setInterval(tick, 500);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  awaitTextedCode(signal).then((texted) => {
    if (texted && !signal.aborted) fillIn(texted);
  });
  if (words) say(problem, input, words);
  input.focus({ preventScroll: true });
}

/** @param {unknown} error */
function explainCode(error) {
  const left = attemptsLeft(error);
  if (left === undefined) return explain(error);
  return left === 0 ? t("code.spent") : tn("code.wrong", left);
}
