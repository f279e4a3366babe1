// @ts-check
/** One photo: large, with its life story, its sizes, and the ways to keep or destroy it. */
import * as api from "../api.js";
import { fill, h, icon } from "../dom.js";
import { formatBytes, formatDay, t } from "../i18n.js";
import { isFresh, library } from "../library.js";
import { explain } from "../problems.js";
import { confirmDeletion } from "./confirm.js";
import { editor } from "./editor.js";
import { keepingChoice } from "./keeping.js";
import { awaitProof, lifeStory } from "./life-story.js";
import { showDestroyed, showReceipt } from "./receipts.js";

/** @typedef {import("../api.js").Photo} Photo */

const PICTURE_SIZES = "(min-width: 60rem) 62vw, 100vw";
const LIBRARY = "#/";

/**
 * @param {HTMLElement} root
 * @param {string} id
 * @returns {() => void} ends the view
 */
export function showDetail(root, id) {
  const life = new AbortController();
  fill(
    root,
    h(
      "div",
      { class: "state", role: "status" },
      h("div", { class: "bar endless" }, h("span", {})),
      h("p", {}, t("app.loading")),
    ),
  );
  open(root, id, life.signal);
  return () => life.abort();
}

/**
 * @param {HTMLElement} root
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function open(root, id, signal) {
  try {
    const known = library.find(id)?.photo;
    const photo = known && isFresh(known) ? known : await api.getPhoto(id);
    if (signal.aborted) return;
    library.put(photo);
    if (photo.state !== "ready") location.hash = LIBRARY;
    else draw(root, photo, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof api.ApiError && error.code === "not_found") leaveGone(id);
    else drawTrouble(root, id, error, signal);
  }
}

/** @param {string} id */
function leaveGone(id) {
  library.dropPhotos([id]);
  showReceipt(t("detail.gone"), "", "wrong");
  location.hash = LIBRARY;
}

/** @param {HTMLElement} root @param {string} id @param {unknown} error @param {AbortSignal} signal */
function drawTrouble(root, id, error, signal) {
  fill(
    root,
    h(
      "div",
      { class: "state", role: "alert" },
      h("p", {}, explain(error)),
      h("button", { type: "button", class: "button", onclick: () => open(root, id, signal) }, t("app.retry")),
      h("a", { class: "button quiet", href: LIBRARY }, t("detail.back")),
    ),
  );
}

/** @param {HTMLElement} root @param {Photo} photo @param {AbortSignal} signal */
function draw(root, photo, signal) {
  const ready = library.ready;
  const at = ready.findIndex(({ id }) => id === photo.id);
  const newer = ready[at - 1];
  const older = ready[at + 1];
  const heading = h("h1", { id: "view-title" }, t("detail.title", { date: formatDay(photo.created_at) }));
  /** @param {Photo} shown */
  const redraw = (shown) => {
    const next = lifePart(shown, redraw);
    story.replaceWith(next);
    story = next;
  };
  let story = lifePart(photo, redraw);
  let sizes = versions(photo);
  const image = picture(photo);
  fill(
    root,
    h(
      "article",
      { class: "detail", "aria-labelledby": "view-title" },
      h(
        "div",
        { class: "stage" },
        image,
        h(
          "a",
          {
            class: "button round over stage-back",
            href: LIBRARY,
            "aria-label": t("detail.back"),
            title: t("detail.back"),
          },
          icon("arrow"),
        ),
        neighbour("back", "stage-newer", t("detail.previous"), newer),
        neighbour("next", "stage-older", t("detail.next"), older),
      ),
      h(
        "div",
        { class: "about" },
        heading,
        editor(photo, image, signal, (shown) => {
          const next = versions(shown);
          sizes.replaceWith(next);
          sizes = next;
        }),
        story,
        sizes,
        h(
          "div",
          { class: "detail-actions" },
          h(
            "button",
            { type: "button", class: "button primary", onclick: () => download(photo.id) },
            icon("download"),
            t("detail.download_size", { size: formatBytes(photo.renditions.full?.size_bytes ?? 0) }),
          ),
          photo.hold?.deletion_wanted_at
            ? null
            : h(
                "button",
                { type: "button", class: "button warn", onclick: () => remove(photo) },
                icon("trash"),
                t("detail.delete"),
              ),
        ),
      ),
    ),
  );
  document.title = `${heading.textContent} · ifotor`;
  document.addEventListener(
    "keydown",
    (event) => {
      const isTyping = event.target instanceof Element && event.target.closest("input, select, summary");
      // An open editor holds wishes that leaving would lose.
      if (isTyping || document.querySelector("dialog[open], .editor[open]") || event.altKey || event.ctrlKey || event.metaKey) return;
      const target = {
        ArrowLeft: newer && pathOf(newer),
        ArrowRight: older && pathOf(older),
        Escape: LIBRARY,
      }[event.key];
      if (target) location.replace(target);
    },
    { signal },
  );
  if (!photo.original.deleted_at) {
    awaitProof(photo.id, signal, redraw);
  }
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** @param {Photo} photo @param {(photo: Photo) => void} onChosen */
function lifePart(photo, onChosen) {
  return h("div", { class: "life-part" }, lifeStory(photo), keepingChoice(photo, onChosen));
}

/** @param {Photo} photo */
function pathOf(photo) {
  return `#/photos/${photo.id}`;
}

/** @param {"back" | "next"} shape @param {string} place @param {string} label @param {Photo | undefined} photo */
function neighbour(shape, place, label, photo) {
  if (!photo) return null;
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    location.replace(pathOf(photo)); // "back" leads to the library, not through every photo seen
  };
  return h(
    "a",
    {
      class: `button round over ${place}`,
      href: pathOf(photo),
      "aria-label": label,
      title: label,
      onclick: go,
    },
    icon(shape),
  );
}

