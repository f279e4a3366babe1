// @ts-check
/** What of a recipe the preview cannot show: it is said in words, never left to be found out. */

/** Settings that are shown, by part; anything else that a recipe holds is not. */
const SHOWN = {
  geometry: ["quarter_turns", "flip", "straighten_degrees", "crop"],
  tone: [
    "auto", "equalize", "levels", "temperature", "tint", "exposure_stops", "gamma", "brightness", "contrast", "highlights",
    "shadows", "curves", "vibrance", "saturation", "grayscale", "sepia", "split_tone", "vignette",
  ],
  look: ["preset", "strength"],
  detail: [],
  decoration: [],
};

/** @typedef {"grain" | "detail" | "words" | "other"} Unseen */

/**
 * @param {Record<string, any>} recipe @param {import("./plan.js").Presets} presets
 * @returns {Unseen[]}
 */
export function unseenOf(recipe, presets) {
  /** @type {Set<Unseen>} */
  const found = new Set();
  for (const [part, shown] of Object.entries(SHOWN)) {
    for (const name of Object.keys(recipe[part] ?? {})) if (!shown.includes(name)) found.add(kindOf(part, name));
  }
  const { preset, strength = 100 } = recipe.look ?? {};
  if (preset && !presets[preset]) found.add("other");
  if (strength && presets[preset]?.grain?.amount) found.add("grain");
  return [...found];
}

/** @param {string} part @param {string} name @returns {Unseen} */
function kindOf(part, name) {
  if (part === "detail") return name === "grain" ? "grain" : "detail";
  return name === "texts" ? "words" : "other";
}
