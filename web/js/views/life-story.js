// @ts-check
/** The life of a photo: when it came, the proof that its original is gone, and the day it leaves. */
import * as api from "../api.js";
import { h } from "../dom.js";
import { daysLeft, lifeSpent, monthsInWords, timeBetween } from "../expiry.js";
import { formatBytes, formatDay, formatExactMoment, formatMoment, formatNumber, t, tn } from "../i18n.js";
import { library } from "../library.js";
import { lastMoment } from "./keeping.js";
import * as session from "../session.js";

/** @typedef {import("../api.js").Photo} Photo */

const PROOF_TRIES = 20;
const PROOF_PAUSE_MS = 1500;

/** @param {Photo} photo */
export function lifeStory(photo) {
  const { created_at, expires_at, original } = photo;
  const now = api.serverNow();
  const days = daysLeft(expires_at, now);
  const spent = h("span", {});
  spent.style.setProperty("--done", `${(lifeSpent(created_at, expires_at, now) * 100).toFixed(1)}%`);
  const size = formatBytes(original.size_bytes ?? 0);
  const gone = original.deleted_at;
  const frames = original.frame_count ?? 1;
  return h(
    "section",
    { class: "life", "aria-labelledby": "life-title" },
    h("h2", { id: "life-title" }, t("detail.life")),
    h(
      "ol",
      {},
      moment(
        "past",
        t("detail.added"),
        h("time", { datetime: created_at }, formatExactMoment(created_at)),
        ...(frames > 1 ? [t("detail.first_frame", { frames: formatNumber(frames) })] : []),
      ),
      gone
        ? moment(
            "past",
            t("detail.original_gone"),
            h("time", { datetime: gone }, formatExactMoment(gone)),
            t("detail.original_gone_more", { size, after: timeBetween(created_at, gone) }),
          )
        : moment("waiting", t("detail.original_pending"), null, t("detail.original_pending_more")),
      moment(
        Date.parse(expires_at) > now ? "future" : "past",
        t("detail.kept", { date: formatDay(lastMoment(expires_at)) }),
        null,
        whyKept(photo, tn("detail.left", days)),
        h("div", { class: "bar life-bar", "aria-hidden": "true" }, spent),
      ),
      ...(photo.hold ? [heldMoment(photo.hold)] : []),
    ),
  );
}

/** @param {Photo} photo @param {string} left */
function whyKept({ created_at, expires_at, retention, hold }, left) {
  if (hold?.deletion_wanted_at) return t("hold.wanted", { date: formatMoment(hold.deletion_wanted_at) });
  if (session.guestUntil()) return t("guest.kept_more", { left });
  if (retention && retention.choice !== "default") return t(`keep.${retention.choice}`, { left });
  return t("detail.kept_more", { months: monthsInWords(created_at, expires_at), left });
}

/** @param {NonNullable<Photo["hold"]>} hold */
function heldMoment({ until }) {
  return moment("waiting", t("hold.title"), null, t("hold.more", { date: formatDay(lastMoment(until)) }));
}

/**
 * @param {string} look
 * @param {string} title
 * @param {Node | null} when
 * @param {...(Node | string)} more
 */
function moment(look, title, when, ...more) {
  return h(
    "li",
    { class: look },
    h("h3", {}, title),
    when ? h("p", { class: "when" }, when) : null,
    ...more.map((part) => (typeof part === "string" ? h("p", {}, part) : part)),
  );
}

/**
 * A photo may be seen before its original is gone: look again until it is.
 * @param {string} id
 * @param {AbortSignal} signal
 * @param {(photo: Photo) => void} onProof
 */
export async function awaitProof(id, signal, onProof) {
  for (let time = 0; time < PROOF_TRIES; time += 1) {
    await new Promise((resume) => setTimeout(resume, PROOF_PAUSE_MS));
    if (signal.aborted) return;
    const photo = await api.getPhoto(id).catch(() => null);
    if (signal.aborted || !photo?.original.deleted_at) continue;
    library.put(photo);
    return onProof(photo);
  }
}
