// @ts-check
/** In the account: another phone number, by a code to each number, or by a week of waiting where one is lost. */
import { account } from "../account.js";
import * as api from "../api.js";
import { announce, fill, h } from "../dom.js";
import { formatMoment, t } from "../i18n.js";
import { explain } from "../problems.js";
import { nothingTexted } from "./code-field.js";
import { busy, idle, problemLine } from "./form.js";
import { showReceipt } from "./receipts.js";
import { smsPanel } from "./sms.js";

/** @param {AbortSignal} signal @returns {HTMLElement} */
export function numberPart(signal) {
  const part = new NumberPart(signal);
  return part.element;
}

class NumberPart {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    this.texted = { old: nothingTexted(), new: nothingTexted() };
    this.problem = problemLine("number-problem");
    this.place = h("div", { class: "number-place" });
    this.element = h(
      "section",
      { class: "account-part", "aria-labelledby": "number-title" },
      h("h2", { id: "number-title", tabindex: "-1" }, t("number.title")),
      h("p", { class: "account-lead" }, t("number.lead")),
      this.place,
      this.problem,
    );
    this.readyAt = account.numberReadyAt;
    account.addEventListener("change", () => this.#follow(), { signal });
    this.#rest();
  }

  /** The wait may begin or end in another session. */
  #follow() {
    if (this.readyAt === account.numberReadyAt) return;
    this.readyAt = account.numberReadyAt;
    this.#rest();
  }

  /** What is shown while nothing is typed: a button, or how long it still takes. */
  #rest() {
    this.problem.textContent = "";
    if (!this.readyAt) {
      const onclick = () => this.#askNumbers();
      return fill(this.place, h("button", { type: "button", class: "button", onclick }, t("number.change")));
    }
    const date = formatMoment(this.readyAt);
    const isReady = api.serverNow() >= Date.parse(this.readyAt);
    const cancel = h("button", { type: "button", class: "button warn" }, t("number.cancel"));
    cancel.addEventListener("click", () => this.#do(cancel, () => this.#cancel()));
    fill(
      this.place,
      h("p", { class: "note" }, isReady ? t("number.ready") : t("number.waiting", { date })),
      isReady
        ? h("button", { type: "button", class: "button", onclick: () => this.#askNumbers() }, t("number.complete"))
        : null,
      cancel,
    );
  }

  #askNumbers() {
    const isReady = Boolean(this.readyAt);
    const coming = this.#phone("number-new", t("number.new"));
    const leaving = this.#phone("number-old", t("number.old"));
    const lost = h("input", { type: "checkbox", id: "number-lost" });
    const submit = h("button", { type: "submit", class: "button primary" }, t("number.send"));
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const numbers = { coming: coming.input.value.trim(), leaving: leaving.input.value.trim(), isLost: lost.checked };
      const empty = numbers.coming ? (isReady || numbers.leaving ? null : leaving.input) : coming.input;
      if (empty) return this.#miss(empty, t("login.phone_empty"));
      this.#do(submit, () => this.#send(numbers, isReady));
    };
    fill(
      this.place,
      h(
        "form",
        { novalidate: true, class: "number-form", "aria-labelledby": "number-title", onsubmit },
        coming.element,
        isReady ? null : leaving.element,
        isReady ? null : h("label", { class: "choice", for: "number-lost" }, lost, h("span", {}, t("number.lost"))),
        this.problem,
        h("div", { class: "number-actions" }, submit, this.#backButton()),
      ),
    );
    coming.input.focus();
  }

  /** @param {{coming: string, leaving: string, isLost: boolean}} numbers @param {boolean} isReady */
  async #send({ coming, leaving, isLost }, isReady) {
    const isAlone = isReady || isLost;
    const sent = await api.requestNumberCodes(coming, isAlone ? undefined : leaving);
    if (this.signal.aborted) return;
    const claim = (/** @type {"new" | "old"} */ name, /** @type {string} */ phone) => ({
      challenge_id: sent[name]?.challenge_id ?? "",
      phone,
      code: this.texted[name].code,
    });
    const act = async () => {
      if (isReady) {
        await api.changeNumber(claim("new", coming));
        return this.#changed();
      }
      if (!isLost) {
        await api.changeNumber(claim("new", coming), claim("old", leaving));
        return this.#changed();
      }
      account.numberReadyAt = (await api.beginWaiting(claim("new", coming), leaving)).ready_at;
      announce(t("number.begun"));
      this.#follow();
    };
    this.#askCodes(coming, isAlone ? "" : leaving, isLost && !isReady ? t("number.wait") : t("number.submit"), act);
  }

  /**
   * @param {string} coming
   * @param {string} leaving empty if only the new number got a code
   * @param {string} words
   * @param {() => Promise<void>} act
   */
  #askCodes(coming, leaving, words, act) {
    this.problem.textContent = "";
    const fields = [this.#code("new", coming), ...(leaving ? [this.#code("old", leaving)] : [])];
    let at = fields[0];
    for (const field of fields) field.input.addEventListener("focus", () => (at = field));
    const submit = h("button", { type: "submit", class: "button primary" }, words);
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const short = fields.find(({ input }) => input.value.length < 6);
      if (short) return this.#miss(short.input, t("code.incomplete"));
      this.#do(submit, act);
    };
    fill(
      this.place,
      h(
        "form",
        { novalidate: true, class: "number-form", "aria-labelledby": "number-title", onsubmit },
        ...fields.map(({ element }) => element),
        this.problem,
        h("div", { class: "number-actions" }, submit, this.#backButton()),
      ),
      smsPanel(
        () => at.phone,
        (code) => at.fillIn(code),
        this.signal,
      ),
    );
    fields[0].input.focus();
  }

  /** @param {"new" | "old"} name @param {string} phone */
  #code(name, phone) {
    const texted = this.texted[name];
    texted.code = "";
    const fillIn = (/** @type {string} */ code) => {
      texted.code = input.value = code;
    };
    const input = h("input", {
      id: `number-code-${name}`,
      type: "text",
      class: "short-code",
      inputmode: "numeric",
      maxlength: "6",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => fillIn(input.value.normalize("NFKC").replace(/\D/g, "").slice(0, 6)),
    });
    const label = h("label", { for: input.id }, t("number.code", { phone }));
    return { element: h("div", {}, label, input), input, phone, fillIn };
  }

  /** @param {string} id @param {string} label */
  #phone(id, label) {
    const input = h("input", { id, type: "tel", inputmode: "tel", maxlength: "32", autocomplete: "off" });
    return { element: h("div", {}, h("label", { for: id }, label), input), input };
  }

  #backButton() {
    return h("button", { type: "button", class: "button quiet", onclick: () => this.#back() }, t("app.cancel"));
  }

  #back() {
    this.#rest();
    this.element.append(this.problem);
    /** @type {HTMLElement | null} */ (this.place.querySelector("button"))?.focus();
  }

  /** @param {HTMLInputElement} input @param {string} words */
  #miss(input, words) {
    this.problem.textContent = words;
    input.focus();
  }

  async #cancel() {
    await api.cancelWaiting().catch((error) => {
      if (error.code !== "not_found") throw error; // it was cancelled elsewhere
    });
    account.numberReadyAt = null;
    showReceipt(t("number.cancelled"), "");
    this.#follow();
  }

  #changed() {
    account.numberReadyAt = null;
    this.readyAt = null;
    showReceipt(t("number.changed"), "");
    this.#back();
  }

  /** @param {HTMLButtonElement} button @param {() => Promise<void>} act */
  async #do(button, act) {
    const words = button.textContent ?? "";
    this.problem.textContent = "";
    busy(button, t("number.working"));
    try {
      await act();
    } catch (error) {
      if (!this.signal.aborted) this.problem.textContent = explain(error);
    }
    if (button.isConnected) idle(button, words);
  }
}
