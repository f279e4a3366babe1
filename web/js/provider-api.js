// @ts-check
/** The part of the HTTP API that is about third-party logins. */
import { openSession, sendAs } from "./api.js";
import { describeDevice } from "./device.js";
import { send } from "./transport.js";

/**
 * @typedef {import("./providers.js").Provider} Provider
 * @typedef {import("./providers.js").Return} Return
 * @typedef {{authorize_url: string, state: string}} Begun
 */

/** @returns {Promise<{providers: Provider[]}>} */
export const listProviders = () => send("GET", "/login/providers");

/** @param {Provider} provider @param {string} challenge @returns {Promise<Begun>} */
export const beginLogin = (provider, challenge) =>
  send("POST", `/login/providers/${provider}`, { body: { challenge } });

/** @param {Provider} provider @param {string} challenge @returns {Promise<Begun>} */
export const beginLinking = (provider, challenge) =>
  sendAs("POST", `/me/logins/${provider}`, { body: { challenge } });

/** @param {Return} came @param {import("./api.js").Registration} [registration] for somebody without an account */
export async function logInByProvider({ provider, code, state, verifier }, registration) {
  const body = { code, state, verifier, device: describeDevice(), registration };
  await openSession(`/login/providers/${provider}/sessions`, body);
}

/** @param {Return} came @param {string} guardian @returns {Promise<{challenge_id: string}>} */
export const requestProviderGuardianCode = ({ provider, state }, guardian) =>
  send("POST", `/login/providers/${provider}/guardian-codes`, { body: { state, guardian_phone: guardian } });

/** @param {Return} came */
export const linkLogin = ({ provider, code, state, verifier }) =>
  sendAs("PUT", `/me/logins/${provider}`, { body: { code, state, verifier } });

/** @param {Provider} provider */
export const unlinkLogin = (provider) => sendAs("DELETE", `/me/logins/${provider}`);
