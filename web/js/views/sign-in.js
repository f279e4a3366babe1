// @ts-check
/** Signing in: a phone number, then the code that was sent to it. */
import * as api from "../api.js";
import { announce, fill, h } from "../dom.js";
import { t, tn } from "../i18n.js";
import { explain } from "../problems.js";
import { busy, idle, problemLine, say } from "./form.js";
import { smsPanel } from "./sms.js";

const SEND_AGAIN_AFTER_MS = 30_000;

/** What survives a change of language: the person goes on where they were. */
const memory = {
  phone: "",
  /** @type {{id: string, expiresAt: number, sentAt: number, spent: boolean} | null} */
  challenge: null,
};

/**
 * @param {HTMLElement} root
 * @param {{onSignedIn: () => void, notice?: string}} options `notice` says why the person is here again
 * @returns {() => void} ends the view
 */
export function showSignIn(root, { onSignedIn, notice = "" }) {
  const life = new AbortController();
  const card = h("div", { class: "sign-in-card" });
  const sms = h("div", { class: "sms-place" });
  /** @type {AbortController | null} */
  let step = null;

  const go = ({ words = "", moveFocus = true } = {}) => {
    step?.abort();
    step = new AbortController();
    root.dataset.step = memory.challenge ? "code" : "phone";
    const done = () => {
      memory.challenge = null;
      memory.phone = "";
      onSignedIn();
    };
    if (memory.challenge) showCodeStep(card, sms, step.signal, { go, done });
    else showPhoneStep(card, sms, step.signal, { go, words, moveFocus });
  };
  life.signal.addEventListener("abort", () => step?.abort());
  fill(
    root,
    h(
      "div",
      { class: "welcome" },
      h(
        "section",
        { class: "welcome-words" },
        h("img", { class: "welcome-art", src: "art/prints.svg", alt: "", width: "560", height: "400" }),
        h("p", { class: "promise" }, t("login.promise")),
        h("p", { class: "promise-more" }, t("login.promise_more")),
      ),
      h("div", { class: "welcome-forms" }, card, sms),
    ),
  );
  go({ words: notice, moveFocus: false });
  return () => life.abort();
}

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {AbortSignal} signal
 * @param {{go: () => void, words: string, moveFocus: boolean}} options
 */
function showPhoneStep(card, sms, signal, { go, words, moveFocus }) {
  const problem = problemLine("phone-problem");
  const input = h("input", {
    id: "phone",
    name: "phone",
    type: "tel",
    autocomplete: "tel",
    inputmode: "tel",
    required: true,
    maxlength: "32",
    "aria-describedby": "phone-hint phone-problem",
    value: memory.phone,
    oninput: () => {
      memory.phone = input.value.trim();
      say(problem, input, "");
    },
  });
  const submit = h("button", { type: "submit", class: "button primary wide" }, t("login.send"));
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (submit.disabled) return;
    if (!memory.phone) {
      say(problem, input, t("login.phone_empty"));
      return input.focus();
    }
    busy(submit, t("login.sending"));
    try {
      await sendCode();
      if (!signal.aborted) go();
    } catch (error) {
      if (signal.aborted) return;
      say(problem, input, explain(aboutPhone(error)));
      idle(submit, t("login.send"));
      input.focus();
    }
  };
  fill(
    card,
    h("h1", { id: "view-title" }, t("login.title")),
    words ? h("p", { class: "note", role: "status" }, words) : null,
    h("p", { class: "lead" }, t("login.lead")),
    h(
      "form",
      { novalidate: true, onsubmit, "aria-labelledby": "view-title" },
      h("label", { for: "phone" }, t("login.phone")),
      input,
      problem,
      h("p", { class: "hint", id: "phone-hint" }, t("login.phone_hint")),
      submit,
    ),
  );
  fill(
    sms,
    smsPanel(() => memory.phone, null, signal),
  );
  if (moveFocus) input.focus();
}

/** The number is all that was sent, so a refused request is a refused number. @param {unknown} error */
function aboutPhone(error) {
  return error instanceof api.ApiError && error.code === "invalid_request"
    ? new api.ApiError("invalid_phone")
    : error;
}

async function sendCode() {
  const { challenge_id, expires_at } = await api.requestCode(memory.phone);
  memory.challenge = {
    id: challenge_id,
    expiresAt: Date.parse(expires_at),
    sentAt: api.serverNow(),
    spent: false,
  };
}

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {AbortSignal} signal
 * @param {{go: () => void, done: () => void}} options
 */
function showCodeStep(card, sms, signal, { go, done }) {
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

  const verify = async () => {
    const challenge = memory.challenge;
    if (!challenge || submit.disabled) return;
    if (!/^\d{6}$/.test(input.value)) {
      say(problem, input, t("code.incomplete"));
      return input.focus();
    }
    busy(submit, t("code.checking"));
    try {
      await api.logIn(challenge.id, memory.phone, input.value);
      if (!signal.aborted) done();
    } catch (error) {
      if (signal.aborted) return;
      challenge.spent = attemptsLeft(error) === 0;
      say(problem, input, explainCode(error));
      idle(submit, t("code.submit"));
      tick();
      (challenge.spent ? again : input).focus();
      input.select();
    }
  };
  const resend = async () => {
    busy(again, t("login.sending"));
    try {
      await sendCode();
      if (signal.aborted) return;
      input.value = "";
      say(problem, input, "");
      announce(t("code.sent_again"));
      input.focus();
    } catch (error) {
      if (!signal.aborted) say(problem, input, explain(error));
    }
    idle(again, t("code.again"));
    tick();
  };
  const tick = () => {
    const challenge = memory.challenge;
    if (!challenge) return;
    const left_s = Math.max(0, Math.ceil((challenge.expiresAt - api.serverNow()) / 1000));
    const time = `${Math.floor(left_s / 60)}:${String(left_s % 60).padStart(2, "0")}`;
    countdown.textContent = challenge.spent ? "" : left_s ? t("code.life", { time }) : t("code.expired");
    submit.disabled = submit.getAttribute("aria-busy") === "true" || !left_s || challenge.spent;
    const wait_s = Math.ceil((challenge.sentAt + SEND_AGAIN_AFTER_MS - api.serverNow()) / 1000);
    if (again.getAttribute("aria-busy") === "true") return;
    again.disabled = left_s > 0 && !challenge.spent && wait_s > 0;
    again.textContent = again.disabled ? t("code.again_wait", { n: wait_s }) : t("code.again");
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
    memory.challenge = null;
    go();
  };
  fill(
    card,
    h("h1", { id: "view-title" }, t("code.title")),
    h("p", { class: "lead" }, t("code.lead", { phone: memory.phone })),
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
    smsPanel(() => memory.phone, fillIn, signal),
  );
  const timer = setInterval(tick, 500);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  input.focus({ preventScroll: true });
}

/** @param {unknown} error @returns {number | undefined} the tries a refused code leaves */
function attemptsLeft(error) {
  return error instanceof api.ApiError && error.code === "code_rejected"
    ? error.facts.attempts_left
    : undefined;
}

/** @param {unknown} error */
function explainCode(error) {
  const left = attemptsLeft(error);
  if (left === undefined) return explain(error);
  return left === 0 ? t("code.spent") : tn("code.wrong", left);
}
