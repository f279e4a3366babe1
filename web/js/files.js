// @ts-check
/** What is read of a file on the device: its fingerprint and a small picture of it. */

const PREVIEW_PX = 480;

/**
 * @param {Blob} file
 * @returns {Promise<string | null>} SHA-256 as 64 hex digits; null where the browser offers no cryptography
 *   (an address without TLS other than this machine): the server then checks without it
 * @throws when the file cannot be read
 */
export async function fingerprint(file) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A small picture of the file, upright; the full one would hold 50 MB of memory per card.
 * @param {Blob} file
 * @returns {Promise<HTMLCanvasElement | null>} null when this browser cannot show the format
 */
export async function drawPreview(file) {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: PREVIEW_PX, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas;
  } catch {
    return null;
  }
}
