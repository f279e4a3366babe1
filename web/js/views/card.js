// @ts-check
/** One entry of the library: a tile for photos and work in progress, a line for what the person has to know. */
import { fill, h, icon, iconButton, setAttribute } from "../dom.js";
import { formatMoment, t, together } from "../i18n.js";
import { isFresh, kindOf, library } from "../library.js";
import { explain, explainRejection, sentence } from "../problems.js";
import { discard, retry } from "../upload.js";
import { showReceipt } from "./receipts.js";

/** @typedef {import("../library.js").Entry} Entry */

/** Widths of a tile at the page's breakpoints; the browser picks the smallest picture that fills it. */
const TILE_SIZES = "(min-width: 60rem) 20rem, (min-width: 34rem) 14rem, 45vw";

/** @param {Entry} entry @param {(id: string, chosen: boolean) => void} onChoose */
export function createTile(entry, onChoose) {
  const tile = h("li", { class: "tile" });
  const box = h("input", {
    type: "checkbox",
    onchange: () => entry.photo && onChoose(entry.photo.id, box.checked),
  });
  tile.append(
    h("a", { class: "tile-picture" }),
    h(
      "label",
      { class: "tile-choice", hidden: true },
      box,
      h("span", { class: "tile-mark", "aria-hidden": "true" }, icon("check")),
      h("span", { class: "visually-hidden" }),
    ),
    h("div", { class: "tile-work", hidden: true }),
  );
  return tile;
}

/**
 * @param {HTMLElement} tile
 * @param {Entry} entry
 * @param {{selecting: boolean, chosen: boolean}} state
 */
export function updateTile(tile, entry, { selecting, chosen }) {
  const kind = kindOf(entry);
  const [link, choice, work] = /** @type {HTMLElement[]} */ ([...tile.children]);
  const label = t("library.photo", { date: formatMoment(entry.createdAt) });
  tile.classList.toggle("pending", kind === "pending");
  tile.classList.toggle("chosen", selecting && chosen);
  tile.style.setProperty("--ratio", String(ratioOf(entry)));
  setAttribute(link, "href", kind === "photo" && !selecting ? `#/photos/${entry.photo?.id}` : null);
  setAttribute(link, "aria-label", kind === "photo" ? label : null);
  setAttribute(link, "tabindex", selecting ? "-1" : null);
  choice.hidden = !(selecting && kind === "photo");
  /** @type {HTMLInputElement} */ (choice.firstElementChild).checked = chosen;
  /** @type {Element} */ (choice.lastElementChild).textContent = label;
  work.hidden = kind !== "pending";
  if (kind === "photo") showPicture(link, entry, selecting ? "" : label);
  else showPending(link, work, entry);
}

/** Between 1:2 and 2:1, so that a panorama does not push its neighbours away. @param {Entry} entry */
function ratioOf({ photo, upload }) {
  const { thumb } = photo?.renditions ?? {};
  const ratio = thumb
    ? thumb.width_px / thumb.height_px
    : upload?.preview
      ? upload.preview.width / upload.preview.height
      : 1;
  return Math.min(2, Math.max(0.5, ratio)).toFixed(3);
}

/** @param {HTMLElement} link @param {Entry} entry @param {string} label */
function showPicture(link, entry, label) {
  const existing = link.querySelector("img");
  if (existing) {
    existing.alt = label;
    if (existing.dataset.broken && entry.photo && isFresh(entry.photo)) aim(existing, entry.photo);
    return;
  }
  const { photo } = entry;
  if (!photo) return;
  const image = h("img", { alt: label, loading: "lazy", decoding: "async", draggable: "false" });
  image.addEventListener("load", () => {
    link.querySelector("canvas")?.remove();
    entry.upload = null; // lets go of the file
    image.classList.add("shown");
  });
  image.addEventListener("error", () => {
    if (image.dataset.broken) return; // once per set of addresses; the next listing aims it again
    image.dataset.broken = "true";
    if (entry.photo) library.refresh(entry.photo.id).catch(() => undefined);
  });
  link.append(image);
  aim(image, photo);
}

/** @param {HTMLImageElement} image @param {import("../api.js").Photo} photo */
function aim(image, photo) {
  const { thumb, preview } = photo.renditions;
  if (!thumb || !preview) return;
  delete image.dataset.broken;
  image.width = thumb.width_px;
  image.height = thumb.height_px;
  image.sizes = TILE_SIZES;
  image.srcset = `${thumb.url} ${thumb.width_px}w, ${preview.url} ${preview.width_px}w`;
}

/** @param {HTMLElement} link @param {HTMLElement} work @param {Entry} entry */
function showPending(link, work, entry) {
  const { upload } = entry;
  if (upload?.preview && !link.firstChild) link.append(upload.preview);
  if (!work.firstChild) {
    const name = upload?.name ?? nameOf(entry);
    fill(
      work,
      h("p", { class: "tile-words" }),
      h(
        "div",
        {
          class: "bar",
          role: "progressbar",
          "aria-label": t("upload.progress_of", { name }),
          "aria-valuemin": "0",
          "aria-valuemax": "100",
        },
        h("span", {}),
      ),
      upload ? iconButton("close", t("upload.cancel", { name }), () => clearAway(entry), "over") : null,
    );
  }
  const [words, bar, cancel] = /** @type {HTMLElement[]} */ ([...work.children]);
  const percent = Math.round((upload?.fraction ?? 0) * 100);
  const phase = upload && entry.photo?.state !== "processing" ? upload.phase : "processing";
  words.textContent = t(`upload.${phase}`, { percent });
  bar.classList.toggle("endless", phase !== "uploading");
  setAttribute(bar, "aria-valuenow", phase === "uploading" ? percent : null);
  setAttribute(bar, "aria-valuetext", words.textContent);
  /** @type {HTMLElement} */ (bar.firstElementChild).style.setProperty("--done", `${percent}%`);
  if (cancel) cancel.hidden = phase === "processing";
}

/** @param {Entry} entry */
function nameOf(entry) {
  return entry.upload?.name ?? t("notice.name_unknown", { date: formatMoment(entry.createdAt) });
}

/** Why an entry did not become a photo. @param {Entry} entry */
function reasonOf({ photo, upload }) {
  if (photo?.state === "rejected" || photo?.state === "failed") {
    const words = explainRejection(photo.rejection?.code);
    return photo.original.deleted_at ? together(words, t("rejection.original_gone")) : words;
  }
  if (upload?.problem) return sentence(upload.problem.words, upload.problem.facts);
  return t("notice.awaiting");
}

/** @returns {HTMLElement} */
export function createNotice() {
  return h("li", { class: "notice" });
}

/** @param {HTMLElement} line @param {Entry} entry */
export function updateNotice(line, entry) {
  const name = nameOf(entry);
  const reason = reasonOf(entry);
  if (line.dataset.said === name + reason) return;
  line.dataset.said = name + reason;
  const canRetry = entry.upload?.problem?.canRetry;
  fill(
    line,
    icon("alert"),
    h("div", { class: "notice-words" }, h("p", { class: "notice-name" }, name), h("p", {}, reason)),
    canRetry ? iconButton("retry", t("notice.retry", { name }), () => retry(entry)) : null,
    iconButton("close", t("notice.dismiss", { name }), () => clearAway(entry)),
  );
}

/** @param {Entry} entry */
async function clearAway(entry) {
  try {
    await discard(entry);
  } catch (error) {
    showReceipt(explain(error), "", "wrong");
  }
}
