// @ts-check
/** What the account has to tell its owner: the notices of unusual sign-ins, each until it is dismissed. */
import * as api from "./api.js";

/** @typedef {import("./api.js").Notice} Notice */

class Account extends EventTarget {
  /** @type {Notice[]} */
  notices = [];
  hasRecoveryCode = false;
  /** @type {string | null} when a change of number that was begun can be completed */
  numberReadyAt = null;
  /** @type {import("./api.js").LinkedLogin[]} */
  logins = [];
  /** @type {Set<string>} ids that an answer still under way may name once more */
  #dismissed = new Set();

  /** @param {Notice[] | undefined} notices as the server tells them, newest first */
  take(notices = []) {
    this.notices = notices.filter(({ id }) => !this.#dismissed.has(id));
    this.dispatchEvent(new Event("change"));
  }

  async load() {
    const me = await api.getMe();
    this.hasRecoveryCode = me.has_recovery_code;
    this.numberReadyAt = me.number_ready_at;
    this.logins = me.logins;
    this.take(me.notices);
  }

  /**
   * Gone at once; back again if the server could not be told.
   * @param {Notice} notice
   */
  async dismiss(notice) {
    this.#dismissed.add(notice.id);
    this.take(this.notices);
    try {
      await api.dismissNotice(notice.id);
    } catch (error) {
      if (error instanceof api.ApiError && error.code === "not_found") return; // dismissed elsewhere
      this.#dismissed.delete(notice.id);
      this.take([notice, ...this.notices]);
      throw error;
    }
  }

  /** Forget everything, as at the end of a session. */
  reset() {
    this.#dismissed.clear();
    this.hasRecoveryCode = false;
    this.numberReadyAt = null;
    this.logins = [];
    this.take();
  }
}

export const account = new Account();
