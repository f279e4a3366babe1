// @ts-check
/** The sliders there are, in the order of the page; each is a place in a recipe, within the server's own bounds. */

/** @typedef {import("./slider.js").Setting} Setting */

/** @type {Setting[]} */
export const LIGHT = [
  { path: "tone.auto", words: "editor.tone_auto", min: 0 },
  { path: "tone.exposure_stops", words: "editor.tone_exposure", min: -3, max: 3, step: 0.05 },
  { path: "tone.brightness", words: "editor.tone_brightness" },
  { path: "tone.contrast", words: "editor.tone_contrast" },
  { path: "tone.highlights", words: "editor.tone_highlights" },
  { path: "tone.shadows", words: "editor.tone_shadows" },
  { path: "tone.vignette.amount", words: "editor.tone_vignette" },
];

/** @type {Setting[]} */
export const COLOUR = [
  { path: "tone.temperature", words: "editor.tone_temperature" },
  { path: "tone.tint", words: "editor.tone_tint" },
  { path: "tone.vibrance", words: "editor.tone_vibrance" },
  { path: "tone.saturation", words: "editor.tone_saturation" },
  { path: "tone.grayscale", words: "editor.tone_grayscale", min: 0 },
  { path: "tone.sepia", words: "editor.tone_sepia", min: 0 },
];

/** What the preview does not show. @type {Setting[]} */
export const FINENESS = [
  { path: "detail.sharpen", words: "editor.detail_sharpen", min: 0 },
  { path: "detail.clarity", words: "editor.detail_clarity" },
  { path: "detail.denoise", words: "editor.detail_denoise", min: 0 },
  { path: "detail.grain.amount", words: "editor.detail_grain", min: 0 },
];
