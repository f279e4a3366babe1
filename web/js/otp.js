// @ts-check
/** WebOTP: where the browser may read the one message that is meant for this page, nobody has to type. */

/**
 * @param {AbortSignal} signal stops listening
 * @returns {Promise<string | null>} six digits; null where the browser cannot, may not or need not
 */
export async function awaitTextedCode(signal) {
  if (!("OTPCredential" in window)) return null;
  // The browser's types do not know this credential.
  const wanted = /** @type {CredentialRequestOptions} */ (
    /** @type {unknown} */ ({ otp: { transport: ["sms"] }, signal })
  );
  try {
    const credential = /** @type {{code?: string} | null} */ (
      /** @type {unknown} */ (await navigator.credentials.get(wanted))
    );
    return /^\d{6}$/.test(credential?.code ?? "") ? (credential?.code ?? null) : null;
  } catch {
    return null; // refused, unsupported here, or the view is over: the code is typed then
  }
}
