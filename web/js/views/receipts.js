// @ts-check
/** Short notes in the corner that stay until they are dismissed: what was destroyed, what went wrong. */
import { fill, h, icon, iconButton } from "../dom.js";
import { formatBytes, t, tn, together } from "../i18n.js";

const place = /** @type {HTMLElement} */ (document.getElementById("receipts"));

/**
 * One at a time: a new note takes the place of the old one.
 * @param {string} title
 * @param {string} body
 * @param {"done" | "wrong"} kind
 */
export function showReceipt(title, body, kind = "done") {
  const note = h("div", { class: `receipt ${kind}`, role: kind === "wrong" ? "alert" : "status" });
  fill(place, note);
  fill(
    note,
    icon(kind === "wrong" ? "alert" : "check"),
    h("div", {}, h("p", { class: "receipt-title" }, title), body ? h("p", {}, body) : null),
    iconButton("close", t("app.dismiss"), () => note.remove()),
  );
}

/** @param {import("../api.js").Destroyed} destroyed */
export function showDestroyed({ photos, objects, bytes, held = 0 }) {
  const body = tn("deleted.body", objects, { size: formatBytes(bytes) });
  showReceipt(tn("deleted.title", photos), held ? together(body, tn("deleted.held", held)) : body);
}

export function clearReceipts() {
  fill(place);
}
