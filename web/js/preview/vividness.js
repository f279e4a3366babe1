// @ts-check
/** Saturation that depends on the colour, by masks (imaging/plan/vividness.py, imaging/editing/colouring.py). */
import { LUMA, rounded } from "./curves.js";

/** @typedef {{shares: Uint8Array, times: number, isLess: boolean}} Vividness of 256 chromas, what is added at a time */

const LARGEST_CHANGE = 127 / 255;
const MAX_TIMES = 4;
const NOTHING = 1e-9;

/**
 * Null if it is more for some colours and less for others, or too much for eight bits.
 * @param {number} vibrance -200 to 200 @param {number} saturation a factor that follows @returns {Vividness | null}
 */
export function vividnessOf(vibrance, saturation) {
  const added = Array.from({ length: 256 }, (_, value) => {
    const greyness = 1 - value / 255;
    return saturation * (1 + (vibrance / 100) * (greyness * greyness)) - 1;
  });
  const isLess = Math.min(...added) < -NOTHING;
  if (isLess && Math.max(...added) > NOTHING) return null;
  const change = Math.max(...added.map((share, value) => (Math.abs(share) * value) / 255)) * (1 - Math.min(...LUMA));
  const largest = Math.max(...added.map(Math.abs));
  const times = Math.max(Math.ceil(largest), Math.ceil(change / LARGEST_CHANGE), 1);
  if (times > MAX_TIMES) return null;
  return { shares: Uint8Array.from(added, (share) => rounded((255 * Math.abs(share)) / times)), times, isLess };
}

/** @param {Vividness} vivid @param {Uint8ClampedArray} target @returns {import("./paint.js").Painter} */
export function throughVividness({ shares, times, isLess }, target) {
  const f = Math.fround;
  const [r, g, b] = new Float32Array(LUMA);
  return (from, to) => {
    for (let at = 4 * from; at < 4 * to; at += 4) {
      const [red, green, blue] = [target[at], target[at + 1], target[at + 2]];
      const light = Math.min(255, f(f(f(f(r * red) + f(g * green)) + f(b * blue)) + 0.5) | 0);
      const share = shares[Math.max(red, green, blue) - Math.min(red, green, blue)];
      for (let channel = at; channel < at + 3; channel += 1) {
        const change = laidOver(light, target[channel], share) - light;
        for (let time = 0; time < times; time += 1) target[channel] += isLess ? -change : change;
      }
    }
  };
}

/** One value over another by a mask, divided by 255 as Pillow divides. @param {number} under @param {number} over @param {number} mask */
export function laidOver(under, over, mask) {
  const sum = under * (255 - mask) + over * mask + 128;
  return ((sum >> 8) + sum) >> 8;
}
