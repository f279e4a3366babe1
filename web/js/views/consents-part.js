// @ts-check
/** In the account: what the person allows, each with a switch that works both ways alike. */
import { listConsents, putConsent, wordsOf } from "../consents.js";
import { announce, fill, h } from "../dom.js";
import { formatMoment, t } from "../i18n.js";
import { explain } from "../problems.js";

/** @typedef {import("../consents.js").Consent} Consent */

/** @param {AbortSignal} signal @returns {HTMLElement} */
export function consentsPart(signal) {
  const list = h("div", { class: "consent-list" });
  const load = async () => {
    try {
      const { consents } = await listConsents();
      if (!signal.aborted) fill(list, ...consents.map((one) => line(one, signal)));
    } catch (error) {
      if (signal.aborted) return;
      const again = h("button", { type: "button", class: "button", onclick: load }, t("app.retry"));
      fill(list, h("p", { class: "problem", role: "alert" }, explain(error)), again);
    }
  };
  load();
  return h(
    "section",
    { class: "account-part", "aria-labelledby": "consents-title" },
    h("h2", { id: "consents-title" }, t("consents.title")),
    h("p", { class: "account-lead" }, t("consents.lead")),
    list,
  );
}

/** @param {Consent} consent @param {AbortSignal} signal */
function line(consent, signal) {
  const { purpose, decisions } = consent;
  const words = wordsOf(consent);
  const problem = h("p", { class: "problem", role: "alert" });
  const since = h("p", { class: "hint" }, told(consent.is_given, decisions.at(-1)?.decided_at));
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    id: `consent-${purpose}`,
    checked: consent.is_given,
    "aria-describedby": `consent-${purpose}-effect`,
  });
  const change = async () => {
    box.disabled = true;
    problem.textContent = "";
    const wanted = box.checked;
    try {
      const { is_given, decided_at } = await putConsent(purpose, wanted);
      if (signal.aborted) return;
      since.textContent = told(is_given, decided_at);
      announce(since.textContent);
    } catch (error) {
      if (signal.aborted) return;
      box.checked = !wanted;
      problem.textContent = explain(error);
    }
    box.disabled = false;
    box.focus();
  };
  box.addEventListener("change", change);
  return h(
    "div",
    { class: "consent" },
    h("label", { for: box.id }, box, h("span", {}, words.question)),
    h("p", { id: `consent-${purpose}-effect` }, t("consents.effect", { words: words.when_withdrawn })),
    since,
    problem,
  );
}

/** @param {boolean} isGiven @param {string | undefined} decidedAt */
function told(isGiven, decidedAt) {
  if (!decidedAt) return t("consents.never");
  const date = formatMoment(decidedAt);
  return isGiven ? t("consents.given", { date }) : t("consents.withdrawn", { date });
}
