// @ts-check
/** A photo's pixels as the server sees them: in the photo's own space, never converted. */

/** @typedef {{bitmap: ImageBitmap, width: number, height: number, colorSpace: PredefinedColorSpace}} Source */

const HEAD_BYTES = 4096;
const PROFILE = "ICC_PROFILE"; // the only profile our renditions may carry is Display-P3 (imaging/profile.py)

/** @param {string} url of a rendition @param {AbortSignal} signal @returns {Promise<Source>} */
export async function loadSource(url, signal) {
  const answer = await fetch(url, { signal, cache: "no-store", credentials: "omit" });
  if (!answer.ok) throw new TypeError(`A rendition was answered with ${answer.status}`);
  return sourceOf(await answer.blob());
}

/** @param {Blob} blob @returns {Promise<Source>} */
export async function sourceOf(blob) {
  const head = new TextDecoder("latin1").decode(await blob.slice(0, HEAD_BYTES).arrayBuffer());
  const bitmap = await createImageBitmap(blob);
  const colorSpace = head.includes(PROFILE) ? "display-p3" : "srgb";
  return { bitmap, width: bitmap.width, height: bitmap.height, colorSpace };
}
