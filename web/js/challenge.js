// @ts-check
/** The sign-in under way: the number, the code that was asked for, and how long a refused request has to wait. */
import * as api from "./api.js";
import { isOfOneNumber } from "./limits.js";
import { logInByProvider, requestProviderGuardianCode } from "./provider-api.js";
import { nothingTexted } from "./views/code-field.js";

/** @typedef {import("./providers.js").Return} Return */

/** What survives a change of language: the person goes on where they were. */
export const signingIn = {
  phone: "",
  /** @type {{id: string, expiresAt: number, sentAt: number, spent: boolean} | null} */
  challenge: null,
  /** @type {{phone: string, limit: string, until: number} | null} a limit that was reached */
  wait: null,
  /** Whether the masked number is to be kept for the next sign-in; never unless the person says so. */
  remember: false,
};

/** What a person without an account says when they register; nothing of it is ever chosen for them. */
export const registering = {
  /** The code that proved the number, kept until the account is open. */
  code: "",
  /** @type {import("./api.js").Policy | null} the text that was shown */
  policy: null,
  agreed: false,
  /** @type {import("./api.js").AgeBand | null} */
  ageBand: null,
  guardian: { phone: "", texted: nothingTexted() },
  /** The provider's login that somebody came back with, in place of a number. @type {Return | null} */
  via: null,
  /** Whether that login was right and has no account yet. */
  isAsked: false,
  /** Whether the number has an account that the person says is not theirs. */
  isNotMine: false,
};

/** An account that was left alone for long, and the code that proved its number. */
export const dormant = { code: "", hasRecoveryCode: false };

export function forgetDormant() {
  Object.assign(dormant, { code: "", hasRecoveryCode: false });
}

export function forgetRegistration() {
  Object.assign(registering, { code: "", policy: null, agreed: false, ageBand: null, isNotMine: false });
  Object.assign(registering, { via: null, isAsked: false });
  registering.guardian = { phone: "", texted: nothingTexted() };
}

export function forgetSignIn() {
  forgetRegistration();
  forgetDormant();
  signingIn.phone = "";
  signingIn.challenge = null;
  signingIn.wait = null;
  signingIn.remember = false;
}

/** Ask for a code; a limit that was reached is remembered until it is over. */
export async function askForCode() {
  const { phone } = signingIn;
  try {
    const { challenge_id, expires_at } = await api.requestCode(phone);
    signingIn.wait = null;
    registering.code = "";
    forgetDormant();
    signingIn.challenge = {
      id: challenge_id,
      expiresAt: Date.parse(expires_at),
      sentAt: api.serverNow(),
      spent: false,
    };
  } catch (error) {
    rememberWait(error);
    throw error;
  }
}

/**
 * Exchange the code for a session. A number without an account is refused until there is a registration; its code
 * is remembered, and works for that.
 * @param {string} code
 * @param {import("./api.js").Registration} [registration]
 * @param {import("./api.js").SecondFactor} [secondFactor]
 */
export async function handInCode(code, registration, secondFactor) {
  const { challenge, phone } = signingIn;
  if (!challenge) return;
  try {
    await api.logIn(challenge.id, phone, code, {
      registration,
      second_factor: secondFactor,
      remember_number: signingIn.remember,
    });
  } catch (error) {
    rememberWait(error);
    challenge.spent = isLimit(error) || attemptsLeft(error) === 0;
    if (challenge.spent) registering.code = dormant.code = "";
    if (needsRegistration(error)) registering.code = code;
    if (isDormant(error)) Object.assign(dormant, { code, hasRecoveryCode: error.facts.has_recovery_code });
    throw error;
  }
}

/** Open the account with what the person said. */
export async function register() {
  const { code, policy, ageBand, guardian } = registering;
  if (!policy || !ageBand) return;
  const { phone, texted } = guardian;
  const consent = { challenge_id: texted.challengeId, phone, code: texted.code };
  const said = {
    policy_version: policy.version,
    locale: policy.locale,
    age_band: ageBand,
    guardian: ageBand === "under_14" ? consent : undefined,
  };
  if (registering.via) return enterByProvider(said);
  await handInCode(code, said, registering.isNotMine ? { is_not_mine: true } : undefined);
}

/** Exchange what a provider's login brought back for a session. @param {import("./api.js").Registration} [registration] */
export async function enterByProvider(registration) {
  if (registering.via) await logInByProvider(registering.via, registration);
}

/** Open an account that was left alone for long. @param {string} recoveryCode */
export async function answerDormant(recoveryCode) {
  await handInCode(dormant.code, undefined, { recovery_code: recoveryCode });
}

/** @param {unknown} error @returns {error is api.ApiError} */
export function isDormant(error) {
  return error instanceof api.ApiError && error.code === "second_factor_required";
}

/** Text a code to the guardian of the child who registers. */
export function askGuardian() {
  const { via, guardian } = registering;
  return via
    ? requestProviderGuardianCode(via, guardian.phone)
    : api.requestGuardianCode(signingIn.phone, guardian.phone);
}

/** @param {unknown} error */
export function needsRegistration(error) {
  return error instanceof api.ApiError && error.code === "registration_required";
}

/** @param {unknown} error whether it leaves the code without use */
export function isSpent(error) {
  const isLast = error instanceof api.ApiError && error.code === "second_factor_rejected" && !error.facts.attempts_left;
  return isLast || isLimit(error) || attemptsLeft(error) !== undefined;
}

/** @param {unknown} error @returns {error is api.ApiError} */
export function isLimit(error) {
  return error instanceof api.ApiError && error.code === "too_many_requests";
}

/** @param {unknown} error */
function rememberWait(error) {
  if (!isLimit(error)) return;
  const { limit = "", retry_after_s = 60 } = error.facts;
  const until = api.serverNow() + retry_after_s * 1000;
  signingIn.wait = { phone: signingIn.phone, limit: String(limit), until };
}

/** @param {unknown} error @returns {number | undefined} the tries a refused code leaves */
export function attemptsLeft(error) {
  return error instanceof api.ApiError && error.code === "code_rejected"
    ? error.facts.attempts_left
    : undefined;
}

/** @returns {number} whole seconds until a code may be asked for; a limit of one number holds no other up. */
export function secondsToWait() {
  const { wait, phone } = signingIn;
  if (!wait || (isOfOneNumber(wait.limit) && wait.phone !== phone)) return 0;
  return Math.max(0, Math.ceil((wait.until - api.serverNow()) / 1000));
}
