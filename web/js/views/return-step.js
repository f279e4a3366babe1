// @ts-check
/** Back from a provider: the login is ended here, or goes on with a registration. */
import { enterByProvider, forgetRegistration, isLimit, needsRegistration, registering } from "../challenge.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { explainLimit } from "../limits.js";
import { explain } from "../problems.js";
import { nameOf } from "../providers.js";

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} sms
 * @param {AbortSignal} signal
 * @param {{go: (words?: {words: string}) => void, done: () => void}} options
 */
export async function showReturnStep(card, sms, signal, { go, done }) {
  const provider = nameOf(/** @type {import("../providers.js").Return} */ (registering.via).provider);
  fill(sms);
  fill(
    card,
    h("h1", { id: "view-title" }, t("login.title")),
    h("p", { class: "lead", role: "status" }, t("provider.entering", { provider })),
    h("div", { class: "bar endless" }, h("span", {})),
  );
  try {
    await enterByProvider();
    if (!signal.aborted) done();
  } catch (error) {
    if (needsRegistration(error)) registering.isAsked = true;
    else forgetRegistration();
    if (signal.aborted) return;
    if (registering.isAsked) go();
    else go({ words: isLimit(error) ? explainLimit(error.facts.limit ?? "") : explain(error) });
  }
}
