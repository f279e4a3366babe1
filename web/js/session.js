// @ts-check
/** Whether somebody is signed in here, for every tab alike. The session itself is in cookies that no script reads. */

const STORAGE_KEY = "ifotor.session";
const LEAVING_KEY = "ifotor.leaving";
/** Answers that say the session itself is over; a busy or broken server says nothing about it. */
const REFUSALS = new Set([400, 401, 403, 422]);

/**
 * @typedef {{guest_until: string | null}} Known
 * @typedef {"left" | "expired" | "frozen"} Ending
 */

/** @type {Known | null} */
let known = load();
/** How often the cookies were renewed: a request that was refused before the last time need only be repeated. */
let renewed = 0;
/** @type {Promise<void> | null} */
let renewing = null;
/** @type {(ending: Ending) => void} */
let onEnd = () => undefined;

window.addEventListener("storage", ({ key, newValue }) => {
  if (key !== STORAGE_KEY) return;
  if (newValue && known) return location.reload(); // another tab became somebody else: this one shows their photos
  if (known) forget("left");
});

/** @returns {Known | null} */
function load() {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value */
function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // without storage it is known as long as the page lives
  }
}

export function isSignedIn() {
  return known !== null;
}

/** @returns {string | null} when a guest's photos go; null for everybody else */
export function guestUntil() {
  return known?.guest_until ?? null;
}

/** @param {{user: Known}} answer */
export function begin({ user }) {
  known = { guest_until: user.guest_until };
  keep(STORAGE_KEY, JSON.stringify(known));
  keep(LEAVING_KEY, null);
}

/** @param {Ending} ending */
export function end(ending) {
  keep(STORAGE_KEY, null);
  if (known) forget(ending);
}

/** @param {Ending} ending */
function forget(ending) {
  known = null;
  onEnd(ending);
}

/** @param {(ending: Ending) => void} listener */
export function whenEnded(listener) {
  onEnd = listener;
}

/** Note that the server is still to be told that the person left: until then the cookies are there. */
export function noteLeaving() {
  keep(LEAVING_KEY, "1");
}

export function noteLeft() {
  keep(LEAVING_KEY, null);
}

export function isLeaving() {
  try {
    return localStorage.getItem(LEAVING_KEY) !== null;
  } catch {
    return false;
  }
}

/** @returns {number} what `renew` is to be told by a request that is sent now */
export function age() {
  return renewed;
}

/**
 * Have the cookies renewed. Calls that come meanwhile wait for the same exchange; other tabs may do the same at the
 * same time, and get the same. A refusal ends the session; an unreachable server does not.
 * @param {number} age of the session when the refused request was sent
 * @param {() => Promise<unknown>} exchange
 */
export async function renew(age, exchange) {
  if (!known) throw new SessionOver();
  if (age !== renewed) return;
  renewing ??= exchange()
    .then(() => {
      renewed += 1;
    })
    .catch((error) => {
      if (REFUSALS.has(error.status)) end("expired");
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** The session ended while a request was on its way. */
export class SessionOver extends Error {
  code = "unauthenticated";
  status = 401;
}
