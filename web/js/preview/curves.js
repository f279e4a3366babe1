// @ts-check
/** The server's curves (imaging/plan/curves.py), formula for formula: tests hold their tables equal byte by byte. */

/** @typedef {(value: number) => number} Curve of 0 to 1 */
/** @typedef {{hue_degrees?: number, strength?: number}} Hued */
/** @typedef {Record<string, any>} Tone a recipe's `tone`; what is left out changes nothing */

/** ITU-R BT.709: how much each channel counts as brightness. */
export const LUMA = [0.2126, 0.7152, 0.0722];
const WARMTH_STOPS = 0.4;
const TINT_STOPS = 0.3;
const SPLIT_REACH = 0.25;
const CHANNELS = ["red", "green", "blue"];

const clip = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));

/** Halves go to the even neighbour, as in Python. @param {number} value */
export function rounded(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 ? down + 1 : down;
}

/** Red's, green's and blue's curve: everything up to saturation. @param {Tone} tone @returns {Curve[]} */
export function beforeMatrix(tone) {
  return gainsOf(tone).map((gain, at) => channel(tone, gain, tone.curves?.[CHANNELS[at]] ?? []));
}

/** Each channel's lean towards the two colours of a split tone. @param {Tone} tone @returns {Curve[]} */
export function afterMatrix(tone) {
  const dark = lean(tone.split_tone?.shadows ?? {});
  const light = lean(tone.split_tone?.highlights ?? {});
  return dark.map(
    (low, at) => (value) => value + low * (1 - value) ** 2 + light[at] * value * value,
  );
}

/** Some of a curve and the rest of what changes nothing. @param {Curve} curve @param {number} strength @returns {Curve} */
export const weakened = (curve, strength) => (value) => value + strength * (curve(value) - value);

/** One curve that applies all, the first first. @param {Curve[]} curves @returns {Curve} */
export const chained = (curves) => (value) => curves.reduce((at, curve) => curve(at), value);

/** 256 bytes for each curve; null if none changes anything. @param {Curve[]} curves @returns {Uint8Array | null} */
export function tableOf(curves) {
  const table = new Uint8Array(256 * curves.length);
  let changes = false;
  curves.forEach((curve, at) => {
    for (let value = 0; value < 256; value += 1) {
      const mapped = rounded(255 * clip(curve(value / 255)));
      table[256 * at + value] = mapped;
      changes ||= mapped !== value;
    }
  });
  return changes ? table : null;
}

const toLight = (/** @type {number} */ value) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const fromLight = (/** @type {number} */ light) =>
  light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;

/** @param {Tone} tone @param {number} gain @param {number[][]} own @returns {Curve} */
function channel(tone, gain, own) {
  /** @type {Curve[]} */
  const curves = [];
  if (tone.levels) curves.push(levels(tone.levels));
  if (gain !== 1) curves.push((value) => fromLight(Math.min(1, toLight(value) * gain)));
  if ((tone.gamma ?? 1) !== 1) curves.push((value) => clip(value) ** (1 / tone.gamma));
  const bend = (/** @type {string} */ name, /** @type {(value: number, amount: number) => number} */ by) => {
    const amount = (tone[name] ?? 0) / 100;
    if (amount) curves.push((value) => by(value, amount));
  };
  bend("brightness", (v, amount) => v + amount * v * (1 - v));
  bend("contrast", contrast);
  bend("highlights", (v, amount) => v + amount * v * v * (1 - v));
  bend("shadows", (v, amount) => v + amount * v * (1 - v) * (1 - v));
  for (const points of [tone.curves?.rgb ?? [], own]) if (points.length) curves.push(through(points));
  return chained(curves);
}

/** The factor of light for each channel; balancing leaves a grey's brightness alone. @param {Tone} tone */
function gainsOf({ temperature = 0, tint: lean = 0, exposure_stops = 0 }) {
  const warmth = (temperature / 100) * WARMTH_STOPS;
  const tint = (lean / 100) * TINT_STOPS;
  const balance = [warmth + tint / 2, -tint, tint / 2 - warmth].map((stop) => 2 ** stop);
  const luma = warmth || tint ? balance.reduce((sum, gain, at) => sum + LUMA[at] * gain, 0) : 1;
  return balance.map((gain) => (gain / luma) * 2 ** exposure_stops);
}

/** @param {Record<string, number>} levels @returns {Curve} */
function levels({ black = 0, white = 255, black_out = 0, white_out = 255 }) {
  const [start, end, low, high] = [black / 255, white / 255, black_out / 255, white_out / 255];
  return (value) => low + (high - low) * clip((value - start) / (end - start));
}

/** @param {number} value @param {number} amount */
function contrast(value, amount) {
  if (amount < 0) return value + amount * 0.8 * (value - 0.5);
  return value + amount * (value * value * (3 - 2 * value) - value);
}

/** Monotone cubics (Fritsch and Butland 1984). @param {number[][]} points in 1/255 @returns {Curve} */
function through(points) {
  const xs = points.map(([x]) => x / 255);
  const ys = points.map(([, y]) => y / 255);
  const last = xs.length - 1;
  const rises = xs.slice(1).map((x, at) => (ys[at + 1] - ys[at]) / (x - xs[at]));
  const inner = rises
    .slice(1)
    .map((two, at) => (rises[at] * two > 0 ? (2 * rises[at] * two) / (rises[at] + two) : 0));
  const slopes = [rises[0], ...inner, rises[last - 1]];
  return (value) => {
    if (value <= xs[0]) return ys[0];
    if (value >= xs[last]) return ys[last];
    const at = xs.findIndex((_, one) => value <= xs[one + 1]);
    const span = xs[at + 1] - xs[at];
    const u = (value - xs[at]) / span;
    return (
      (1 + 2 * u) * (1 - u) ** 2 * ys[at] +
      u * (1 - u) ** 2 * span * slopes[at] +
      u * u * (3 - 2 * u) * ys[at + 1] +
      u * u * (u - 1) * span * slopes[at + 1]
    );
  };
}

/** How far each channel moves: a colour less its own brightness. @param {Hued} hued */
function lean({ hue_degrees = 0, strength = 0 }) {
  const colour = fromHue(hue_degrees / 360, 1, 1);
  const luma = colour.reduce((sum, part, at) => sum + LUMA[at] * part, 0);
  const reach = (SPLIT_REACH * strength) / 100;
  return colour.map((part) => reach * (part - luma));
}

/** Hue, saturation and value to red, green and blue, all 0 to 1. @param {number} hue @param {number} s @param {number} v */
export function fromHue(hue, s, v) {
  if (s === 0) return [v, v, v];
  const at = Math.trunc(hue * 6);
  const rest = hue * 6 - at;
  const [p, q, r] = [v * (1 - s), v * (1 - s * rest), v * (1 - s * (1 - rest))];
  return [[v, r, p], [q, v, p], [p, v, r], [p, q, v], [r, p, v], [v, p, q]][at % 6];
}
