// @ts-check
/** What is lettered on the photo; the server draws it, so the page says so. */
import { h } from "../../dom.js";
import { t } from "../../i18n.js";

const OUTLINE = 6; // percent of the letters' size: readable on any ground

/** @param {import("../../draft.js").Draft} draft @param {AbortSignal} signal */
export function words(draft, signal) {
  const put = (/** @type {string} */ text) =>
    draft.set({ "decoration.texts": text.trim() ? [{ ...first(), text: text.trim() }] : undefined });
  const first = () => draft.get("decoration.texts", [{ outline_percent: OUTLINE }])[0];
  const input = h("input", {
    type: "text",
    maxlength: 200,
    "aria-describedby": "words-hint",
    oninput: () => put(input.value),
    onchange: () => draft.settle(),
  });
  const show = () => {
    const text = first().text ?? "";
    if (input.value.trim() !== text) input.value = text;
  };
  draft.addEventListener("change", show, { signal });
  show();
  return h(
    "div",
    { class: "words" },
    h("label", {}, t("editor.text"), input),
    h("p", { class: "hint", id: "words-hint" }, t("editor.words_hint")),
  );
}
