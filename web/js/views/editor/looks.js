// @ts-check
/** Every preset as a small picture of this very photo; what is chosen has a strength. */
import { fill, h } from "../../dom.js";
import { has, t } from "../../i18n.js";
import { drawn, WHOLE } from "../../preview/geometry.js";
import { planOf } from "../../preview/plan.js";
import { painted } from "../../preview/preview.js";
import { slider } from "./slider.js";

const THUMB_PX = 168; // 84 px on a screen of two pixels each

/** @typedef {import("../../preview/source.js").Source} Source */
/** @typedef {import("../../preview/plan.js").Presets} Presets */

/**
 * @param {import("../../draft.js").Draft} draft @param {AbortSignal} signal
 * @returns {{
 *   panel: HTMLElement,
 *   draw: (presets: Presets) => void,
 *   picture: (source: Source, presets: Presets) => Promise<void>,
 * }} draw the names first; picture them once the photo is there
 */
export function looks(draft, signal) {
  const strip = h("div", { class: "looks", role: "radiogroup", "aria-label": t("editor.looks") });
  const strength = slider(
    draft,
    { path: "look.strength", words: "editor.look_strength", min: 0, standing: 100 },
    signal,
  );
  /** @type {Map<string, HTMLCanvasElement>} */
  const pictures = new Map();
  const show = () => {
    const chosen = draft.get("look.preset", "");
    for (const input of strip.querySelectorAll("input")) input.checked = input.value === chosen;
    strength.hidden = !chosen;
  };
  draft.addEventListener("change", show, { signal });
  const choose = (/** @type {string} */ name) => {
    draft.settle();
    draft.set({ look: name ? { preset: name } : undefined });
    draft.settle();
  };
  show();
  return {
    panel: h("div", { class: "panel" }, strip, strength),
    draw: (presets) => {
      const names = ["", ...Object.keys(presets)];
      for (const name of names) pictures.set(name, h("canvas", { width: THUMB_PX, height: THUMB_PX }));
      fill(strip, ...names.map((name) => look(name, /** @type {any} */ (pictures.get(name)), choose)));
      show();
    },
    picture: async (source, presets) => {
      const pixels = drawn(source, {}, square(source), THUMB_PX);
      for (const [name, canvas] of pictures) {
        if (signal.aborted) return;
        const result = await painted(planOf(name ? { look: { preset: name } } : {}, presets), pixels);
        canvas.width = result.width;
        canvas.height = result.height;
        canvas.getContext("2d", { colorSpace: result.colorSpace })?.putImageData(result, 0, 0);
        await new Promise((resolve) => setTimeout(resolve)); // one at a time: the sliders come first
      }
    },
  };
}

/** @param {string} name @param {HTMLCanvasElement} canvas @param {(name: string) => void} choose */
function look(name, canvas, choose) {
  return h(
    "label",
    { class: "look" },
    h("input", { type: "radio", name: "look", value: name, onchange: () => choose(name) }),
    canvas,
    h("span", {}, nameOf(name)),
  );
}

/** A preset of a newer server has no name here yet. @param {string} preset */
function nameOf(preset) {
  const bare = preset.split("@")[0];
  const key = `editor.look_${bare || "none"}`;
  return has(key) ? t(key) : bare;
}

/** The middle, as a square. @param {Source} source */
function square({ width, height }) {
  const x = Math.max(0, (1 - height / width) / 2);
  const y = Math.max(0, (1 - width / height) / 2);
  return { ...WHOLE, left: x, right: 1 - x, top: y, bottom: 1 - y };
}
