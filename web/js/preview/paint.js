// @ts-check
/** A plan applied to pixels, in the arithmetic of the server's Pillow 13: the same integers, the same rounding. */
import { SIDE } from "./cube.js";
import { rounded } from "./curves.js";
import { WHOLE } from "./geometry.js";
import { shadeOf } from "./vignette.js";
import { laidOver, throughVividness } from "./vividness.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Pixels RGBA, opaque */
/** @typedef {(from: number, to: number) => void} Painter of the pixels from one number up to another */

// Pillow's ColorLUT.c: tables have 6 bits below a byte, steps between nodes 15.
const CUBE_BITS = 6;
const STEP_BITS = 15;
const SCALE_BITS = 18;
const CLIPPED = 0.004;
const DARKEST_BLACK = 60;
const LIGHTEST_WHITE = 180;
const WANTED_MEDIAN = 0.46;

/**
 * Make what paints a picture; calling it costs little, what it returns costs by the pixel.
 * @param {Plan} plan @param {Pixels} source @param {Uint8ClampedArray} target
 * @param {import("./geometry.js").Box} [kept] what of the source is measured, where not all of it is kept
 * @returns {Painter}
 */
export function painter(plan, source, target, kept = WHOLE) {
  const isMeasured = plan.auto || plan.equalize;
  const table = isMeasured ? chainedTable(measured(plan, countsOf(source, kept)), plan.table) : plan.table;
  const vivid = plan.vivid && throughVividness(plan.vivid, target);
  const colour = plan.cube ? throughCube(plan.cube, target) : throughMatrix(plan.matrix, plan.after, target);
  const shade = plan.vignette && shadeOf(plan.vignette, source.width, source.height);
  const isDarker = (plan.vignette?.amount ?? 0) < 0;
  return (from, to) => {
    copy(source.data, target, table, from, to);
    if (vivid) vivid(from, to);
    if (colour) colour(from, to);
    if (shade) vignette(target, shade, isDarker, from, to);
  };
}

/**
 * @param {Uint8ClampedArray} source @param {Uint8ClampedArray} target
 * @param {Uint8Array | null} table @param {number} from @param {number} to
 */
function copy(source, target, table, from, to) {
  if (!table) return target.set(source.subarray(4 * from, 4 * to), 4 * from);
  for (let at = 4 * from; at < 4 * to; at += 4) {
    target[at] = table[source[at]];
    target[at + 1] = table[256 + source[at + 1]];
    target[at + 2] = table[512 + source[at + 2]];
    target[at + 3] = 255;
  }
}

/** @param {number[] | null} matrix @param {Uint8Array | null} after @param {Uint8ClampedArray} target @returns {Painter | null} */
function throughMatrix(matrix, after, target) {
  if (!matrix) return after && ((from, to) => copy(target, target, after, from, to));
  const f = Math.fround;
  const [a, b, c, d, e, g, h, i, j, k, l, m] = new Float32Array(matrix);
  const byte = (/** @type {number} */ value) => (value <= 0 ? 0 : value >= 255 ? 255 : value | 0);
  return (from, to) => {
    for (let at = 4 * from; at < 4 * to; at += 4) {
      const [red, green, blue] = [target[at], target[at + 1], target[at + 2]];
      target[at] = byte(f(f(f(f(a * red) + f(b * green)) + f(c * blue)) + d + 0.5));
      target[at + 1] = byte(f(f(f(f(e * red) + f(g * green)) + f(h * blue)) + i + 0.5));
      target[at + 2] = byte(f(f(f(f(j * red) + f(k * green)) + f(l * blue)) + m + 0.5));
    }
    if (after) copy(target, target, after, from, to);
  };
}

