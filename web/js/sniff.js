// @ts-check
/** What kind of image a file is, from its first bytes: names and declared types can say anything. */

/** Enough for the brands of an ISO media file. */
const HEAD_BYTES = 64;

const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis"]);
const AVIF_BRANDS = new Set(["avif", "avis"]);

/**
 * @param {Blob} file
 * @returns {Promise<string | null>} the content type, or null for everything that is not taken
 * @throws when the file cannot be read
 */
export async function sniffImageType(file) {
  return imageTypeOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
}

/**
 * @param {Uint8Array} head
 * @returns {string | null}
 */
export function imageTypeOf(head) {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "image/tiff";
  if (text.startsWith("BM") && text.slice(6, 10) === "\0\0\0\0") return "image/bmp";
  if (text.slice(4, 8) === "ftyp")
    return isoImageType(text, new DataView(head.buffer, head.byteOffset).getUint32(0));
  return null;
}

/**
 * The major brand decides; `mif1` and `msf1` only say "some image", then the compatible brands do.
 * @param {string} text
 * @param {number} boxLength
 */
function isoImageType(text, boxLength) {
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= Math.min(boxLength, text.length); at += 4) brands.push(text.slice(at, at + 4));
  for (const brand of brands) {
    if (AVIF_BRANDS.has(brand)) return "image/avif";
    if (HEIC_BRANDS.has(brand)) return "image/heic";
  }
  return null;
}
