// @ts-check
/** The library before its first photo: what will happen, and where to begin. */
import { h, icon } from "../dom.js";
import { sentenceGap, t } from "../i18n.js";

const STEPS = /** @type {const} */ (["step_1", "step_2", "step_3"]);

/**
 * @param {() => void} choose
 * @param {string} hint the kinds and sizes that are taken
 */
export function emptyLibrary(choose, hint) {
  return h(
    "div",
    { class: "empty" },
    h(
      "div",
      { class: "empty-frame" },
      h("img", { src: "art/frame.svg", alt: "", width: "200", height: "150" }),
      h("h2", {}, t("empty.title")),
      h(
        "p",
        { class: "lead" },
        t("empty.lead"),
        sentenceGap(),
        h("span", { class: "with-mouse" }, t("empty.lead_drop")),
      ),
      h(
        "button",
        { type: "button", class: "button primary", onclick: choose },
        icon("plus"),
        t("empty.choose"),
      ),
      h("p", { class: "hint" }, hint),
    ),
    h(
      "ol",
      { class: "steps" },
      ...STEPS.map((step) =>
        h("li", {}, h("h3", {}, t(`empty.${step}`)), h("p", {}, t(`empty.${step}_more`))),
      ),
    ),
  );
}
