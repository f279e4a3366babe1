// @ts-check
/** What the page knows of the person's photos, newest first; tells its listeners of every change. */
import { account } from "./account.js";
import * as api from "./api.js";
import * as session from "./session.js";

/** @typedef {import("./api.js").Photo} Photo */
/** @typedef {import("./upload.js").Upload} Upload */
/**
 * A photo on the server, an upload on this page, or (for a while) both. The key never changes, so a card stays
 * the same card from choosing the file to the finished photo.
 * @typedef {{key: string, photo: Photo | null, upload: Upload | null, createdAt: string}} Entry
 */

const PAGE_SIZE = 24;
const POLLS_AT_ONCE = 2; // browsers keep six connections to a host; long polls must leave room for the rest
const PAUSE_AFTER_FAILURE_MS = 3000;
const PROOF_TRIES = 5;
const PROOF_PAUSE_MS = 1500;
const FRESH_FOR_MS = 15_000;
const GATHER_MS = 80;
const LIST_INSTEAD_FROM = 4;

class Library extends EventTarget {
  /** @type {Entry[]} */
  entries = [];
  /** @type {string | null} */
  cursor = null;
  loaded = false;
  /** @type {import("./api.js").Limits | null} */
  limits = null;
  /** @type {Set<string>} ids whose processing is awaited */
  #awaited = new Set();
  /** @type {Set<string>} the awaited ones a request is out for */
  #polled = new Set();
  #life = new AbortController();
  /** @type {Map<string, Promise<void>>} */
  #refreshing = new Map();

  /** Forget everything, as at the end of a session. */
  reset() {
    this.#life.abort();
    this.#life = new AbortController();
    this.entries = [];
    this.cursor = null;
    this.loaded = false;
    this.limits = null;
    this.#awaited.clear();
    this.#polled.clear();
    this.#refreshing.clear();
  }

  /** Everything was deleted. */
  clear() {
    const { limits } = this;
    this.reset();
    this.limits = limits;
    this.loaded = true;
    this.changed();
  }

  /** Ends with the session. */
  get signal() {
    return this.#life.signal;
  }

  async loadFirst() {
    const { signal } = this;
    const page = await api.listPhotos(PAGE_SIZE);
    if (signal.aborted) return;
    page.photos.forEach((photo) => this.put(photo));
    if (!this.loaded) this.cursor = page.next_cursor;
    this.loaded = true;
    this.changed();
  }

  async loadMore() {
    if (!this.cursor) return;
    const { signal } = this;
    const page = await api.listPhotos(PAGE_SIZE, this.cursor);
    if (signal.aborted) return;
    page.photos.forEach((photo) => this.put(photo));
    this.cursor = page.next_cursor;
    this.changed();
  }

  async loadLimits() {
    const { signal } = this;
    const me = await api.getMe();
    if (signal.aborted) return;
    this.limits = me.limits;
    account.take(me.notices);
    if (me.joined_guests) this.dispatchEvent(new Event("arriving"));
    this.changed();
  }

  /** @param {Entry} entry an upload that begins */
  add(entry) {
    this.entries.unshift(entry);
    this.changed();
  }

  /**
   * Take in what the server says of a photo.
   * @param {Photo} photo
   */
  put(photo) {
    const known = this.find(photo.id);
    if (known) known.photo = photo;
    else this.#insert({ key: photo.id, photo, upload: null, createdAt: photo.created_at });
    if (photo.state === "processing") this.watch(photo.id);
    this.changed();
  }

