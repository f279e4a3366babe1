// @ts-check
/** Shows what a recipe makes of a photo, as fast as it is asked, and never holds the page up. */
import { drawn, keptBox, viewSize, WHOLE } from "./geometry.js";
import { painter } from "./paint.js";
import { planOf } from "./plan.js";

/** @typedef {{recipe: Record<string, any>, isCutting?: boolean}} View isCutting shows what is cut off, too */

const QUICK_PX = 800; // on the long side, while something moves
const FINE_PX = 1080; // all that the preview rendition has, once nothing does
const SETTLED_MS = 150;
const SLICE_MS = 10; // of a frame of 16; on slow devices a picture takes several frames
const BAND_PIXELS = 40_000;

/** One canvas, and the newest of what it was asked to show; tells the canvas "painted" with its exact shape. */
export class Preview {
  /** @type {View | null} */
  #next = null;
  #isBusy = false;
  #settling = 0;
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
    clearTimeout(this.#settling);
    this.#next = view;
    if (!this.#isBusy) this.#work(QUICK_PX);
  }

  /** @param {number} longSide */
  async #work(longSide) {
    this.#isBusy = true;
    try {
      await frame();
      while (this.#next && !this.signal.aborted) {
        const view = this.#next;
        this.#next = null;
        await this.#paint(view, longSide);
        if (!this.#next && longSide < FINE_PX) this.#settling = setTimeout(() => this.#refine(view), SETTLED_MS);
        longSide = QUICK_PX;
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param {View} view */
  #refine(view) {
    if (this.#isBusy) return;
    this.#next = view;
    this.#work(FINE_PX);
  }

  /** @param {View} view @param {number} longSide */
  async #paint({ recipe, isCutting }, longSide) {
    const { canvas, source } = this;
    const geometry = recipe.geometry ?? {};
    const kept = keptBox(geometry, source);
    const box = isCutting ? WHOLE : kept;
    const plan = planOf(recipe, this.presets);
    // The shade belongs to the picture as it is cut, and would lie while that is being chosen.
    if (isCutting) plan.vignette = null;
    const result = await painted(plan, this.#draw(geometry, box, longSide), isCutting ? kept : WHOLE);
    if (canvas.width !== result.width) canvas.width = result.width;
    if (canvas.height !== result.height) canvas.height = result.height;
    canvas.getContext("2d", { colorSpace: result.colorSpace })?.putImageData(result, 0, 0);
    const view = viewSize(geometry, source);
    const detail = { width: (box.right - box.left) * view.width, height: (box.bottom - box.top) * view.height };
    canvas.dispatchEvent(new CustomEvent("painted", { detail }));
  }

  /** @param {Record<string, any>} geometry @param {import("./geometry.js").Box} box @param {number} longSide */
  #draw({ quarter_turns, flip, straighten_degrees }, box, longSide) {
    const geometry = { quarter_turns, flip, straighten_degrees };
    const as = JSON.stringify([geometry, box, longSide]);
    if (as !== this.#drawnAs || !this.#pixels) {
      this.#pixels = drawn(this.source, geometry, box, longSide);
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
