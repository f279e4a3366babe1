// @ts-check
/** Going to a login provider and coming back: what proves that this tab began, the verifier, never leaves it. */
import { t } from "./i18n.js";
import * as api from "./provider-api.js";

/**
 * @typedef {"wechat" | "alipay"} Provider
 * @typedef {{provider: Provider, links: boolean, state: string, verifier: string}} Errand
 * @typedef {Errand & {code: string}} Return what ends a login, or links one
 */

const NAMES = { wechat: "provider.wechat", alipay: "provider.alipay" };
const STORAGE_KEY = "ifotor.errand";

/** The providers that the server offers; asked for once. @type {Promise<Provider[]> | null} */
let offered = null;

/** @returns {Promise<Provider[]>} none, if nobody can be asked */
export function offeredProviders() {
  offered ??= api.listProviders().then(
    ({ providers }) => providers,
    () => {
      offered = null;
      return [];
    },
  );
  return offered;
}

/** @param {Provider} provider */
export function nameOf(provider) {
  return t(NAMES[provider]);
}

/**
 * Leave for the provider's page.
 * @param {Provider} provider
 * @param {{links: boolean}} purpose to link the login to the account that is signed in, or to log in
 */
export async function goTo(provider, { links }) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const begin = links ? api.beginLinking : api.beginLogin;
  const { authorize_url, state } = await begin(provider, base64url(new Uint8Array(digest)));
  /** @type {Errand} */
  const errand = { provider, links, state, verifier };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(errand));
  location.assign(authorize_url);
}

/**
 * Take what a provider sent along, and leave no trace of it in the address or the history.
 * @returns {Return | {refused: "denied" | "stranger"} | null} null when nobody came back from anywhere
 */
export function takeReturn() {
  const query = new URLSearchParams(location.search);
  const state = query.get("state");
  if (state === null) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  const errand = takeErrand();
  // Only what this tab began counts: a link with somebody else's code in it must not sign anybody in.
  if (errand?.state !== state) return { refused: "stranger" };
  const code = query.get("code") ?? query.get("auth_code");
  return code ? { ...errand, code } : { refused: "denied" };
}

/** @returns {Errand | null} */
function takeErrand() {
  try {
    const kept = sessionStorage.getItem(STORAGE_KEY);
    sessionStorage.removeItem(STORAGE_KEY);
    return JSON.parse(kept ?? "null");
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
