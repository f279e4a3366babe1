// @ts-check
/** In the account: a recovery code, drawn by the server and shown this once. */
import { account } from "../account.js";
import * as api from "../api.js";
import { announce, fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { busy, idle } from "./form.js";

/** @param {AbortSignal} signal @returns {HTMLElement} */
export function recoveryPart(signal) {
  const problem = h("p", { class: "problem", role: "alert" });
  const state = h("p", { class: "hint" });
  const shown = h("div", {});
  const button = h("button", { type: "button", class: "button", onclick: () => draw() });
  const words = () => (account.hasRecoveryCode ? t("recovery.renew") : t("recovery.draw"));

  const show = () => {
    state.textContent = account.hasRecoveryCode ? t("recovery.is_set") : t("recovery.is_not_set");
    if (!button.disabled) button.textContent = words();
  };
  const draw = async () => {
    busy(button, t("recovery.drawing"));
    problem.textContent = "";
    try {
      const { recovery_code } = await api.drawRecoveryCode();
      if (signal.aborted) return;
      account.hasRecoveryCode = true;
      fill(
        shown,
        h("p", { class: "recovery-code", id: "recovery-code", translate: "no" }, recovery_code),
        h("p", { class: "hint" }, t("recovery.once")),
      );
      announce(t("recovery.once"));
    } catch (error) {
      if (!signal.aborted) problem.textContent = explain(error);
    }
    idle(button, words());
    show();
  };
  account.addEventListener("change", show, { signal });
  show();
  return h(
    "section",
    { class: "account-part", "aria-labelledby": "recovery-title" },
    h("h2", { id: "recovery-title" }, t("recovery.title")),
    h("p", { class: "account-lead" }, t("recovery.lead")),
    state,
    shown,
    problem,
    button,
  );
}
