// @ts-check
/** Below the form: the other ways to sign in, if the server offers any. */
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { goTo, nameOf, offeredProviders } from "../providers.js";
import { busy, idle } from "./form.js";

/** @typedef {import("../providers.js").Provider} Provider */

/** @param {AbortSignal} signal @returns {HTMLElement} */
export function providerButtons(signal) {
  const place = h("div", { class: "providers", hidden: true });
  const problem = h("p", { class: "problem", role: "alert" });
  offeredProviders().then((providers) => {
    if (signal.aborted || !providers.length) return;
    place.hidden = false;
    const buttons = providers.map((provider) => goButton(provider, { links: false, problem, signal }));
    fill(place, h("p", { class: "or" }, h("span", {}, t("provider.or"))), ...buttons, problem);
  });
  return place;
}

/**
 * A button that leads to a provider.
 * @param {Provider} provider
 * @param {{links: boolean, problem: HTMLElement, signal: AbortSignal}} options
 */
export function goButton(provider, { links, problem, signal }) {
  const words = () => t(links ? "provider.link" : "provider.go", { provider: nameOf(provider) });
  const go = async () => {
    problem.textContent = "";
    busy(button, t("provider.going"));
    try {
      await goTo(provider, { links });
    } catch (error) {
      if (signal.aborted) return;
      idle(button, words());
      problem.textContent = explain(error);
    }
  };
  const button = h("button", { type: "button", class: `button ${links ? "" : "wide"}`, onclick: go }, words());
  // Whoever comes back by the browser's own button finds the page as it was left.
  window.addEventListener("pageshow", ({ persisted }) => persisted && idle(button, words()), { signal });
  return button;
}
