// @ts-check
/** The HTTP API as functions. */
import { describeDevice } from "./device.js";
import * as session from "./session.js";
import { ApiError, send, TIMEOUT_MS } from "./transport.js";

export { ApiError, serverNow } from "./transport.js";

/**
 * @typedef {{
 *   url: string, url_expires_at: string,
 *   width_px: number, height_px: number, size_bytes: number, content_type: string,
 * }} Rendition
 * @typedef {{
 *   id: string,
 *   state: "awaiting_upload" | "processing" | "ready" | "rejected" | "failed",
 *   content_type: string, created_at: string, expires_at: string,
 *   original: {size_bytes: number | null, frame_count: number | null, deleted_at: string | null},
 *   rejection: {code: string, title: string} | null,
 *   renditions: {full?: Rendition, preview?: Rendition, thumb?: Rendition},
 *   retention?: {choice: "default" | "shorter" | "longer", default_until: string, longest_until: string} | null,
 *   hold?: {until: string, deletion_wanted_at: string | null} | null,
 *   unedited?: Photo["renditions"] | null, edits?: string[], current_edit_id?: string | null,
 * }} Photo
 * @typedef {{url: string, fields: Record<string, string>, expires_at: string}} UploadForm
 * @typedef {{photo: Photo, upload: UploadForm}} Grant
 * @typedef {{content_type: string, size_bytes: number, sha256?: string, source?: "camera"}} Declaration
 * @typedef {{photos: number, objects: number, bytes: number, held?: number, has_more?: boolean}} Destroyed
 * @typedef {{
 *   photos_per_day: number, bytes_per_day: number, used_photos: number, used_bytes: number,
 *   max_upload_bytes: number, accepted_types: string[],
 * }} Limits
 * @typedef {{name: string | null, platform: string | null, os_version: string | null, app_version: string | null}} Device
 * @typedef {{
 *   id: string, is_current: boolean, device: Device | null, place: string | null,
 *   created_at: string, last_used_at: string, expires_at: string,
 * }} Session
 * @typedef {"under_14" | "14_to_17" | "adult"} AgeBand
 * @typedef {{
 *   policy_version: string, locale: string, age_band: AgeBand,
 *   guardian?: {challenge_id: string, phone: string, code: string},
 * }} Registration
 * @typedef {{recovery_code?: string, is_not_mine?: boolean}} SecondFactor
 * @typedef {{version: string, locale: string, sha256: string, text: string}} Policy
 * @typedef {{id: string, kind: string, created_at: string, expires_at: string, device: Device | null}} Notice
 * @typedef {{id: string, price_minor: number, currency: string, unit: "credits" | "member_days", quantity: number}} Product
 * @typedef {{
 *   id: string,
 *   state: "awaiting_payment" | "paid" | "closed" | "refund_due" | "partly_refunded" | "refunded",
 *   product: Product, method: string, total_minor: number, refunded_minor: number,
 *   currency: string, created_at: string, expires_at: string,
 * }} Order
 * @typedef {import("./transport.js").Options} Options
 * @typedef {{provider: import("./providers.js").Provider, linked_at: string, is_removable: boolean}} LinkedLogin
 */

export const LONG_POLL_S = 15;
export const DELETE_BATCH = 25;

