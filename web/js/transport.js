// @ts-check
/** One request to the API and what came of it; every failure is one ApiError with a code that has words. */

/**
 * @typedef {{
 *   body?: unknown, headers?: Record<string, string>, signal?: AbortSignal,
 *   patienceMs?: number,
 * }} Options
 */

export const TIMEOUT_MS = 30_000;
const base = document.querySelector('meta[name="ifotor-api"]')?.getAttribute("content") ?? "/v1";

/** Milliseconds by which the server's clock is ahead of this device's. */
let clockOffsetMs = 0;

/** @returns {number} the server's time in milliseconds: a device with a wrong clock still counts right. */
export function serverNow() {
  return Date.now() + clockOffsetMs;
}

export class ApiError extends Error {
  /**
   * @param {string} code a problem code, or `offline`, `network`, `timeout` for what never got an answer
   * @param {number} [status]
   * @param {Record<string, any>} [facts] the problem document
   */
  constructor(code, status = 0, facts = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.facts = facts;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function send(method, path, { body, headers = {}, signal, patienceMs = TIMEOUT_MS } = {}) {
  const timeout = AbortSignal.timeout(patienceMs);
  const stop = signal ? anySignal([signal, timeout]) : timeout;
  const all = { ...headers };
  if (body !== undefined) all["Content-Type"] = "application/json";
  try {
    const request = {
      method,
      headers: all,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop,
    };
    const response = await fetch(base + path, { ...request, cache: "no-store", credentials: "same-origin" });
    noteServerClock(response.headers.get("Date"));
    return await read(response);
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    if (timeout.aborted) throw new ApiError("timeout");
    throw new ApiError(navigator.onLine ? "network" : "offline");
  }
}

/** @param {Response} response */
async function read(response) {
  if (response.status === 204) return null;
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const document = isJson ? await response.json() : {};
  if (response.ok && isJson) return document;
  const code = document.code ?? (response.status >= 500 ? "unavailable" : "unknown");
  throw new ApiError(code, response.status, document);
}

/** @param {string | null} date */
function noteServerClock(date) {
  const milliseconds = date ? Date.parse(date) : NaN;
  // The header has whole seconds, so differences below two mean nothing.
  if (!Number.isNaN(milliseconds))
    clockOffsetMs = Math.abs(milliseconds - Date.now()) < 2000 ? 0 : milliseconds - Date.now();
}

/** @param {AbortSignal[]} signals */
function anySignal(signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort();
    signal.addEventListener("abort", () => controller.abort(), { once: true });
  }
  return controller.signal;
}
