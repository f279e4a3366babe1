// @ts-check
/** The shade of a vignette, drawn small and enlarged as Pillow does it (imaging/editing/colouring.py). */
import { rounded } from "./curves.js";

const SIDE = 64;
const BITS = 22;

/**
 * How much light is left at each pixel: 255 in the middle.
 * @param {{amount: number, midpoint: number}} vignette @param {number} width @param {number} height
 */
export function shadeOf({ amount, midpoint }, width, height) {
  const start = midpoint / 100;
  const middle = (SIDE - 1) / 2;
  const small = new Uint8Array(SIDE * SIDE);
  small.forEach((_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    const away = (((x - middle) ** 2 + (y - middle) ** 2) / (2 * middle * middle)) ** 0.5;
    const way = Math.min(1, Math.max(0, (away - start) / (1 - start)));
    small[at] = rounded(255 * (1 - (Math.abs(amount) / 100) * way * way * (3 - 2 * way)));
  });
  const wide = resized(small, SIDE, SIDE, width);
  return transposed(resized(transposed(wide, width, SIDE), SIDE, width, height), height, width);
}

/** Stretch every row of a symmetric picture, bilinear, in Pillow's fixed point. @param {Uint8Array} from @param {number} width @param {number} rows @param {number} to */
function resized(from, width, rows, to) {
  const scale = width / to;
  const reach = Math.max(1, scale);
  const result = new Uint8Array(to * rows);
  for (let x = 0; x < Math.ceil(to / 2); x += 1) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(width, Math.trunc(centre + reach + 0.5));
    const weights = [];
    for (let at = first; at < end; at += 1) weights.push(Math.max(0, 1 - Math.abs((at - centre + 0.5) / reach)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const fixed = weights.map((weight) => Math.trunc(0.5 + (weight / total) * 2 ** BITS));
    for (let row = 0; row < rows; row += 1) {
      let sum = 2 ** (BITS - 1);
      for (let at = 0; at < fixed.length; at += 1) sum += from[row * width + first + at] * fixed[at];
      result[row * to + x] = result[row * to + to - 1 - x] = sum >> BITS; // the same from both sides
    }
  }
  return result;
}

/** @param {Uint8Array} from @param {number} width @param {number} height */
function transposed(from, width, height) {
  const result = new Uint8Array(from.length);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) result[x * height + y] = from[y * width + x];
  return result;
}
