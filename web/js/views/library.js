// @ts-check
/** The library: add photos, see them arrive, choose several, delete. */
import * as api from "../api.js";
import { announce, fill, focusHeading, h, icon, reconcile } from "../dom.js";
import { formatBytes, formatLimit, formatMonth, formatNumber, t, tn, together } from "../i18n.js";
import { kindOf, library } from "../library.js";
import * as session from "../session.js";
import { explain } from "../problems.js";
import { addFiles, DEFAULT_MAX_BYTES } from "../upload.js";
import { cameraButton } from "./camera-button.js";
import { createNotice, createTile, updateNotice, updateTile } from "./card.js";
import { dropZone } from "./drop.js";
import { emptyLibrary } from "./empty.js";
import { guestNote } from "./guest.js";
import { showReceipt } from "./receipts.js";
import { Selection } from "./selection.js";

/** @typedef {import("../library.js").Entry} Entry */

const ACCEPT = "image/jpeg,image/png,image/webp,image/gif,image/heic,image/heif,image/avif,image/tiff,image/bmp,.heic,.heif,.avif,.tif,.tiff,.bmp";

/**
 * @param {HTMLElement} root
 * @returns {() => void} ends the view
 */
export function showLibrary(root) {
  const view = new LibraryView(root);
  return () => view.end();
}

