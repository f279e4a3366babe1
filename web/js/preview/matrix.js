// @ts-check
/** Everything linear about colour as one matrix, as imaging/plan/matrix.py folds it: three rows of four. */
import { LUMA } from "./curves.js";

/** @typedef {number[]} Matrix */

/** @type {Matrix} */
export const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
const SEPIA = [1.04, 0.95, 0.8];
const DIGITS = 9;
const SAME = 1e-6;

/** Saturation, then grayscale, then sepia. @param {import("./curves.js").Tone} tone @returns {Matrix} */
export function colourMatrix({ saturation = 0, grayscale = 0, sepia = 0 }) {
  const matrix = product(saturated(1 - grayscale / 100), saturated(1 + saturation / 100));
  return product(blended(toned(SEPIA), sepia / 100), matrix);
}

/** The matrix that applies `inner`, then `outer`. @param {Matrix} outer @param {Matrix} inner @returns {Matrix} */
export function product(outer, inner) {
  return IDENTITY.map((_, cell) => {
    const row = 4 * Math.floor(cell / 4);
    const column = cell % 4;
    const sum = [0, 1, 2].reduce((all, at) => all + outer[row + at] * inner[4 * at + column], 0);
    return Number((sum + (column === 3 ? outer[row + 3] : 0)).toFixed(DIGITS));
  });
}

/** Some of a matrix and the rest of what changes nothing. @param {Matrix} matrix @param {number} share */
export const blended = (matrix, share) => IDENTITY.map((own, at) => own + share * (matrix[at] - own));

/** @param {Matrix} matrix */
export const isIdentity = (matrix) => matrix.every((cell, at) => cell === IDENTITY[at]);

/** The factor of a matrix that does nothing but saturate; null for any other. @param {Matrix} matrix */
export function saturationOf(matrix) {
  const factor = matrix[0] - matrix[4];
  return saturated(factor).every((cell, at) => Math.abs(cell - matrix[at]) < SAME) ? factor : null;
}

const saturated = (/** @type {number} */ factor) => blended(toned([1, 1, 1]), 1 - factor);

/** Brightness alone, seen through a colour. @param {number[]} colour */
const toned = (colour) => colour.flatMap((part) => [...LUMA, 0].map((weight) => part * weight));
