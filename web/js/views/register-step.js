// @ts-check
/** The third step, for a number without an account: read the policy, agree to it, and say an age band. */
import * as api from "../api.js";
import { askGuardian, forgetRegistration, isSpent, register, registering, signingIn } from "../challenge.js";
import { fill, h } from "../dom.js";
import { currentLanguage, t } from "../i18n.js";
import { explain } from "../problems.js";
import { nameOf } from "../providers.js";
import { codeField } from "./code-field.js";
import { busy, idle, problemLine, say } from "./form.js";
import { smsPanel } from "./sms.js";

/** @typedef {import("../api.js").AgeBand} AgeBand */

/** @type {AgeBand[]} */
const AGE_BANDS = ["under_14", "14_to_17", "adult"];

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {AbortSignal} signal
 * @param {{go: (words?: {words: string}) => void, done: () => void}} options
 */
export function showRegisterStep(card, sms, signal, { go, done }) {
  const problem = problemLine("register-problem");
  const text = h("div", { class: "policy-text", role: "status" }, t("app.loading"));
  const agree = h("input", {
    type: "checkbox",
    id: "agree",
    disabled: true,
    "aria-describedby": "register-problem",
    onchange: () => {
      registering.agreed = agree.checked;
      say(problem, agree, "");
    },
  });
  const hint = h("p", { class: "hint", id: "age-hint" });
  const ages = AGE_BANDS.map((band) =>
    h("input", {
      type: "radio",
      name: "age",
      id: `age-${band}`,
      value: band,
      checked: registering.ageBand === band,
      "aria-describedby": "age-hint",
      onchange: () => choose(band),
    }),
  );
  const submit = h("button", { type: "submit", class: "button primary wide" }, t("register.submit"));

  const guardian = guardianPart(signal);

  const choose = (/** @type {AgeBand | null} */ band) => {
    registering.ageBand = band;
    hint.textContent = band === null || band === "adult" ? "" : t(`register.hint_${band}`);
    guardian.element.hidden = band !== "under_14";
    fill(sms, guardian.element.hidden ? null : guardian.panel());
    say(problem, agree, "");
  };
  const load = async () => {
    try {
      const policy = await api.getPolicy(currentLanguage());
      if (signal.aborted) return;
      // What was agreed to is this text and no other: a changed one has to be agreed to anew.
      if (registering.policy?.sha256 !== policy.sha256) registering.agreed = false;
      registering.policy = policy;
      agree.checked = registering.agreed;
      agree.disabled = false;
      fill(text, ...policy.text.split("\n").map(paragraph));
      for (const [name, value] of Object.entries(READABLE)) text.setAttribute(name, value);
      text.setAttribute("aria-label", t("register.policy"));
    } catch (error) {
      if (signal.aborted) return;
      const again = h("button", { type: "button", class: "button", onclick: load }, t("app.retry"));
      fill(text, h("p", { class: "problem" }, explain(error)), again);
    }
  };
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const [missing, words] = whatIsMissing(ages, agree, guardian);
    if (missing) {
      say(problem, agree, words);
      return missing.focus();
    }
    busy(submit, t("register.opening"));
    try {
      await register();
      if (!signal.aborted) done();
    } catch (error) {
      if (signal.aborted) return;
      if (registering.via && isRejected(error)) {
        forgetRegistration();
        return go({ words: explain(error) });
      }
      if (isSpent(error)) return go({ words: t("code.spent") });
      idle(submit, t("register.submit"));
      say(problem, agree, explain(error));
      if (error instanceof api.ApiError && error.code === "policy_not_in_force") load();
    }
  };
  const leave = () => {
    signingIn.challenge = null;
    forgetRegistration();
    go();
  };
  fill(
    card,
    h("h1", { id: "view-title", tabindex: "-1" }, t("register.title")),
    h("p", { class: "lead" }, lead()),
    text,
    h(
      "form",
      { novalidate: true, class: "register", "aria-labelledby": "view-title", onsubmit },
      h(
        "fieldset",
        {},
        h("legend", {}, t("register.age")),
        ...ages.map((input) => choice(input, t(`register.age_${input.value}`))),
        hint,
      ),
      guardian.element,
      choice(agree, t("register.agree")),
      problem,
      submit,
    ),
    h(
      "div",
      { class: "under-form" },
      h("button", { type: "button", class: "button link", onclick: leave }, t("register.leave")),
    ),
  );
  choose(registering.ageBand);
  load();
  card.querySelector("h1")?.focus({ preventScroll: true });
}

function lead() {
  const { via } = registering;
  if (via) return t("register.lead_provider", { provider: nameOf(via.provider) });
  return t("register.lead", { phone: signingIn.phone });
}

/** @param {unknown} error whether the provider's login has to begin again */
function isRejected(error) {
  return error instanceof api.ApiError && error.code === "provider_login_rejected";
}

/** A text that scrolls can be reached and scrolled by keyboard. */
const READABLE = { tabindex: "0", role: "region" };

/** @param {string} line */
function paragraph(line) {
  const isHeading = /^(\d+\. |[一二三四五六七八九十]+、)/.test(line);
  return line ? h("p", { class: isHeading && "policy-heading" }, line) : null;
}

/** @param {HTMLInputElement} input @param {string} words */
function choice(input, words) {
  return h("label", { class: "choice", for: input.id }, input, h("span", {}, words));
}

/**
 * @param {HTMLInputElement[]} ages
 * @param {HTMLInputElement} agree
 * @param {{phone: HTMLInputElement, code: HTMLInputElement}} guardian
 * @returns {[HTMLInputElement | null, string]}
 */
function whatIsMissing(ages, agree, guardian) {
  if (!ages.some((input) => input.checked)) return [ages[0], t("register.age_missing")];
  if (registering.ageBand === "under_14" && !registering.guardian.texted.challengeId)
    return [guardian.phone, t("guardian.missing")];
  if (registering.ageBand === "under_14" && guardian.code.value.length < 6)
    return [guardian.code, t("code.incomplete")];
  if (!agree.checked) return [agree, t("register.agree_missing")];
  return [null, ""];
}

/** What a guardian has to do with it: their number, and the code that is sent there. @param {AbortSignal} signal */
function guardianPart(signal) {
  const { guardian } = registering;
  const phone = h("input", {
    id: "guardian-phone",
    type: "tel",
    inputmode: "tel",
    maxlength: "32",
    autocomplete: "off",
    "aria-describedby": "guardian-hint",
    value: guardian.phone,
    oninput: () => (guardian.phone = phone.value.trim()),
  });
  const asked = codeField({
    id: "guardian-code",
    sendWords: t("guardian.send"),
    label: t("guardian.code"),
    texted: guardian.texted,
    send: askGuardian,
    signal,
  });
  const element = h(
    "div",
    { class: "guardian" },
    h("label", { for: "guardian-phone" }, t("guardian.phone")),
    phone,
    h("p", { class: "hint", id: "guardian-hint" }, t("guardian.hint")),
    asked.element,
  );
  const panel = () => smsPanel(() => guardian.phone, asked.fillIn, signal);
  return { element, phone, code: asked.input, panel };
}
