// @ts-check
/** Shows what a recipe makes of a photo, as fast as it is asked, and never holds the page up. */
import { drawn, keptBox, WHOLE } from "./geometry.js";
import { painter } from "./paint.js";
import { planOf } from "./plan.js";

/** @typedef {{recipe: Record<string, any>, isCutting?: boolean, isBefore?: boolean}} View isCutting shows what is cut off, too */

export const LONG_SIDE_PX = 800;
const SLICE_MS = 10; // of a frame of 16; on slow devices a picture takes several frames
const BAND_PIXELS = 40_000;

/** One canvas, and the newest of what it was asked to show. */
export class Preview {
  /** @type {View | null} */
  #next = null;
  #isBusy = false;
  #drawnAs = "";
  /** @type {ImageData | null} */
  #pixels = null;

  /**
   * @param {HTMLCanvasElement} canvas @param {import("./source.js").Source} source
   * @param {import("./plan.js").Presets} presets @param {AbortSignal} signal
   */
  constructor(canvas, source, presets, signal) {
    this.canvas = canvas;
    this.source = source;
    this.presets = presets;
    this.signal = signal;
  }

  /** Show this as soon as there is time; what was asked before and not begun is forgotten. @param {View} view */
  show(view) {
    this.#next = view;
    if (!this.#isBusy) this.#work();
  }

  async #work() {
    this.#isBusy = true;
    try {
      await frame();
      while (this.#next && !this.signal.aborted) {
        const view = this.#next;
        this.#next = null;
        await this.#paint(view);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param {View} view */
  async #paint({ recipe, isCutting, isBefore }) {
    const pixels = this.#draw(recipe.geometry ?? {}, Boolean(isCutting));
    const plan = planOf(isBefore ? {} : recipe, this.presets);
    // The shade belongs to the picture as it is cut, and would lie while that is being chosen.
    if (isCutting) plan.vignette = null;
    const result = await painted(plan, pixels, isCutting ? keptBox(recipe.geometry ?? {}, this.source) : WHOLE);
    const { canvas } = this;
    if (canvas.width !== result.width) canvas.width = result.width;
    if (canvas.height !== result.height) canvas.height = result.height;
    canvas.getContext("2d", { colorSpace: result.colorSpace })?.putImageData(result, 0, 0);
    canvas.dispatchEvent(new Event("painted"));
  }

  /** @param {Record<string, any>} geometry @param {boolean} isCutting */
  #draw(geometry, isCutting) {
    const { quarter_turns, flip, straighten_degrees } = geometry;
    const box = isCutting ? WHOLE : keptBox(geometry, this.source);
    const as = JSON.stringify([quarter_turns, flip, straighten_degrees, box]);
    if (as !== this.#drawnAs || !this.#pixels) {
      this.#pixels = drawn(this.source, geometry, box, LONG_SIDE_PX);
      this.#drawnAs = as;
    }
    return this.#pixels;
  }
}

/**
 * Paint in bands, giving way to the page.
 * @param {import("./plan.js").Plan} plan @param {ImageData} pixels @param {import("./geometry.js").Box} [kept]
 */
export async function painted(plan, pixels, kept) {
  const { width, height, colorSpace } = pixels;
  const result = new ImageData(width, height, { colorSpace });
  const paint = painter(plan, pixels, result.data, kept);
  let began = performance.now();
  for (let from = 0; from < width * height; from += BAND_PIXELS) {
    paint(from, Math.min(width * height, from + BAND_PIXELS));
    if (performance.now() - began < SLICE_MS) continue;
    await frame();
    began = performance.now();
  }
  return result;
}

/** Also where nothing is drawn, as in a tab behind others, time goes on. */
const frame = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
