// @ts-check
/** The tokens of this tab: kept in sessionStorage only, renewed by one request at a time, forgotten on the way out. */

const STORAGE_KEY = "ifotor.session";
/** Answers that say the refresh token itself is no good; a busy or broken server says nothing about it. */
const REFUSALS = new Set([400, 401, 422]);

/**
 * @typedef {{access_token: string, refresh_token: string}} Tokens
 * @typedef {"left" | "expired" | "frozen"} Ending
 */

/** @type {Tokens | null} */
let tokens = load();
/** @type {Promise<void> | null} */
let refreshing = null;
/** @type {(ending: Ending) => void} */
let onEnd = () => undefined;

/**
 * Every tab signs in for itself, but one made by "duplicate tab" starts with a copy of the tokens. Whichever renews
 * first makes the other's refresh token a spent one, and to use a spent one looks like theft to the server, which
 * then ends the session. So a tab that renews tells the others, and those with the same tokens follow. Renewing at
 * the same moment needs no lock: for 30 seconds the server gives a repeat the same answer.
 */
const copies = "BroadcastChannel" in window ? new BroadcastChannel(STORAGE_KEY) : null;
copies?.addEventListener("message", ({ data }) => {
  if (tokens && tokens.refresh_token === data.spent) begin(data.renewed);
});

/** @returns {Tokens | null} */
function load() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Tokens | null} next */
function keep(next) {
  tokens = next;
  try {
    if (next) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
    else sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // without storage the session lives as long as the page
  }
}

export function isSignedIn() {
  return tokens !== null;
}

/** @returns {string | null} */
export function accessToken() {
  return tokens?.access_token ?? null;
}

/** @param {Tokens} answer */
export function begin({ access_token, refresh_token }) {
  keep({ access_token, refresh_token });
}

/** @param {Ending} ending */
export function end(ending) {
  if (!tokens) return;
  keep(null);
  onEnd(ending);
}

/** @param {(ending: Ending) => void} listener */
export function whenEnded(listener) {
  onEnd = listener;
}

/**
 * Exchange the refresh token for new tokens. Calls that come meanwhile wait for the same exchange, because a
 * refresh token works once. A refusal ends the session; an unreachable server does not.
 * @param {string | null} staleToken the access token that was refused
 * @param {(refreshToken: string) => Promise<Tokens>} exchange
 */
export async function refresh(staleToken, exchange) {
  if (!tokens) throw new SessionOver();
  if (tokens.access_token !== staleToken) return; // another request has renewed it already
  const current = tokens;
  refreshing ??= exchange(current.refresh_token)
    .then((answer) => {
      if (tokens === current) begin(answer);
      copies?.postMessage({ spent: current.refresh_token, renewed: answer });
    })
    .catch((error) => {
      if (tokens && tokens !== current) return; // a copy of this tab was quicker
      if (REFUSALS.has(error.status) && tokens === current) end("expired");
      throw error;
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** The session ended while a request was on its way. */
export class SessionOver extends Error {
  code = "unauthenticated";
  status = 401;
}