/** @param {Photo} photo */
function picture(photo) {
  const { full, preview } = photo.renditions;
  const image = h("img", {
    class: "stage-picture",
    alt: t("detail.alt", { date: formatDay(photo.created_at) }),
    decoding: "async",
    width: full?.width_px,
    height: full?.height_px,
    sizes: PICTURE_SIZES,
  });
  const aim = () => {
    const fresh = library.find(photo.id)?.photo?.renditions;
    if (!fresh?.full || !fresh.preview) return;
    image.srcset = `${fresh.preview.url} ${fresh.preview.width_px}w, ${fresh.full.url} ${fresh.full.width_px}w`;
  };
  let renewed = false;
  image.addEventListener("error", async () => {
    if (renewed) return;
    renewed = true;
    await library.refresh(photo.id).catch(() => undefined);
    aim();
  });
  if (full && preview) aim();
  return image;
}

/** @param {Photo} photo */
function versions({ renditions }) {
  const rows = /** @type {const} */ (["full", "preview", "thumb"]).flatMap((name) => {
    const one = renditions[name];
    if (!one) return [];
    return [
      h(
        "tr",
        {},
        h("th", { scope: "row" }, t(`detail.version_${name}`)),
        h("td", {}, t("detail.pixels", { width: one.width_px, height: one.height_px })),
        h("td", {}, formatBytes(one.size_bytes)),
      ),
    ];
  });
  return h(
    "section",
    { class: "versions", "aria-labelledby": "versions-title" },
    h("h2", { id: "versions-title" }, t("detail.versions")),
    h("table", {}, h("tbody", {}, ...rows)),
    h("p", { class: "hint" }, t("detail.clean")),
  );
}

/** Save the full size; its address is renewed first if it has run out. @param {string} id */
async function download(id) {
  try {
    const known = library.find(id)?.photo;
    if (!known || !isFresh(known)) await library.refresh(id);
    const full = library.find(id)?.photo?.renditions.full;
    if (!full) return leaveGone(id);
    const link = h("a", { href: full.url, download: true, rel: "noreferrer", hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
  } catch (error) {
    showReceipt(explain(error), "", "wrong");
  }
}

/** @param {Photo} photo */
async function remove(photo) {
  const destroyed = await confirmDeletion(t("confirm.one_title"), t("confirm.body"), () =>
    api.deletePhoto(photo.id),
  );
  if (!destroyed) return;
  library.dropPhotos([photo.id]);
  showDestroyed(destroyed);
  location.replace(LIBRARY);
}
