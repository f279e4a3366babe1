// @ts-check
/** From a recipe to what is done to each pixel, folded as the server folds it (imaging/plan/colour.py). */
import { cubeOf, sampled } from "./cube.js";
import { afterMatrix, beforeMatrix, chained, tableOf, weakened } from "./curves.js";
import { blended, colourMatrix, IDENTITY, isIdentity, product, saturationOf } from "./matrix.js";
import { vividnessOf } from "./vividness.js";

/** @typedef {{tone?: Record<string, any>, mixer?: import("./cube.js").Mixer, grain?: {amount?: number}}} Preset */
/** @typedef {Record<string, Preset>} Presets by name with version, as the server has them */
/**
 * @typedef {{
 *   auto: number, equalize: number, table: Uint8Array | null,
 *   vivid: import("./vividness.js").Vividness | null, matrix: number[] | null, after: Uint8Array | null,
 *   cube: Float64Array | null, vignette: {amount: number, midpoint: number} | null,
 * }} Plan with a cube, matrix and second table are folded into it
 */

const MIDPOINT = 40;

/** @param {Record<string, any>} recipe @param {Presets} presets @returns {Plan} */
export function planOf(recipe, presets) {
  const tone = recipe.tone ?? {};
  const preset = (recipe.look && presets[recipe.look.preset]) || {};
  const strength = recipe.look ? (recipe.look.strength ?? 100) / 100 : 0;
  const over = preset.tone ?? {};
  const linear = product(blended(colourMatrix(over), strength), colourMatrix(tone));
  const after = tableOf(both(afterMatrix(tone), afterMatrix(over), strength));
  const vibrance = (tone.vibrance ?? 0) + (over.vibrance ?? 0) * strength;
  const cube = cubeOf(vibrance, preset.mixer ?? {}, strength);
  const { vivid, rest } = vibrance && !cube ? vividAnd(vibrance, linear) : { vivid: null, rest: linear };
  const matrix = isIdentity(rest) ? null : rest;
  return {
    auto: tone.auto ?? 0,
    equalize: tone.equalize ?? 0,
    table: tableOf(both(beforeMatrix(tone), beforeMatrix(over), strength)),
    vivid,
    matrix: cube ? null : matrix,
    after: cube ? null : after,
    cube: cube && sampled(cube, matrix, after),
    vignette: vignetteOf(tone.vignette ?? {}, over.vignette ?? {}, strength),
  };
}

/** Take the matrix into the vibrance if it only saturates. @param {number} vibrance @param {import("./matrix.js").Matrix} then */
function vividAnd(vibrance, then) {
  const factor = saturationOf(then);
  const both = factor === null ? null : vividnessOf(vibrance, factor);
  return both ? { vivid: both, rest: IDENTITY } : { vivid: vividnessOf(vibrance, 1), rest: then };
}

/** The recipe's own vignette, or else the preset's. @param {any} own @param {any} others @param {number} strength */
function vignetteOf(own, others, strength) {
  const amount = own.amount || Math.round((others.amount ?? 0) * strength);
  const { midpoint = MIDPOINT } = own.amount ? own : others;
  return amount ? { amount, midpoint } : null;
}

/** @param {import("./curves.js").Curve[]} own @param {import("./curves.js").Curve[]} others @param {number} strength */
function both(own, others, strength) {
  if (strength === 0) return own;
  return own.map((mine, at) => chained([mine, weakened(others[at], strength)]));
}
