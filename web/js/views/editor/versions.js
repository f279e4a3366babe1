// @ts-check
/** The edits of a photo that can be gone back to, each as it looks; the photo without any is the last. */
import { fill, h } from "../../dom.js";
import { formatMoment, t } from "../../i18n.js";

/** @typedef {import("../../api.js").Photo} Photo */
/** @typedef {import("../../edits.js").Edit} Edit */

/**
 * @param {HTMLElement} list @param {Photo} photo @param {Edit[]} edits
 * @param {(edit: Edit | null) => void} choose
 */
export function drawVersions(list, photo, edits, choose) {
  const ready = edits.filter(({ state }) => state === "ready");
  const unedited = photo.unedited ?? photo.renditions;
  const rows = ready.map((edit, at) => ({
    edit: /** @type {Edit | null} */ (edit),
    thumb: edit.renditions.thumb,
    words: t("editor.version", { number: ready.length - at, date: formatMoment(edit.created_at) }),
  }));
  if (rows.length) rows.push({ edit: null, thumb: unedited.thumb, words: t("editor.unedited") });
  fill(
    list,
    ...rows.map(({ edit, thumb, words }) => {
      const isShown = (edit?.id ?? null) === (photo.current_edit_id ?? null);
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "version", disabled: isShown, onclick: () => choose(edit) },
          h("img", { src: thumb?.url, alt: "", width: 56, height: 56, decoding: "async" }),
          h("span", {}, isShown ? t("editor.shown", { version: words }) : words),
        ),
      );
    }),
  );
}
