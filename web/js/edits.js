// @ts-check
/** Edits over the API, and the recipe that the editor's controls stand for. */
import { LONG_POLL_S, sendAs } from "./api.js";

/**
 * @typedef {{code: string, title: string}} Rejection
 * @typedef {{id: string, state: string, is_current: boolean, created_at: string, rejection: Rejection | null}} Edit
 * @typedef {{
 *   preset: string, turns: number, flip: boolean, ratio: string, text: string, tone: Record<string, number>,
 * }} Wish
 */

/** Sliders, in the order of the page; each is a field of the recipe's `tone`, from -100 to 100. */
export const SLIDERS = ["brightness", "contrast", "highlights", "shadows", "saturation", "temperature"];
export const RATIOS = ["1:1", "4:3", "3:4", "16:9"];
const PATIENCE_MS = (LONG_POLL_S + 30) * 1000;

/** @returns {Wish} a wish for nothing */
export const noWish = () => ({ preset: "", turns: 0, flip: false, ratio: "", text: "", tone: {} });

/** @param {Wish} wish @returns {Record<string, any>} the recipe, version 1 */
export function recipeOf({ preset, turns, flip, ratio, text, tone }) {
  const changed = Object.fromEntries(Object.entries(tone).filter(([, value]) => value !== 0));
  const words = text.trim();
  return {
    version: 1,
    geometry: {
      quarter_turns: turns,
      ...(flip ? { flip: "horizontal" } : {}),
      ...(ratio ? { crop: { ratio } } : {}),
    },
    tone: changed,
    ...(preset ? { look: { preset } } : {}),
    ...(words ? { decoration: { texts: [{ text: words, outline_percent: 6 }] } } : {}),
  };
}

/** @returns {Promise<string[]>} names with versions, such as `vivid@1` */
export const listPresets = async () =>
  (await sendAs("GET", "/recipes/presets")).presets.map((/** @type {{name: string}} */ one) => one.name);

/** @param {string} photoId */
const pathOf = (photoId) => `/photos/${encodeURIComponent(photoId)}`;

/** Last asked for first. @param {string} photoId @returns {Promise<Edit[]>} */
export const listEdits = async (photoId) => (await sendAs("GET", `${pathOf(photoId)}/edits`)).edits;

/**
 * Ask for an edit and wait until it has its end.
 * @param {string} photoId
 * @param {Wish} wish
 * @param {string} key the same key asks once
 * @param {AbortSignal} signal
 * @returns {Promise<Edit>}
 */
export async function makeEdit(photoId, wish, key, signal) {
  const headers = { "Idempotency-Key": key };
  const path = `${pathOf(photoId)}/edits`;
  let edit = await sendAs("POST", path, { body: { recipe: recipeOf(wish) }, headers, signal });
  while (edit.state === "queued" || edit.state === "processing") {
    edit = await sendAs("GET", `${path}/${edit.id}?wait_s=${LONG_POLL_S}`, {
      signal,
      patienceMs: PATIENCE_MS,
    });
  }
  return edit;
}

/** @param {string} photoId @param {string | null} editId null shows the photo as it was uploaded */
export const chooseEdit = (photoId, editId) =>
  sendAs("PUT", `${pathOf(photoId)}/current_edit`, { body: { edit_id: editId } });
