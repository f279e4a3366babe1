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
  let scale = 1;
  picture.after(element);
  canvas.addEventListener("painted", (event) => {
    const { width, height } = /** @type {CustomEvent<{width: number, height: number}>} */ (event).detail;
    element.style.setProperty("--shape", String(width / height));
    element.style.setProperty("--widest", `${scale * width}px`);
  });
  return {
    element,
    get isReady() {
      return preview !== null;
    },
    /** @param {Photo} photo @param {import("../../preview/plan.js").Presets} presets @param {import("../../draft.js").Recipe} recipe */
    async load(photo, presets, recipe) {
      const { preview: rendition, full } = photo.unedited ?? photo.renditions;
      if (!rendition || !full) throw new TypeError("A ready photo has renditions");
      const source = await loadSource(rendition.url, signal);
      scale = full.width_px / source.width;
      preview = new Preview(canvas, source, presets, signal);
      preview.show({ recipe }); // there before it is needed
      return source;
    },
    /** Stand in for the picture, if ready; without a view, give it back. @param {import("../../preview/preview.js").View | null} view */
    show(view) {
      picture.hidden = view !== null;
      element.hidden = view === null;
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
