// @ts-check
/** Where each pixel of the result lies in the photo: turns, mirroring, straightening and the cut, as imaging/plan/layout.py. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box in shares of the straightened picture */
/** @typedef {{width: number, height: number}} Size */

/** @type {Readonly<Box>} */
export const WHOLE = Object.freeze({ left: 0, top: 0, right: 1, bottom: 1 });

/**
 * The picture after turning, mirroring and straightening, before it is cut.
 * @param {Record<string, any>} geometry of a recipe @param {Size} source @returns {Size}
 */
export function viewSize({ quarter_turns = 0, straighten_degrees = 0 }, { width, height }) {
  const [across, down] = quarter_turns % 2 ? [height, width] : [width, height];
  const [cosine, sine] = turning(straighten_degrees).map(Math.abs);
  const kept = Math.min(across / (across * cosine + down * sine), down / (across * sine + down * cosine));
  return { width: across * kept, height: down * kept };
}

/**
 * What is kept of it: the box, then of it the largest part of the ratio, in the middle.
 * @param {Record<string, any>} geometry @param {Size} source @returns {Box}
 */
export function keptBox(geometry, source) {
  const { box = WHOLE, ratio } = geometry.crop ?? {};
  if (!ratio) return box;
  const view = viewSize(geometry, source);
  const [across, down] = ratio.split(":").map(Number);
  const shape = ((across / down) * view.height) / view.width; // of the box, in shares
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const [w, h] = [Math.min(width, height * shape), Math.min(height, width / shape)];
  const [left, top] = [box.left + (width - w) / 2, box.top + (height - h) / 2];
  return { left, top, right: left + w, bottom: top + h };
}

/**
 * Draw a photo as its geometry wants it.
 * @param {import("./source.js").Source} source @param {Record<string, any>} geometry
 * @param {Box} box what of it is drawn @param {number} longSide no more pixels than this; and none are invented
 * @returns {ImageData} in the photo's own space
 */
export function drawn(source, geometry, box, longSide) {
  const { quarter_turns: turns = 0, flip, straighten_degrees: degrees = 0 } = geometry;
  const view = viewSize(geometry, source);
  const [width, height] = [(box.right - box.left) * view.width, (box.bottom - box.top) * view.height];
  const scale = Math.min(1, longSide / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const { colorSpace } = source;
  const context = canvas.getContext("2d", { colorSpace, willReadFrequently: true });
  if (!context) throw new TypeError("No canvas");
  context.imageSmoothingQuality = "high";
  context.scale(canvas.width / width, canvas.height / height);
  context.translate(view.width / 2 - box.left * view.width, view.height / 2 - box.top * view.height);
  context.rotate((degrees * Math.PI) / 180);
  context.scale(flip === "horizontal" || flip === "both" ? -1 : 1, flip === "vertical" || flip === "both" ? -1 : 1);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(source.bitmap, -source.width / 2, -source.height / 2);
  return context.getImageData(0, 0, canvas.width, canvas.height, { colorSpace });
}

/** @param {number} degrees @returns {number[]} cosine and sine */
const turning = (degrees) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
