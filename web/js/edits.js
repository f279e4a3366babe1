// @ts-check
/** Edits and presets over the API. */
import { LONG_POLL_S, sendAs } from "./api.js";

/**
 * @typedef {{code: string, title: string}} Rejection
 * @typedef {{
 *   id: string, state: string, is_current: boolean, created_at: string, rejection: Rejection | null,
 *   recipe: import("./draft.js").Recipe, renditions: import("./api.js").Photo["renditions"],
 * }} Edit
 */

const PATIENCE_MS = (LONG_POLL_S + 30) * 1000;

/** What each preset does, by name with version, such as `vivid@1`. @returns {Promise<import("./preview/plan.js").Presets>} */
export async function listPresets() {
  const { presets } = await sendAs("GET", "/recipes/presets");
  return Object.fromEntries(presets.map((/** @type {any} */ { name, settings }) => [name, settings]));
}

/** @param {string} photoId */
const pathOf = (photoId) => `/photos/${encodeURIComponent(photoId)}`;

/** Last asked for first. @param {string} photoId @returns {Promise<Edit[]>} */
export const listEdits = async (photoId) => (await sendAs("GET", `${pathOf(photoId)}/edits`)).edits;

/**
 * Ask for an edit and wait until it has its end.
 * @param {string} photoId
 * @param {import("./draft.js").Recipe} recipe
 * @param {string} key the same key asks once
 * @param {AbortSignal} signal
 * @returns {Promise<Edit>}
 */
export async function makeEdit(photoId, recipe, key, signal) {
  const headers = { "Idempotency-Key": key };
  const path = `${pathOf(photoId)}/edits`;
  let edit = await sendAs("POST", path, { body: { recipe }, headers, signal });
  while (edit.state === "queued" || edit.state === "processing") {
    edit = await sendAs("GET", `${path}/${edit.id}?wait_s=${LONG_POLL_S}`, {
      signal,
      patienceMs: PATIENCE_MS,
    });
  }
  return edit;
}

/**
 * What a recipe would cost the one who is signed in; does nothing.
 * @param {import("./draft.js").Recipe} recipe
 * @param {AbortSignal} signal
 * @returns {Promise<{credits: number}>}
 */
export const checkRecipe = (recipe, signal) => sendAs("POST", "/recipes/checks", { body: { recipe }, signal });

/** @param {string} photoId @param {string | null} editId null shows the photo as it was uploaded */
export const chooseEdit = (photoId, editId) =>
  sendAs("PUT", `${pathOf(photoId)}/current_edit`, { body: { edit_id: editId } });