/**
 * A request in the person's name. A 401 refreshes the session once and tries once more.
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 */
export async function sendAs(method, path, options = {}) {
  const age = session.age();
  try {
    return await send(method, path, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await session.renew(age, exchangeCookies);
    try {
      return await send(method, path, options);
    } catch (again) {
      if (again instanceof ApiError && again.status === 401) session.end("expired");
      throw again;
    }
  }
}

/** Asks for the session in cookies, and for no token in the answer. */
const IN_COOKIES = { "Ifotor-Session": "cookie" };
const exchangeCookies = () => send("POST", "/login/refresh", { headers: IN_COOKIES });

/** Begin without a phone number, or anything else. */
export async function comeAsGuest() {
  await leaving;
  session.begin(await send("POST", "/guests", { headers: IN_COOKIES }));
}

/** @returns {Promise<{phone: string | null}>} the masked number that was to be remembered here */
export const getRememberedNumber = () => send("GET", "/login/remembered");

export const forgetNumber = () => send("DELETE", "/login/remembered");

/** Bring what a guest made into the account. @returns {Promise<{photos: number, waiting: number, has_more: boolean}>} */
export const bringPhotos = () => sendAs("POST", "/photos/arrivals");

/** @param {string} locale @returns {Promise<Policy>} the version in force, word for word */
export const getPolicy = (locale) => send("GET", `/policy?locale=${encodeURIComponent(locale)}`);

/** @param {string} phone @returns {Promise<{challenge_id: string, expires_at: string}>} */
export const requestCode = (phone) => send("POST", "/login/codes", { body: { phone } });

/** @param {string} phone of the child @param {string} guardian @returns {Promise<{challenge_id: string}>} */
export const requestGuardianCode = (phone, guardian) =>
  send("POST", "/login/guardian-codes", { body: { phone, guardian_phone: guardian } });

/**
 * @param {string} challengeId
 * @param {string} phone
 * @param {string} code
 * @param {{registration?: Registration, second_factor?: SecondFactor, remember_number?: boolean}} [more] for a number without an account, and
 *   for one whose account was left alone for long
 */
export function logIn(challengeId, phone, code, more = {}) {
  const body = { challenge_id: challengeId, phone, code, device: describeDevice(), ...more };
  return openSession("/login/sessions", body);
}

/** Hand in a proof, and begin the session that it opens. @param {string} path @param {unknown} body */
export async function openSession(path, body) {
  const open = () => send("POST", path, { body, headers: IN_COOKIES });
  await leaving;
  const answer = await open().catch(async (error) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // A guest's cookies, old by now; where they are over, the server drops them, and a person without any comes.
    await exchangeCookies().catch(() => undefined);
    return open();
  });
  session.begin(answer);
}

/** End the session here at once, and on the server as soon as it can be reached. */
export async function logOut() {
  session.noteLeaving();
  session.end("left");
  await finishLeaving();
}

/** A sign-out under way: its answer drops the cookies, so no session may begin before it is there. */
let leaving = Promise.resolve();

/** Tell the server of a sign-out that it has not heard of; the cookies go with its answer. */
export function finishLeaving() {
  leaving = leaving.then(tellOfLeaving);
  return leaving;
}

