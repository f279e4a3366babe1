// @ts-check
/** The step after a code for an account that was left alone for long: its number may be somebody else's by now. */
import { answerDormant, dormant, forgetDormant, isSpent, registering, signingIn } from "../challenge.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { busy, idle, problemLine, say } from "./form.js";

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {{go: (words?: {words: string}) => void, done: () => void, signal: AbortSignal}} options
 */
export function showDormantStep(card, sms, { go, done, signal }) {
  const problem = problemLine("recovery-problem");
  const input = h("input", {
    id: "recovery",
    type: "text",
    class: "short-code long",
    maxlength: "40",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "recovery-problem",
    oninput: () => say(problem, input, ""),
  });
  const submit = h("button", { type: "submit", class: "button primary wide" }, t("dormant.submit"));
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!input.value.trim()) {
      say(problem, input, t("dormant.empty"));
      return input.focus();
    }
    busy(submit, t("code.checking"));
    try {
      await answerDormant(input.value.trim());
      if (!signal.aborted) done();
    } catch (error) {
      if (signal.aborted) return;
      if (isSpent(error)) return go({ words: t("code.spent") });
      idle(submit, t("dormant.submit"));
      say(problem, input, explain(error));
      input.focus();
    }
  };
  const beginAnew = () => {
    registering.code = dormant.code;
    registering.isNotMine = true;
    forgetDormant();
    go();
  };
  const leave = () => {
    signingIn.challenge = null;
    forgetDormant();
    go();
  };
  const form = h(
    "form",
    { novalidate: true, "aria-labelledby": "view-title", onsubmit },
    h("label", { for: "recovery" }, t("dormant.code")),
    input,
    problem,
    submit,
  );
  fill(
    card,
    h("h1", { id: "view-title", tabindex: "-1" }, t("dormant.title")),
    h("p", { class: "lead" }, t("dormant.lead", { phone: signingIn.phone })),
    dormant.hasRecoveryCode ? form : h("p", { class: "note" }, t("dormant.none")),
    h("h2", { class: "dormant-other" }, t("dormant.new_title")),
    h("p", { class: "lead" }, t("dormant.new_lead")),
    h("button", { type: "button", class: "button wide", onclick: beginAnew }, t("dormant.new")),
    h(
      "div",
      { class: "under-form" },
      h("button", { type: "button", class: "button link", onclick: leave }, t("code.change")),
    ),
  );
  fill(sms);
  card.querySelector("h1")?.focus({ preventScroll: true });
}
