// @ts-check
/** Above every view: what happened to the account that its owner should know, until they have read it. */
import { account } from "../account.js";
import { titleOf } from "../device.js";
import { fill, h, icon, iconButton, reconcile } from "../dom.js";
import { downloadUntil } from "../downloads.js";
import { currentLanguage, formatDay, formatMoment, t, tn } from "../i18n.js";
import { explain } from "../problems.js";
import { isSignedIn } from "../session.js";
import { showReceipt } from "./receipts.js";

/** @typedef {import("../api.js").Notice} Notice */

const ACCOUNT = "#/account";
/** At once; the next one comes when one is dismissed. */
const SHOWN = 2;

const place = /** @type {HTMLElement} */ (document.getElementById("security"));

export function drawSecurityNotices() {
  const notices = isSignedIn() ? account.notices.filter(({ kind }) => kind in WORDS).slice(0, SHOWN) : [];
  if (!notices.length) return fill(place);
  const label = t("security.title");
  if (!place.firstElementChild) fill(place, h("section", { role: "region" }, h("ul", {})));
  const section = /** @type {HTMLElement} */ (place.firstElementChild);
  section.setAttribute("aria-label", label);
  const create = (/** @type {Notice} */ notice) => noticeLine(notice);
  // The language is part of the key: after a switch every line is made anew.
  const keyOf = (/** @type {Notice} */ { id }) => `${id} ${currentLanguage()}`;
  reconcile(/** @type {Element} */ (section.firstElementChild), notices, keyOf, create, () => undefined);
}

/** @type {Record<string, (notice: Notice) => {title: string, body: string}>} */
const WORDS = {
  new_login: ({ device, created_at }) => ({
    title: t("security.new_login"),
    body: t("security.new_login_more", { device: titleOf(device), date: formatMoment(created_at) }),
  }),
  token_reused: ({ device, created_at }) => ({
    title: t("security.token_reused"),
    body: t("security.token_reused_more", { device: titleOf(device), date: formatMoment(created_at) }),
  }),
  recovery_code_set: ({ created_at }) => ({
    title: t("security.recovery_code_set"),
    body: t("security.recovery_code_set_more", { date: formatMoment(created_at) }),
  }),
  number_change_asked: ({ created_at }) => ({
    title: t("security.number_change_asked"),
    body: t("security.number_change_asked_more", { date: formatMoment(created_at) }),
  }),
  number_changed: ({ created_at }) => ({
    title: t("security.number_changed"),
    body: t("security.number_changed_more", { date: formatMoment(created_at) }),
  }),
  minor_guidance: () => ({
    title: t("security.minor_guidance"),
    body: t("security.minor_guidance_more"),
  }),
  login_linked: ({ device, created_at }) => ({
    title: t("security.login_linked"),
    body: t("security.login_linked_more", { device: titleOf(device), date: formatMoment(created_at) }),
  }),
  photos_leave_in_14_days: (notice) => leaving(notice, "security.photos_leave_in_14_days"),
  photos_leave_in_3_days: (notice) => leaving(notice, "security.photos_leave_in_3_days"),
  login_unlinked: ({ device, created_at }) => ({
    title: t("security.login_unlinked"),
    body: t("security.login_unlinked_more", { device: titleOf(device), date: formatMoment(created_at) }),
  }),
};

/** @param {Notice} notice @param {string} title */
function leaving({ expires_at }, title) {
  const date = formatDay(new Date(Date.parse(expires_at) - 1));
  return { title: t(title), body: t("security.photos_leave_more", { date }) };
}

/** @param {Notice} notice */
function noticeAction({ kind, expires_at }) {
  if (!kind.startsWith("photos_leave")) {
    return h("a", { class: "button link", href: ACCOUNT }, t("security.look"));
  }
  const save = async () => {
    button.disabled = true;
    try {
      const count = await downloadUntil(expires_at);
      showReceipt(tn("security.saved", count), "");
    } catch (error) {
      showReceipt(explain(error), "", "wrong");
    }
    button.disabled = false;
  };
  const button = h("button", { type: "button", class: "button link", onclick: save }, t("security.save_all"));
  return button;
}

/** @param {Notice} notice */
function noticeLine(notice) {
  const { title, body } = WORDS[notice.kind](notice);
  const dismiss = () => {
    account.dismiss(notice).catch((error) => isSignedIn() && showReceipt(explain(error), "", "wrong"));
    if (!place.contains(document.activeElement)) document.getElementById("main")?.focus();
  };
  return h(
    "li",
    { class: "security-notice" },
    icon("alert"),
    h(
      "div",
      { class: "notice-words" },
      h("p", { class: "notice-name" }, title),
      h("p", {}, body),
      noticeAction(notice),
    ),
    iconButton("close", t("security.dismiss", { title }), dismiss),
  );
}