async function tellOfLeaving() {
  if (!session.isLeaving()) return;
  const leave = () => send("DELETE", "/me/sessions/current");
  try {
    await leave().catch(async (error) => {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      await exchangeCookies();
      await leave();
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) return; // again when it can be reached
  }
  session.noteLeft();
}

/** Newest first. @returns {Promise<{sessions: Session[]}>} */
export const listSessions = () => sendAs("GET", "/me/sessions");

/** @param {string} id */
export const endSession = (id) => sendAs("DELETE", `/me/sessions/${encodeURIComponent(id)}`);

/** End every session but this one. @returns {Promise<{ended: number}>} */
export const endOtherSessions = () => sendAs("POST", "/me/sessions/endings", { body: { scope: "others" } });

/** @param {string} id */
export const dismissNotice = (id) => sendAs("DELETE", `/me/notices/${encodeURIComponent(id)}`);

/** Freeze the account and end every session, this one too. @returns {Promise<{ended: number}>} */
export async function freezeAccount() {
  const answer = await sendAs("POST", "/me/freeze");
  session.end("frozen");
  return answer;
}

/** @typedef {{challenge_id: string, phone: string, code: string}} CodeClaim */

/** @param {string} coming @param {string} [leaving] @returns {Promise<Record<"new" | "old", {challenge_id: string} | null>>} */
export const requestNumberCodes = (coming, leaving) =>
  sendAs("POST", "/me/phone/codes", { body: { new_phone: coming, old_phone: leaving } });

/** @param {CodeClaim} coming @param {CodeClaim} [leaving] absent after the wait */
export const changeNumber = (coming, leaving) =>
  sendAs("POST", "/me/phone", { body: { new: coming, old: leaving } });

/** @param {CodeClaim} coming @param {string} leaving @returns {Promise<{ready_at: string}>} */
export const beginWaiting = (coming, leaving) =>
  sendAs("POST", "/me/phone/waiting", { body: { new: coming, old_phone: leaving } });

export const cancelWaiting = () => sendAs("DELETE", "/me/phone/waiting");

/** It is shown this once, and kills the one before. @returns {Promise<{recovery_code: string}>} */
export const drawRecoveryCode = () => sendAs("POST", "/me/recovery-code");

/**
 * @returns {Promise<{
 *   limits: Limits, notices?: Notice[], has_recovery_code: boolean, number_ready_at: string | null,
 *   joined_guests?: number, logins: LinkedLogin[],
 * }>}
 */
export const getMe = () => sendAs("GET", "/me");

/**
 * @param {Declaration[]} photos 1 to 50
 * @param {string} idempotencyKey the same key gives the same grants again
 * @param {AbortSignal} [signal]
 * @returns {Promise<{photos: Grant[]}>}
 */
export const grantUploads = (photos, idempotencyKey, signal) =>
  sendAs("POST", "/photos", { body: { photos }, headers: { "Idempotency-Key": idempotencyKey }, signal });

/**
 * @param {number} limit
 * @param {string | null} [cursor]
 * @returns {Promise<{photos: Photo[], next_cursor: string | null}>}
 */
export const listPhotos = (limit, cursor) =>
  sendAs("GET", `/photos?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);

/** @param {string} id @returns {Promise<Photo>} */
export const getPhoto = (id) => sendAs("GET", `/photos/${encodeURIComponent(id)}`);

/**
 * Wait on the server until the photo is finished, or the wait is over.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Photo>}
 */
export const awaitPhoto = (id, signal) =>
  sendAs("GET", `/photos/${encodeURIComponent(id)}?wait_s=${LONG_POLL_S}`, {
    signal,
    patienceMs: LONG_POLL_S * 1000 + TIMEOUT_MS,
  });

/** @param {string} id @returns {Promise<Destroyed>} */
export const deletePhoto = (id) => sendAs("DELETE", `/photos/${encodeURIComponent(id)}`);

/** @param {string[]} ids at most 25 @returns {Promise<Destroyed>} */
export const deletePhotos = (ids) => sendAs("POST", "/photos/deletions", { body: { photo_ids: ids } });

/** One batch of everything; repeat while `has_more`. @returns {Promise<Destroyed>} */
export const deleteAllPhotos = () => sendAs("POST", "/photos/deletions", { body: { all: true } });

/** @returns {Promise<{products: Product[], methods: string[]}>} both empty where nobody takes payments */
export const listProducts = () => sendAs("GET", "/products");

/**
 * @param {string} productId
 * @param {string} method one of those offered
 * @param {string} idempotencyKey the same key gives the same order again
 * @returns {Promise<{order: Order, payment: Record<string, string> | null}>}
 */
export const placeOrder = (productId, method, idempotencyKey) =>
  sendAs("POST", "/orders", {
    body: { product_id: productId, method },
    headers: { "Idempotency-Key": idempotencyKey },
  });

/** @param {string} id @returns {Promise<Order>} */
export const getOrder = (id) => sendAs("GET", `/orders/${encodeURIComponent(id)}`);

/**
 * Newest first.
 * @param {number} limit
 * @param {string | null} [cursor]
 * @returns {Promise<{orders: Order[], next_cursor: string | null}>}
 */
export const listOrders = (limit, cursor) =>
  sendAs("GET", `/orders?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);

/** @returns {Promise<{available: number, member_until: string | null}>} */
export const getCredits = () => sendAs("GET", "/me/credits");