/** @param {Float64Array} cube @param {Uint8ClampedArray} target @returns {Painter} */
function throughCube(cube, target) {
  const nodes = new Int16Array(cube.length);
  cube.forEach((value, at) => (nodes[at] = Math.fround(Math.fround(value) * (255 << CUBE_BITS)) + 0.5));
  const scale = Math.trunc(((SIDE - 1) / 255) * 2 ** SCALE_BITS);
  const [ofGreen, ofBlue] = [3 * SIDE, 3 * SIDE * SIDE];
  const mask = 2 ** SCALE_BITS - 1;
  const one = 1 << STEP_BITS;
  return (from, to) => {
    for (let at = 4 * from; at < 4 * to; at += 4) {
      const red = target[at] * scale;
      const green = target[at + 1] * scale;
      const blue = target[at + 2] * scale;
      const r = (red & mask) >> (SCALE_BITS - STEP_BITS);
      const g = (green & mask) >> (SCALE_BITS - STEP_BITS);
      const b = (blue & mask) >> (SCALE_BITS - STEP_BITS);
      let node = 3 * (red >> SCALE_BITS) + ofGreen * (green >> SCALE_BITS) + ofBlue * (blue >> SCALE_BITS);
      for (let channel = 0; channel < 3; channel += 1, node += 1) {
        const ll = (nodes[node] * (one - r) + nodes[node + 3] * r) >> STEP_BITS;
        const lr = (nodes[node + ofGreen] * (one - r) + nodes[node + ofGreen + 3] * r) >> STEP_BITS;
        const far = node + ofBlue;
        const rl = (nodes[far] * (one - r) + nodes[far + 3] * r) >> STEP_BITS;
        const rr = (nodes[far + ofGreen] * (one - r) + nodes[far + ofGreen + 3] * r) >> STEP_BITS;
        const left = (ll * (one - g) + lr * g) >> STEP_BITS;
        const right = (rl * (one - g) + rr * g) >> STEP_BITS;
        const value = (left * (one - b) + right * b) >> STEP_BITS;
        target[at + channel] = (value + (1 << (CUBE_BITS - 1))) >> CUBE_BITS;
      }
    }
  };
}

/**
 * @param {Uint8ClampedArray} target @param {Uint8Array} shade @param {boolean} isDarker
 * @param {number} from @param {number} to
 */
function vignette(target, shade, isDarker, from, to) {
  const ground = isDarker ? 0 : 255;
  for (let pixel = from; pixel < to; pixel += 1) {
    for (let at = 4 * pixel; at < 4 * pixel + 3; at += 1) target[at] = laidOver(ground, target[at], shade[pixel]);
  }
}

/** Of each value, how many pixels are as dark or darker. @param {Pixels} source @param {import("./geometry.js").Box} kept */
function countsOf({ data, width, height }, kept) {
  const counts = new Uint32Array(256);
  const [left, right] = [Math.round(kept.left * width), Math.round(kept.right * width)];
  for (let y = Math.round(kept.top * height); y < Math.round(kept.bottom * height); y += 1) {
    for (let at = 4 * (y * width + left); at < 4 * (y * width + right); at += 4) {
      counts[(data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 0x8000) >> 16] += 1;
    }
  }
  for (let value = 1; value < 256; value += 1) counts[value] += counts[value - 1];
  return counts;
}

/** The curve, in 1/255, that a picture's own histogram asks for. @param {Plan} plan @param {Uint32Array} counts */
function measured({ auto, equalize }, counts) {
  const curve = auto ? stretching(counts, auto) : Array.from(counts, (_, value) => value);
  const darkest = counts.find((count) => count > 0) ?? 0;
  const others = counts[255] - darkest;
  if (!equalize || !others) return curve;
  return curve.map(
    (value, at) => value + (((255 * Math.max(0, counts[at] - darkest)) / others - value) * equalize) / 100,
  );
}

/** Spread the histogram and bring its middle to the middle. @param {Uint32Array} counts @param {number} strength */
function stretching(counts, strength) {
  const level = (/** @type {number} */ share) => counts.findIndex((count) => count >= share * counts[255]);
  const black = Math.min(level(CLIPPED), DARKEST_BLACK);
  const white = Math.max(level(1 - CLIPPED), LIGHTEST_WHITE);
  const median = Math.min(0.9, Math.max(0.1, (level(0.5) - black) / (white - black)));
  const lift = Math.min(0.5, Math.max(-0.5, (WANTED_MEDIAN - median) / (median * (1 - median)) / 2));
  return Array.from(counts, (_, value) => {
    let spread = Math.min(1, Math.max(0, (value - black) / (white - black)));
    spread += lift * spread * (1 - spread);
    return value + ((255 * spread - value) * strength) / 100;
  });
}

/** Look a curve's values up in a table of 768, between its entries. @param {number[]} first @param {Uint8Array | null} table */
function chainedTable(first, table) {
  const chained = new Uint8Array(768);
  for (let channel = 0; channel < 768; channel += 256) {
    first.forEach((value, at) => {
      const low = Math.min(254, Math.trunc(value));
      const below = table ? table[channel + low] : low;
      const above = table ? table[channel + low + 1] : low + 1;
      chained[channel + at] = rounded(below + (above - below) * (value - low));
    });
  }
  return chained;
}