class LibraryView {
  #life = new AbortController();
  #frame = 0;
  /** @type {string} */
  #trouble = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.picker = h("input", {
      type: "file",
      class: "visually-hidden",
      accept: ACCEPT,
      multiple: true,
      tabindex: "-1",
      "aria-hidden": "true",
      onchange: () => this.#pick(),
    });
    this.add = h(
      "button",
      { type: "button", class: "button primary add", onclick: () => this.picker.click() },
      icon("plus"),
      t("library.add"),
    );
    this.select = h("button", {
      type: "button",
      class: "button quiet",
      onclick: () => this.selection.toggle(),
    });
    this.heading = h("h1", { id: "view-title" }, t("library.title"));
    this.selection = new Selection(
      () => this.render(),
      () => this.#afterDeletion(),
    );
    this.notices = h("ul", { class: "notices" });
    this.noticeArea = h(
      "section",
      { class: "notice-area", "aria-label": t("notice.title"), hidden: true },
      this.notices,
    );
    this.sections = h("div", { class: "sections", role: "group", "aria-label": t("library.grid") });
    this.foot = h("div", { class: "library-foot" });
    this.drop = dropZone(this.#hint(), (files) => this.#take(files), this.#life.signal);
    const camera = cameraButton((files) => this.#take(files, "camera"));
    fill(
      root,
      h(
        "div",
        { class: "library" },
        h("div", { class: "library-head" }, this.heading, this.select, camera, this.add, this.picker),
        guestNote(),
        this.noticeArea,
        this.sections,
        this.foot,
        this.selection.bar,
        this.drop,
      ),
    );
    const { signal } = this.#life;
    library.addEventListener("change", () => this.#soon(), { signal });
    library.addEventListener(
      "finished",
      (event) => this.#finished(/** @type {CustomEvent} */ (event).detail),
      { signal },
    );
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.render();
    this.load();
  }

  end() {
    this.#life.abort();
    cancelAnimationFrame(this.#frame);
  }

  async load() {
    this.#trouble = "";
    this.#soon();
    const { signal } = this.#life;
    try {
      await library.loadFirst();
      library.loadLimits().catch(() => undefined); // the page works without the numbers
    } catch (error) {
      if (!signal.aborted) this.#trouble = explain(error);
    }
    this.#soon();
  }

  #soon() {
    if (this.#life.signal.aborted) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.render());
  }

  render() {
    const shown = library.entries.filter((entry) => kindOf(entry) !== "notice");
    const notices = library.entries.filter((entry) => kindOf(entry) === "notice");
    const hadFocus = this.noticeArea.contains(document.activeElement);
    reconcile(this.notices, notices, (entry) => entry.key, createNotice, updateNotice);
    this.noticeArea.hidden = notices.length === 0;
    if (hadFocus && !this.noticeArea.contains(document.activeElement)) this.add.focus();
    this.#renderSections(shown);
    const ready = library.ready.length;
    if (!ready) this.selection.stop();
    this.select.hidden = ready === 0;
    this.select.textContent = t(this.selection.active ? "library.done" : "library.select");
    this.add.hidden = this.selection.active || shown.length === 0; // the empty library has a button of its own
    this.selection.render();
    this.#renderFoot(shown.length === 0);
  }

  /** @param {Entry[]} shown */
  #renderSections(shown) {
    /** @type {Map<string, Entry[]>} */
    const groups = new Map();
    for (const entry of shown) {
      const name = sectionOf(entry.createdAt);
      groups.set(name, [...(groups.get(name) ?? []), entry]);
    }
    const create = (/** @type {[string, Entry[]]} */ [name]) =>
      h("section", { class: "section", "aria-label": name }, h("h2", {}, name), h("ul", { class: "grid" }));
    reconcile(
      this.sections,
      [...groups],
      ([name]) => name,
      create,
      (section, [, entries]) => {
        const grid = /** @type {Element} */ (section.lastElementChild);
        const choose = (/** @type {string} */ id, /** @type {boolean} */ chosen) =>
          this.selection.choose(id, chosen);
        reconcile(
          grid,
          entries,
          (entry) => entry.key,
          (entry) => createTile(entry, choose),
          (tile, entry) =>
            updateTile(tile, entry, {
              selecting: this.selection.active,
              chosen: this.selection.has(entry.photo?.id ?? ""),
            }),
        );
      },
    );
  }

  /** @param {boolean} nothing */
  #renderFoot(nothing) {
    const state = this.#trouble
      ? "trouble"
      : !library.loaded
        ? "loading"
        : nothing
          ? "empty"
          : `list ${library.cursor ? "more" : ""}`;
    if (state !== this.foot.dataset.state || state === "trouble") {
      this.foot.dataset.state = state;
      fill(this.foot, ...this.#footFor(state));
    }
    const usage = this.foot.querySelector(".usage");
    if (usage) usage.textContent = usageInWords();
  }

  /** @param {string} state */
  #footFor(state) {
    const again = (/** @type {() => void} */ onclick, /** @type {string} */ words) =>
      h("button", { type: "button", class: "button", onclick }, words);
    if (state === "trouble")
      return [
        h(
          "div",
          { class: "state", role: "alert" },
          h("p", {}, this.#trouble),
          again(() => this.load(), t("app.retry")),
        ),
      ];
    if (state === "loading")
      return [
        h(
          "div",
          { class: "state", role: "status" },
          h("div", { class: "bar endless" }, h("span", {})),
          h("p", {}, t("app.loading")),
        ),
      ];
    if (state === "empty") return [emptyLibrary(() => this.picker.click(), this.#hint())];
    return [
      state.endsWith("more") ? again(() => this.#more(), t("library.more")) : null,
      h("p", { class: "footnote" }, t(session.guestUntil() ? "guest.footnote" : "library.footnote"), h("span", { class: "usage" })),
    ];
  }

  async #more() {
    const before = library.ready.length;
    try {
      await library.loadMore();
      this.render();
      // The button may be gone: the first new photo is where the person goes on.
      const links = /** @type {NodeListOf<HTMLElement>} */ (this.sections.querySelectorAll("a[href]"));
      links[before]?.focus({ preventScroll: true });
    } catch (error) {
      showReceipt(explain(error), "", "wrong");
    }
  }

  #hint() {
    return t("library.drop_hint", {
      size: formatLimit(library.limits?.max_upload_bytes ?? DEFAULT_MAX_BYTES),
    });
  }

  #pick() {
    this.#take(this.picker.files ?? []);
    this.picker.value = "";
  }

  /** @param {ArrayLike<File>} list @param {"camera"} [source] */
  #take(list, source) {
    const files = Array.from(list);
    if (!files.length) return;
    this.selection.stop();
    announce(tn("upload.started", files.length));
    const taken = addFiles(files, source);
    taken.then(() => library.loadLimits()).catch(() => undefined);
    this.heading.scrollIntoView({ block: "nearest" });
  }

  /** @param {import("../api.js").Photo} photo */
  #finished(photo) {
    if (photo.state !== "ready") return;
    announce(
      photo.original.deleted_at ? together(t("upload.ready"), t("upload.original_gone")) : t("upload.ready"),
    );
  }

  /** After a deletion the chosen tiles are gone: the heading is where the person goes on. */
  #afterDeletion() {
    library.loadLimits().catch(() => undefined);
    focusHeading(this.heading);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Escape" || !this.selection.active || document.querySelector("dialog[open]")) return;
    this.selection.stop();
    this.select.focus();
  }
}

/** @param {string} createdAt → "Today", "Yesterday", or its month */
function sectionOf(createdAt) {
  const day = new Date(createdAt).toDateString();
  const today = new Date(api.serverNow());
  if (day === today.toDateString()) return t("library.today");
  today.setDate(today.getDate() - 1);
  return day === today.toDateString() ? t("library.yesterday") : formatMonth(createdAt);
}

function usageInWords() {
  const { limits } = library;
  if (!limits) return "";
  return t("library.usage", {
    photos: formatNumber(limits.used_photos),
    photos_max: formatNumber(limits.photos_per_day),
    bytes: formatBytes(limits.used_bytes),
    bytes_max: formatBytes(limits.bytes_per_day),
  });
}
