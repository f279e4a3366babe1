// @ts-check
/** Choosing several photos and destroying them, or all of them. */
import * as api from "../api.js";
import { announce, fill, h, icon } from "../dom.js";
import { t, tn, together } from "../i18n.js";
import { library } from "../library.js";
import { stopAll } from "../upload.js";
import { confirmDeletion } from "./confirm.js";
import { showDestroyed } from "./receipts.js";

/** @typedef {import("../api.js").Destroyed} Destroyed */

export class Selection {
  active = false;
  /** @type {Set<string>} */
  #chosen = new Set();

  /**
   * @param {() => void} onChange draws the library again
   * @param {() => void} onDeleted after photos were destroyed
   */
  constructor(onChange, onDeleted) {
    this.onChange = onChange;
    this.onDeleted = onDeleted;
    this.bar = h("div", {
      class: "select-bar",
      role: "group",
      "aria-label": t("library.select"),
      hidden: true,
    });
  }

  /** @param {string} id */
  has(id) {
    return this.#chosen.has(id);
  }

  toggle() {
    this.#chosen.clear();
    this.active = !this.active;
    this.onChange();
  }

  stop() {
    if (this.active) this.toggle();
  }

  /** @param {string} id @param {boolean} chosen */
  choose(id, chosen) {
    if (chosen) this.#chosen.add(id);
    else this.#chosen.delete(id);
    this.#changed();
  }

  #chooseAll() {
    const all = library.ready.map((photo) => photo.id);
    this.#chosen = new Set(this.#chosen.size === all.length ? [] : all);
    this.#changed();
  }

  #changed() {
    this.onChange();
    announce(tn("select.count", this.#chosen.size));
  }

  render() {
    this.bar.hidden = !this.active;
    document.body.classList.toggle("selecting", this.active);
    if (!this.active) return;
    if (!this.bar.firstChild) {
      fill(
        this.bar,
        h("p", { class: "select-count" }),
        h("button", { type: "button", class: "button quiet", onclick: () => this.#chooseAll() }),
        h(
          "button",
          { type: "button", class: "button quiet warn", onclick: () => this.#deleteAll() },
          t("select.delete_all"),
        ),
        h(
          "button",
          { type: "button", class: "button danger", onclick: () => this.#deleteChosen() },
          icon("trash"),
          t("select.delete"),
        ),
      );
    }
    const [count, all, , remove] = this.bar.children;
    count.textContent = tn("select.count", this.#chosen.size);
    all.textContent = t(this.#chosen.size === library.ready.length ? "select.none" : "select.all");
    /** @type {HTMLButtonElement} */ (remove).disabled = this.#chosen.size === 0;
  }

  async #deleteChosen() {
    const ids = [...this.#chosen];
    const total = { photos: 0, objects: 0, bytes: 0, held: 0 };
    const destroyed = await confirmDeletion(
      tn("confirm.many_title", ids.length),
      t("confirm.body"),
      async () => {
        while (ids.length) {
          const batch = ids.slice(0, api.DELETE_BATCH);
          const destroyed = await api.deletePhotos(batch);
          addTo(total, destroyed);
          total.held += destroyed.held ?? 0;
          if (destroyed.has_more) continue;
          ids.splice(0, batch.length); // trying again after a failure repeats only what is left
          library.dropPhotos(batch);
        }
        return total;
      },
    );
    this.#finish(destroyed);
  }

  async #deleteAll() {
    const total = { photos: 0, objects: 0, bytes: 0, held: 0 };
    const body = together(t("confirm.all_body"), t("confirm.body"));
    const destroyed = await confirmDeletion(t("confirm.all_title"), body, async () => {
      stopAll();
      for (let more = true; more;) {
        const batch = await api.deleteAllPhotos();
        addTo(total, batch);
        total.held = batch.held ?? 0; // each call counts all that stay
        more = batch.has_more === true;
      }
      return total;
    });
    if (destroyed) library.clear();
    this.#finish(destroyed);
  }

  /** @param {Destroyed | null} destroyed */
  #finish(destroyed) {
    if (!destroyed) return;
    this.stop();
    showDestroyed(destroyed);
    if (destroyed.held) library.loadFirst().catch(() => undefined); // what stays is shown as what it is
    this.onDeleted();
  }
}

/** @param {Destroyed} total @param {Destroyed} batch */
function addTo(total, batch) {
  total.photos += batch.photos;
  total.objects += batch.objects;
  total.bytes += batch.bytes;
}
