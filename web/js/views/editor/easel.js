// @ts-check
/** Where the preview stands in for the picture, at the same place and size. */
import { h } from "../../dom.js";
import { loadSource } from "../../preview/source.js";
import { Preview } from "../../preview/preview.js";

/** @typedef {import("../../api.js").Photo} Photo */

/**
 * @param {HTMLImageElement} picture what it stands in for @param {HTMLElement} frame lies over it @param {AbortSignal} signal
 */
export function makeEasel(picture, frame, signal) {
  const canvas = h("canvas", { role: "img", "aria-label": picture.alt });
  const element = h("div", { class: "easel", hidden: true }, canvas, frame);
  /** @type {Preview | null} */
  let preview = null;
  let widest = 0;
  picture.after(element);
  canvas.addEventListener("painted", () => {
    element.style.setProperty("--shape", String(canvas.width / canvas.height));
    element.style.setProperty("--widest", `${Math.round((widest * canvas.width) / Math.max(canvas.width, canvas.height))}px`);
  });
  return {
    element,
    /** @param {Photo} photo @param {import("../../preview/plan.js").Presets} presets */
    async load(photo, presets) {
      const { preview: rendition, full } = photo.unedited ?? photo.renditions;
      if (!rendition || !full) throw new TypeError("A ready photo has renditions");
      const source = await loadSource(rendition.url, signal);
      widest = Math.max(full.width_px, full.height_px);
      preview = new Preview(canvas, source, presets, signal);
      return source;
    },
    /** Stand in for the picture, or, without a view, give it back. @param {import("../../preview/preview.js").View | null} view */
    show(view) {
      const stands = Boolean(view && preview);
      picture.hidden = stands;
      element.hidden = !stands;
      frame.hidden = !view?.isCutting;
      if (view) preview?.show(view);
    },
  };
}

/** Aim the picture at what a photo looks like. @param {HTMLImageElement} picture @param {Photo["renditions"]} renditions */
export function aim(picture, { preview, full }) {
  const srcset = preview && full && `${preview.url} ${preview.width_px}w, ${full.url} ${full.width_px}w`;
  if (!srcset || picture.srcset === srcset) return; // the same again would be fetched again
  picture.width = full.width_px;
  picture.height = full.height_px;
  picture.srcset = srcset;
}
