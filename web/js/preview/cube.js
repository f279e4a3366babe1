// @ts-check
/** Colour that no table and matrix can say (imaging/plan/cube.py): the mixer of a preset, with a vibrance before it. */
import { fromHue, LUMA } from "./curves.js";
import { IDENTITY } from "./matrix.js";

/** Nodes a channel. */
export const SIDE = 17;
const HUES = ["red", "yellow", "green", "cyan", "blue", "magenta"];

/** @typedef {{vibrance: number, bands: number[][]}} Cube bands: of each of six hues degrees and two factors */
/** @typedef {Record<string, {hue?: number, saturation?: number, light?: number}>} Mixer */

/** Null if nothing mixes. @param {number} vibrance @param {Mixer} mixer @param {number} strength @returns {Cube | null} */
export function cubeOf(vibrance, mixer, strength) {
  const bands = HUES.map((name) => {
    const { hue = 0, saturation = 0, light = 0 } = mixer[name] ?? {};
    return [hue * strength, (saturation / 100) * strength, (light / 100) * strength];
  });
  return bands.some((band) => band.some(Boolean)) ? { vibrance, bands } : null;
}

/**
 * Sample the cube with matrix and second table folded in; red runs fastest.
 * @param {Cube} cube @param {number[] | null} matrix @param {Uint8Array | null} after
 * @returns {Float64Array} 17³ times red, green, blue; 0 to 1
 */
export function sampled(cube, matrix, after) {
  const values = new Float64Array(3 * SIDE ** 3);
  for (let node = 0; node < SIDE ** 3; node += 1) {
    const colour = [node % SIDE, Math.floor(node / SIDE) % SIDE, Math.floor(node / SIDE ** 2)].map(
      (step) => step / (SIDE - 1),
    );
    const bent = through(matrix ?? IDENTITY, mixed(vibrant(colour, cube.vibrance / 100), cube.bands));
    values.set(after ? lookedUp(after, bent) : bent, 3 * node);
  }
  return values;
}

/** Move away from grey, the more the nearer it is. @param {number[]} colour @param {number} amount */
function vibrant(colour, amount) {
  const greyness = 1 - (Math.max(...colour) - Math.min(...colour));
  return saturated(colour, 1 + amount * greyness * greyness);
}

/** @param {number[]} colour @param {number[][]} bands */
function mixed(colour, bands) {
  const most = Math.max(...colour);
  const chroma = most - Math.min(...colour);
  if (chroma === 0) return colour;
  const hue = hueOf(colour, most, chroma);
  const at = Math.trunc(hue * 6);
  const share = hue * 6 - at;
  const [one, other] = [bands[at % 6], bands[(at + 1) % 6]];
  const [turn, strengthen, lighten] = one.map((own, part) => (1 - share) * own + share * other[part]);
  const turned = fromHue(wrapped(hue + turn / 360), chroma / most, most);
  const shift = luma(colour) - luma(turned) + lighten * chroma; // a hue has its own brightness
  return saturated(
    turned.map((part) => part + shift),
    1 + strengthen,
  );
}

/** @param {number[]} colour @param {number} most @param {number} chroma */
function hueOf([red, green, blue], most, chroma) {
  const [r, g, b] = [(most - red) / chroma, (most - green) / chroma, (most - blue) / chroma];
  const sixths = red === most ? b - g : green === most ? 2 + r - b : 4 + g - r;
  return wrapped(sixths / 6);
}

/** As Python's `% 1`. @param {number} hue */
function wrapped(hue) {
  const rest = hue % 1;
  return rest < 0 ? rest + 1 : rest;
}

/** @param {number[]} colour @param {number} factor */
function saturated(colour, factor) {
  const grey = luma(colour);
  return colour.map((part) => clip(grey + factor * (part - grey)));
}

const clip = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));
const luma = (/** @type {number[]} */ [red, green, blue]) => LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;

/** @param {number[]} matrix @param {number[]} colour */
const through = (matrix, [red, green, blue]) =>
  [0, 4, 8].map((row) => clip(matrix[row] * red + matrix[row + 1] * green + matrix[row + 2] * blue));

/** Look values up in a table of 768, between its entries. @param {Uint8Array} table @param {number[]} colour */
function lookedUp(table, colour) {
  return colour.map((part, channel) => {
    const low = Math.min(254, Math.trunc(part * 255));
    const below = table[256 * channel + low];
    return (below + (table[256 * channel + low + 1] - below) * (part * 255 - low)) / 255;
  });
}
