// @ts-check
/** Account and devices: where the person is signed in, how to end it there, and what to do after a leak. */
import { account } from "../account.js";
import * as api from "../api.js";
import { titleOf } from "../device.js";
import { fill, focusHeading, h, icon } from "../dom.js";
import { formatDay, formatMoment, t, tn } from "../i18n.js";
import { explain } from "../problems.js";
import { confirmAction } from "./confirm.js";
import { consentsPart } from "./consents-part.js";
import { creditsPart } from "./credits-part.js";
import { loginsPart } from "./logins-part.js";
import { keepingPart } from "./keeping-part.js";
import { numberPart } from "./number-part.js";
import { recoveryPart } from "./recovery-part.js";
import { showReceipt } from "./receipts.js";

/** @typedef {import("../api.js").Session} Session */

/** The server notes a use when tokens are renewed, so it may be this far behind. */
const JUST_NOW_MS = 15 * 60_000;

/**
 * @param {HTMLElement} root
 * @returns {() => void} ends the view
 */
export function showAccount(root) {
  const view = new AccountView(root);
  return () => view.end();
}

class AccountView {
  #life = new AbortController();
  /** @type {Session[]} */
  #sessions = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.heading = h("h1", { id: "view-title" }, t("account.title"));
    this.devices = h("div", { class: "devices" });
    this.devicesTitle = h("h2", { id: "devices-title" }, t("account.devices"));
    fill(
      root,
      h(
        "div",
        { class: "account" },
        h("a", { class: "button quiet back", href: "#/" }, icon("arrow"), t("account.back")),
        this.heading,
        h(
          "section",
          { class: "account-part", "aria-labelledby": "devices-title" },
          this.devicesTitle,
          h("p", { class: "account-lead" }, t("account.devices_lead")),
          this.devices,
        ),
        numberPart(this.#life.signal),
        loginsPart(this.#life.signal),
        creditsPart(this.#life.signal),
        consentsPart(this.#life.signal),
        keepingPart(this.#life.signal),
        recoveryPart(this.#life.signal),
        this.#leak(),
      ),
    );
    this.load();
  }

  end() {
    this.#life.abort();
  }

  async load() {
    const { signal } = this.#life;
    fill(
      this.devices,
      h(
        "div",
        { class: "devices-wait", role: "status" },
        h("div", { class: "bar endless" }, h("span", {})),
        h("p", {}, t("app.loading")),
      ),
    );
    try {
      const { sessions } = await api.listSessions();
      if (signal.aborted) return;
      this.#sessions = sessions;
      this.#draw();
      account.load().catch(() => undefined); // the list is what was asked for
    } catch (error) {
      if (!signal.aborted) this.#drawTrouble(error);
    }
  }

  /** @param {unknown} error */
  #drawTrouble(error) {
    const again = async () => {
      await this.load();
      focusHeading(this.devicesTitle);
    };
    fill(
      this.devices,
      h(
        "div",
        { class: "devices-wait", role: "alert" },
        h("p", {}, explain(error)),
        h("button", { type: "button", class: "button", onclick: again }, t("app.retry")),
      ),
    );
  }

  #draw() {
    // This device first: it is what the others are compared with.
    const sessions = [...this.#sessions].sort((a, b) => Number(b.is_current) - Number(a.is_current));
    const others = sessions.filter(({ is_current }) => !is_current).length;
    fill(
      this.devices,
      h("ul", { class: "device-list" }, ...sessions.map((session) => this.#line(session))),
      others
        ? h(
            "button",
            { type: "button", class: "button warn", onclick: () => this.#endOthers() },
            t("account.end_others"),
          )
        : h("p", { class: "hint" }, t("account.no_others")),
    );
  }

  /** @param {Session} session */
  #line(session) {
    const { device, is_current, place, created_at, last_used_at } = session;
    const name = titleOf(device);
    const isPhone = device?.platform === "ios" || device?.platform === "android";
    return h(
      "li",
      { class: "device" },
      icon(isPhone || /iPhone|iPad|Android|HarmonyOS/.test(device?.name ?? "") ? "phone" : "screen"),
      h(
        "div",
        { class: "device-words" },
        h(
          "h3",
          {},
          h("span", {}, name),
          is_current ? h("span", { class: "badge" }, t("account.this_device")) : null,
        ),
        details(device),
        h("p", {}, lastUsed(last_used_at, is_current), place ? ` · ${t("account.near", { place })}` : null),
        h("p", {}, t("account.since", { date: formatMoment(created_at) })),
      ),
      is_current
        ? null
        : h(
            "button",
            {
              type: "button",
              class: "button warn",
              "aria-label": t("account.end_named", { name, date: formatMoment(created_at) }),
              onclick: () => this.#end(session),
            },
            t("account.end"),
          ),
    );
  }

  /** @param {Session} session */
  async #end({ id, device }) {
    const name = titleOf(device);
    const ended = await confirmAction({
      title: t("account.end_title", { name }),
      body: t("account.end_body"),
      action: t("account.end_confirm"),
      doing: t("account.ending"),
      act: async () => {
        await api.endSession(id).catch((error) => {
          if (error.code !== "not_found") throw error; // it ended by itself meanwhile
        });
        return true;
      },
    });
    if (!ended || this.#life.signal.aborted) return;
    this.#sessions = this.#sessions.filter((one) => one.id !== id);
    this.#afterEnding(t("account.ended", { name }));
  }

  async #endOthers() {
    const answer = await confirmAction({
      title: t("account.end_others_title"),
      body: t("account.end_body"),
      action: t("account.end_others_confirm"),
      doing: t("account.ending"),
      act: () => api.endOtherSessions(),
    });
    if (!answer || this.#life.signal.aborted) return;
    this.#sessions = this.#sessions.filter((one) => one.is_current);
    this.#afterEnding(tn("account.ended_others", answer.ended));
  }

  /** @param {string} words */
  #afterEnding(words) {
    this.#draw();
    showReceipt(words, "");
    focusHeading(this.devicesTitle); // the button that was pressed is gone
  }

  #leak() {
    return h(
      "section",
      { class: "account-part leak", "aria-labelledby": "leak-title" },
      h("h2", { id: "leak-title" }, t("leak.title")),
      h("p", { class: "account-lead" }, t("leak.lead")),
      h(
        "ul",
        { class: "leak-facts" },
        h("li", {}, t("leak.ends")),
        h("li", {}, t("leak.freezes")),
        h("li", {}, t("leak.keeps")),
        h("li", {}, t("leak.limits")),
      ),
      h("button", { type: "button", class: "button danger", onclick: freeze }, t("leak.action")),
    );
  }
}

/** The session ends with it, and the page goes back to signing in by itself. */
function freeze() {
  return confirmAction({
    title: t("leak.confirm_title"),
    body: t("leak.confirm_body"),
    action: t("leak.confirm"),
    doing: t("leak.doing"),
    act: () => api.freezeAccount(),
  });
}

/** What an app tells of its platform; a browser's name says it already. @param {Session["device"]} device */
function details(device) {
  if (!device?.name || !device.platform || device.platform === "web") return null;
  const system = [t(`device.system_${device.platform}`), device.os_version].filter(Boolean).join(" ");
  return h("p", {}, system);
}

/** @param {string} when @param {boolean} isCurrent */
function lastUsed(when, isCurrent) {
  const at = new Date(when);
  if (isCurrent || api.serverNow() - at.getTime() < JUST_NOW_MS) return t("account.used_now");
  const today = at.toDateString() === new Date(api.serverNow()).toDateString();
  return t("account.used", { date: today ? formatMoment(when) : formatDay(when) });
}
