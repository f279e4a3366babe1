// @ts-check
/** Signing in: a phone number, then the code that was sent to it. */
import * as api from "../api.js";
import { askForCode, dormant, forgetSignIn, registering, secondsToWait, signingIn } from "../challenge.js";
import { describeDevice, deviceName } from "../device.js";
import { announce, fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { explainLimit, formatCountdown } from "../limits.js";
import { explain } from "../problems.js";
import * as session from "../session.js";
import { showCodeStep } from "./code-step.js";
import { showDormantStep } from "./dormant-step.js";
import { busy, idle, isBusy, problemLine, say, sayWait } from "./form.js";
import { tryFirst } from "./guest.js";
import { providerButtons } from "./provider-buttons.js";
import { showRegisterStep } from "./register-step.js";
import { showReturnStep } from "./return-step.js";
import { smsPanel } from "./sms.js";

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
    const name = registering.code ? "register" : dormant.code ? "dormant" : "code";
    root.dataset.step = registering.via ? "register" : signingIn.challenge ? name : "phone";
    const done = () => {
      forgetSignIn();
      onSignedIn();
    };
    if (registering.via && !registering.isAsked) showReturnStep(card, sms, step.signal, { go, done });
    else if (registering.via || (signingIn.challenge && registering.code)) showRegisterStep(card, sms, step.signal, { go, done });
    else if (signingIn.challenge && dormant.code)
      showDormantStep(card, sms, { go, done, signal: step.signal });
    else if (signingIn.challenge) showCodeStep(card, sms, step.signal, { go, done, words });
    else showPhoneStep(card, sms, step.signal, { go, done, words, moveFocus });
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
 * @param {{go: () => void, done: () => void, words: string, moveFocus: boolean}} options
 */
function showPhoneStep(card, sms, signal, { go, done, words, moveFocus }) {
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
    value: signingIn.phone,
    oninput: () => {
      signingIn.phone = input.value.trim();
      if (!secondsToWait()) {
        say(problem, input, "");
        waiting = false;
      }
      tick();
    },
  });
  const isGuest = session.guestUntil() !== null;
  const submit = h("button", { type: "submit", class: "button primary wide" }, t("login.send"));
  let waiting = false;
  const tick = () => {
    if (isBusy(submit)) return;
    const wait_s = secondsToWait();
    if (wait_s && !waiting) sayWait(problem, explainLimit(signingIn.wait?.limit ?? ""), wait_s);
    if (!wait_s && waiting) {
      say(problem, input, "");
      announce(t("login.wait_over"));
    }
    waiting = wait_s > 0;
    submit.disabled = waiting;
    submit.textContent = waiting ? t("login.send_wait", { time: formatCountdown(wait_s) }) : t("login.send");
  };
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (submit.disabled) return;
    if (!signingIn.phone) {
      say(problem, input, t("login.phone_empty"));
      return input.focus();
    }
    busy(submit, t("login.sending"));
    waiting = false;
    try {
      await askForCode();
      if (!signal.aborted) go();
    } catch (error) {
      if (signal.aborted) return;
      idle(submit, t("login.send"));
      say(problem, input, secondsToWait() ? "" : explain(aboutPhone(error)));
      tick();
      input.focus();
    }
  };
  fill(
    card,
    h("h1", { id: "view-title" }, t("login.title")),
    words ? h("p", { class: "note", role: "status" }, words) : null,
    h("p", { class: "lead" }, t(isGuest ? "guest.keep_lead" : "login.lead")),
    h(
      "form",
      { novalidate: true, onsubmit, "aria-labelledby": "view-title" },
      h("label", { for: "phone" }, t("login.phone")),
      input,
      problem,
      h("p", { class: "hint", id: "phone-hint" }, t("login.phone_hint")),
      rememberNumber(),
      submit,
    ),
    providerButtons(signal),
    isGuest
      ? h("div", { class: "under-form" }, h("a", { class: "button link", href: "#/" }, t("guest.back")))
      : tryFirst(done),
    whatWeSend(),
  );
  fill(
    sms,
    smsPanel(() => signingIn.phone, null, signal),
  );
  const timer = setInterval(tick, 500);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  if (moveFocus) input.focus();
}

/** The choice, never made for anyone, to be reminded of the number; and what is remembered here now (CK.7). */
function rememberNumber() {
  const box = h("input", {
    type: "checkbox",
    id: "remember",
    checked: signingIn.remember,
    onchange: () => {
      signingIn.remember = box.checked;
      if (box.checked || !remembered.textContent) return;
      remembered.textContent = "";
      api.forgetNumber().catch(() => undefined); // the next sign-in forgets it, too
    },
  });
  const remembered = h("p", { class: "hint", role: "status" });
  api
    .getRememberedNumber()
    .then(({ phone }) => {
      if (!phone) return;
      remembered.textContent = t("login.remembered", { phone });
      box.checked = signingIn.remember = true; // they chose it, and may unchoose it here
    })
    .catch(() => undefined);
  return h(
    "div",
    { class: "remember" },
    h("label", { class: "choice", for: "remember" }, box, h("span", {}, t("login.remember"))),
    remembered,
  );
}

/** What a sign-in tells the server besides the number, word for word. */
function whatWeSend() {
  const { name, app_version } = describeDevice();
  return h(
    "details",
    { class: "sent" },
    h("summary", {}, t("sent.title")),
    h("p", {}, t("sent.lead")),
    h(
      "dl",
      {},
      h("dt", {}, t("sent.name")),
      h("dd", {}, deviceName(name)),
      h("dt", {}, t("sent.kind")),
      h("dd", {}, t("device.web")),
      h("dt", {}, t("sent.version")),
      h("dd", {}, app_version),
    ),
    h("p", {}, t("sent.more")),
  );
}

/** The number is all that was sent, so a refused request is a refused number. @param {unknown} error */
function aboutPhone(error) {
  return error instanceof api.ApiError && error.code === "invalid_request"
    ? new api.ApiError("invalid_phone")
    : error;
}
