// @ts-check
/** What a guest is told: that they are one, until when, and how to keep the photos. */
import * as api from "../api.js";
import { h, icon } from "../dom.js";
import { formatMoment, t } from "../i18n.js";
import { explain } from "../problems.js";
import * as session from "../session.js";
import { confirmAction } from "./confirm.js";
import { busy, idle } from "./form.js";

/** Where a guest signs in. */
export const KEEP = "#/keep";

/** The offer beside the phone number. @param {() => void} onBegun */
export function tryFirst(onBegun) {
  const problem = h("p", { class: "problem", role: "alert" });
  const button = h("button", { type: "button", class: "button wide", onclick: begin }, t("guest.try"));
  async function begin() {
    problem.textContent = "";
    busy(button, t("guest.trying"));
    try {
      await api.comeAsGuest();
      onBegun();
    } catch (error) {
      idle(button, t("guest.try"));
      problem.textContent = explain(error);
      button.focus();
    }
  }
  return h(
    "div",
    { class: "try-first" },
    button,
    problem,
    h("p", { class: "hint" }, t("guest.try_more")),
  );
}

/** The note above a guest's library. */
export function guestNote() {
  const until = session.guestUntil();
  if (!until) return null;
  return h(
    "section",
    { class: "guest-note", "aria-labelledby": "guest-title" },
    icon("clock"),
    h(
      "div",
      {},
      h("h2", { id: "guest-title" }, t("guest.title")),
      h("p", {}, t("guest.until", { date: formatMoment(until) })),
    ),
    h("a", { class: "button primary", href: KEEP }, t("guest.keep")),
  );
}

/** Leaving as a guest ends everything, so it asks first. */
export function leaveAsGuest() {
  return confirmAction({
    title: t("guest.leave_title"),
    body: t("guest.leave_body"),
    action: t("guest.leave"),
    doing: t("confirm.deleting"),
    act: async () => {
      while ((await api.deleteAllPhotos()).has_more);
      await api.logOut();
      return true;
    },
  });
}
