// @ts-check
/** Says what went wrong in words; nothing else in the page turns codes into sentences. */
import { formatBytes, formatDuration, formatLimit, has, t } from "./i18n.js";

/**
 * @param {unknown} error anything thrown; an ApiError has its own words
 * @returns {string}
 */
export function explain(error) {
  const { code = "unknown", facts = {} } = /** @type {{code?: string, facts?: Record<string, any>}} */ (
    error ?? {}
  );
  return sentence(`problem.${code}`, facts);
}

/**
 * @param {string} key
 * @param {Record<string, any>} [facts] numbers of the problem: seconds and bytes become words
 */
export function sentence(key, facts = {}) {
  return t(has(key) ? key : "problem.unknown", {
    wait: formatDuration(facts.retry_after_s ?? 60),
    size: formatBytes(facts.size ?? 0),
    limit: typeof facts.limit === "number" ? formatLimit(facts.limit) : "",
  });
}

/**
 * Why the server did not use a photo.
 * @param {string | undefined} code
 */
export function explainRejection(code) {
  return t(has(`rejection.${code}`) ? `rejection.${code}` : "rejection.unknown");
}
