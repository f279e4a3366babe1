// @ts-check
/** Moving and sizing the box that is kept, in shares of the picture: pure, for pointer and keys alike. */

/** @typedef {import("./preview/geometry.js").Box} Box */
/** @typedef {"n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw"} Handle */

/** @type {Handle[]} */
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const LEAST = 0.05;

/** @param {Box} box @param {number} dx @param {number} dy @returns {Box} */
export function moved(box, dx, dy) {
  const x = between(-box.left, dx, 1 - box.right);
  const y = between(-box.top, dy, 1 - box.bottom);
  return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
}

/**
 * Pull at a handle; what lies opposite stays where it is.
 * @param {Box} box @param {Handle} handle @param {number} dx @param {number} dy
 * @param {number | null} shape width to height, both in shares; null leaves them free
 * @returns {Box}
 */
export function pulled(box, handle, dx, dy, shape) {
  const result = { ...box };
  if (handle.includes("w")) result.left = between(0, box.left + dx, box.right - LEAST);
  if (handle.includes("e")) result.right = between(box.left + LEAST, box.right + dx, 1);
  if (handle.includes("n")) result.top = between(0, box.top + dy, box.bottom - LEAST);
  if (handle.includes("s")) result.bottom = between(box.top + LEAST, box.bottom + dy, 1);
  return shape === null ? result : shaped(result, handle, shape);
}

/** The largest box of a shape around a box's middle, no larger than it need be. @param {Box} box @param {number} shape @returns {Box} */
export function fitted(box, shape) {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const area = Math.sqrt((width * height) / shape);
  const down = Math.min(area, 1, 1 / shape);
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const left = between(0, x - (down * shape) / 2, 1 - down * shape);
  const top = between(0, y - down / 2, 1 - down);
  return { left, top, right: left + down * shape, bottom: top + down };
}

/** Turned a quarter to the right with the picture. @param {Box} box @returns {Box} */
export const turned = ({ left, top, right, bottom }) => ({ left: 1 - bottom, top: left, right: 1 - top, bottom: right });

/** Mirrored with the picture. @param {Box} box @returns {Box} */
export const mirrored = ({ left, top, right, bottom }) => ({ left: 1 - right, top, right: 1 - left, bottom });

/** @param {Box} box */
export const isWhole = ({ left, top, right, bottom }) => left <= 0 && top <= 0 && right >= 1 && bottom >= 1;

/** What a recipe holds of it: a ten-thousandth is a fifth of a pixel. @param {Box} box @returns {Box} */
export function written(box) {
  const round = (/** @type {number} */ share) => Math.round(share * 10_000) / 10_000;
  return { left: round(box.left), top: round(box.top), right: round(box.right), bottom: round(box.bottom) };
}

/** Bring a pulled box to its shape, growing from what is opposite the handle. @param {Box} box @param {Handle} handle @param {number} shape */
function shaped(box, handle, shape) {
  const fromRight = handle.includes("w");
  const fromBottom = handle.includes("n");
  const isCorner = handle.length === 2;
  const middleX = (box.left + box.right) / 2;
  const middleY = (box.top + box.bottom) / 2;
  // How far it may grow from what stays: an edge's other two sides grow evenly around the middle.
  const wide = fromRight ? box.right : handle.includes("e") ? 1 - box.left : 2 * Math.min(middleX, 1 - middleX);
  const tall = fromBottom ? box.bottom : handle.includes("s") ? 1 - box.top : 2 * Math.min(middleY, 1 - middleY);
  const asked = ["n", "s"].includes(handle)
    ? (box.bottom - box.top) * shape
    : isCorner
      ? Math.max(box.right - box.left, (box.bottom - box.top) * shape)
      : box.right - box.left;
  const width = Math.min(Math.max(asked, LEAST, LEAST * shape), wide, tall * shape);
  const height = width / shape;
  const left = fromRight ? box.right - width : handle.includes("e") ? box.left : middleX - width / 2;
  const top = fromBottom ? box.bottom - height : handle.includes("s") ? box.top : middleY - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

/** @param {number} low @param {number} value @param {number} high */
const between = (low, value, high) => Math.min(high, Math.max(low, value));