  /** @param {Entry} entry */
  #insert(entry) {
    const at = this.entries.findIndex((other) => other.createdAt < entry.createdAt);
    if (at < 0) this.entries.push(entry);
    else this.entries.splice(at, 0, entry);
  }

  /** @param {string} id @returns {Entry | undefined} */
  find(id) {
    return this.entries.find((entry) => entry.photo?.id === id);
  }

  /** @param {Entry} entry */
  drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    if (entry.photo) this.#awaited.delete(entry.photo.id);
    this.changed();
  }

  /** @param {string[]} ids */
  dropPhotos(ids) {
    for (const id of ids) {
      const entry = this.find(id);
      if (entry) this.drop(entry);
    }
  }

  /** The finished photos, newest first. @returns {Photo[]} */
  get ready() {
    return this.entries.flatMap(({ photo }) => (photo?.state === "ready" ? [photo] : []));
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Ask the server until a photo is finished, refused or gone.
   * @param {string} id
   */
  watch(id) {
    this.#awaited.add(id);
    this.#pump();
  }

  #pump() {
    for (const id of this.#awaited) {
      if (this.#polled.size >= POLLS_AT_ONCE) return;
      if (!this.#polled.has(id)) this.#poll(id);
    }
  }

  /** @param {string} id */
  async #poll(id) {
    const { signal } = this;
    this.#polled.add(id);
    try {
      const photo = await api.awaitPhoto(id, signal);
      if (signal.aborted) return;
      const done = photo.state !== "processing" && photo.state !== "awaiting_upload";
      // Back to the end of the line when unfinished: nobody's long wait may starve the others.
      this.#awaited.delete(id);
      if (!done) this.#awaited.add(id);
      this.put(photo);
      if (done) this.#prove(photo);
    } catch (error) {
      if (signal.aborted || !session.isSignedIn()) return;
      if (error instanceof api.ApiError && error.code === "not_found") this.dropPhotos([id]);
      else await new Promise((resume) => setTimeout(resume, PAUSE_AFTER_FAILURE_MS));
    } finally {
      if (!signal.aborted) {
        this.#polled.delete(id);
        this.#pump();
      }
    }
  }

  /**
   * A photo is shown as soon as it is ready; its original goes a moment later, and that is worth asking for.
   * @param {Photo} photo
   */
  async #prove(photo) {
    const { signal } = this;
    let latest = photo;
    for (
      let time = 0;
      time < PROOF_TRIES && latest.state === "ready" && !latest.original.deleted_at;
      time += 1
    ) {
      await new Promise((resume) => setTimeout(resume, PROOF_PAUSE_MS));
      if (signal.aborted || !this.find(photo.id)) return;
      latest = await api.getPhoto(photo.id).catch(() => latest);
      if (signal.aborted || !this.find(photo.id)) return;
      this.put(latest);
    }
    this.dispatchEvent(new CustomEvent("finished", { detail: latest }));
  }

  /**
   * Get addresses that work again for a photo whose own have run out. Calls made together share one listing.
   * @param {string} id
   * @returns {Promise<void>} rejects when the server could not be asked; a photo that is gone is dropped instead
   */
  refresh(id) {
    const running = this.#refreshing.get(id);
    if (running) return running;
    const promise = this.#gathered(id).finally(() => this.#refreshing.delete(id));
    this.#refreshing.set(id, promise);
    return promise;
  }

  /** @param {string} id */
  async #gathered(id) {
    const { signal } = this;
    const asked = Date.now();
    await new Promise((resume) => setTimeout(resume, GATHER_MS));
    if (this.#refreshing.size >= LIST_INSTEAD_FROM) await this.#listOnce();
    const photo = this.find(id)?.photo;
    if (signal.aborted || (photo && isFresh(photo) && asked < this.#listedAt)) return;
    try {
      const renewed = await api.getPhoto(id);
      if (!signal.aborted) this.put(renewed);
    } catch (error) {
      if (!(error instanceof api.ApiError) || error.code !== "not_found") throw error;
      this.dropPhotos([id]);
    }
  }

  #listedAt = 0;
  /** @type {Promise<void> | null} */
  #listing = null;

  #listOnce() {
    const { signal } = this;
    this.#listing ??= api
      .listPhotos(100)
      .then((page) => {
        if (signal.aborted) return;
        page.photos.forEach((photo) => this.find(photo.id) && this.put(photo));
        this.#listedAt = Date.now();
      })
      .finally(() => {
        this.#listing = null;
      });
    return this.#listing;
  }
}

export const library = new Library();

/**
 * @param {Photo} photo
 * @returns {boolean} whether its addresses still work for a moment
 */
export function isFresh(photo) {
  const { full, preview, thumb } = photo.renditions;
  return [full, preview, thumb].every(
    (one) => one && Date.parse(one.url_expires_at) - api.serverNow() > FRESH_FOR_MS,
  );
}

/**
 * How an entry is shown: a finished photo, work in progress, or something the person has to know.
 * @param {Entry} entry
 * @returns {"photo" | "pending" | "notice"}
 */
export function kindOf({ photo, upload }) {
  if (photo?.state === "ready") return "photo";
  if (photo?.state === "rejected" || photo?.state === "failed" || upload?.problem) return "notice";
  if (photo?.state === "processing" || upload) return "pending";
  return "notice";
}
