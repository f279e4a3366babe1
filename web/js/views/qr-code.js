// @ts-check
/** A QR code as a picture, dark on light in every theme, with the light border that readers need. */
import { shape } from "../dom.js";
import { encode } from "../qr.js";

/** In squares (ISO/IEC 18004, 9.1). */
const BORDER = 4;

/** @param {string} text @param {string} label what it is for @returns {SVGElement | null} null when the text is too long */
export function qrCode(text, label) {
  const rows = encode(text);
  if (!rows) return null;
  const size = rows.length + 2 * BORDER;
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return shape(`${-BORDER} ${-BORDER} ${size} ${size}`, squares.join(""), {
    class: "qr-code",
    role: "img",
    "aria-label": label,
  });
}
