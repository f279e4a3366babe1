// @ts-check
/** Asks before something that wants a second thought, does it, and stays open with the reason when it failed. */
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";

/** @typedef {import("../api.js").Destroyed} Destroyed */

/**
 * @param {string} title
 * @param {string} body
 * @param {() => Promise<Destroyed>} destroy
 * @returns {Promise<Destroyed | null>} null when the person thought better of it
 */
export function confirmDeletion(title, body, destroy) {
  return confirmAction({
    title,
    body,
    action: t("confirm.delete"),
    doing: t("confirm.deleting"),
    act: destroy,
  });
}

/**
 * @template T
 * @param {{title: string, body: string, action: string, doing: string, act: () => Promise<T>, isHarmless?: boolean}} question
 * @returns {Promise<T | null>} null when the person thought better of it
 */
export function confirmAction({ title, body, action, doing, act, isHarmless = false }) {
  const opener = document.activeElement;
  return new Promise((resolve) => {
    /** @type {T | null} */
    let outcome = null;
    const problem = h("p", { class: "problem", role: "alert" });
    const cancel = h(
      "button",
      { type: "button", class: "button", autofocus: true, onclick: () => dialog.close() },
      t("app.cancel"),
    );
    const go = async () => {
      cancel.disabled = confirm.disabled = true;
      problem.textContent = "";
      confirm.textContent = doing;
      try {
        outcome = await act();
        dialog.close();
      } catch (error) {
        problem.textContent = explain(error);
        confirm.textContent = t("app.retry");
        cancel.disabled = confirm.disabled = false;
        confirm.focus();
      }
    };
    const confirm = h("button", { type: "button", class: `button ${isHarmless ? "primary" : "danger"}`, onclick: go }, action);
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-body" },
      h("h2", { id: "confirm-title" }, title),
      h("p", { id: "confirm-body" }, body),
      problem,
      h("div", { class: "confirm-actions" }, cancel, confirm),
    );
    dialog.addEventListener("cancel", (event) => {
      if (confirm.disabled) event.preventDefault(); // under way: closing now would hide the outcome
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (!outcome && opener instanceof HTMLElement && opener.isConnected) opener.focus();
      resolve(outcome);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
