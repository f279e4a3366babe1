// @ts-check
/** One slider of a draft, with its value beside it: pressing the value, or Delete on the slider, takes it back. */
import { h } from "../../dom.js";
import { formatSigned, t } from "../../i18n.js";

/** @typedef {{path: string, words: string, min?: number, max?: number, step?: number, standing?: number}} Setting */

/**
 * @param {import("../../draft.js").Draft} draft @param {Setting} setting @param {AbortSignal} signal
 * @param {{describedBy?: string}} [more]
 */
export function slider(draft, setting, signal, { describedBy } = {}) {
  const { path, words, min = -100, max = 100, step = 1, standing = 0 } = setting;
  const name = t(words);
  const id = `set-${path.replaceAll(".", "-")}`;
  const put = (/** @type {number} */ value) => draft.set({ [path]: value === standing ? undefined : value });
  const reset = () => {
    draft.settle();
    put(standing);
    draft.settle();
    range.focus();
  };
  const range = h("input", {
    type: "range",
    id,
    min,
    max,
    step,
    "aria-describedby": describedBy,
    oninput: () => put(Number(range.value)),
    onchange: () => draft.settle(),
    ondblclick: reset,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      reset();
    },
  });
  const label = t("editor.reset_one", { name });
  const value = h("button", { type: "button", class: "slider-value", "aria-label": label, title: label, onclick: reset });
  const show = () => {
    const at = draft.get(path, standing);
    range.value = String(at);
    value.textContent = min < 0 ? formatSigned(at, step < 0.5 ? 2 : step < 1 ? 1 : 0) : String(at);
    value.disabled = at === standing;
  };
  draft.addEventListener("change", show, { signal });
  show();
  return h("div", { class: "slider" }, h("label", { for: id }, name), range, value);
}
