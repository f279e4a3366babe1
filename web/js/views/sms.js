// @ts-check
/** The local cloud's phone: shows caught text messages for the number typed. Absent where there is no local cloud. */
import { fill, h, icon } from "../dom.js";
import { t } from "../i18n.js";

/** @typedef {{phone: string, text: string, sent_at: string}} Message */

const PATH = "/local/sms";
const POLL_MS = 1200;
const SHOWN = 2;
const CODE = /(?<!\d)\d{6}(?!\d)/;

/** @type {boolean | null} null until asked */
let available = null;

/** @returns {Promise<Message[] | null>} null where there is no local cloud */
async function readMessages() {
  if (available === false) return null;
  try {
    const response = await fetch(PATH, {
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(5000),
    });
    available = response.ok || (available === true && response.status >= 500);
    return response.ok ? (await response.json()).messages : available ? [] : null;
  } catch {
    return available ? [] : null;
  }
}

/**
 * Only digits count, as people type spaces and dashes; a number without a country belongs to +86.
 * @param {string} phone as typed
 * @returns {string} E.164 as far as the page can tell
 */
export function comparable(phone) {
  const text = phone
    .normalize("NFKC")
    .replace(/[^\d+]/g, "")
    .replace(/^00/, "+");
  return text.startsWith("+") ? text : `+86${text.replace(/^86(?=1\d{10}$)/, "")}`;
}

/**
 * @param {() => string} currentPhone what is typed at the moment
 * @param {((code: string) => void) | null} useCode offered as a button when given
 * @param {AbortSignal} signal ends the panel
 * @returns {HTMLElement}
 */
export function smsPanel(currentPhone, useCode, signal) {
  const screen = h("div", { class: "sms-screen", role: "log", "aria-label": t("sms.title") });
  const panel = h(
    "aside",
    { class: "sms", hidden: true, "aria-labelledby": "sms-title" },
    h(
      "div",
      { class: "sms-head" },
      icon("phone"),
      h("div", {}, h("h2", { id: "sms-title" }, t("sms.title")), h("p", {}, t("sms.note"))),
    ),
    screen,
  );
  let shown = "";

  /** @param {Message[]} messages */
  const show = (messages) => {
    const phone = currentPhone();
    const own = phone
      ? messages.filter((message) => message.phone === comparable(phone)).slice(0, SHOWN)
      : [];
    const state = JSON.stringify([phone && !!useCode, own]);
    if (state === shown) return;
    shown = state;
    if (own.length)
      fill(screen, ...own.map((message, index) => bubble(message, index === 0 ? useCode : null)));
    else
      fill(
        screen,
        h("p", { class: "sms-empty" }, phone && useCode ? t("sms.waiting", { phone }) : t("sms.empty")),
      );
  };

  const poll = async () => {
    const messages = await readMessages();
    if (signal.aborted || messages === null) return;
    panel.hidden = false;
    show(messages);
    setTimeout(poll, POLL_MS);
  };
  poll();
  return panel;
}

/**
 * @param {Message} message
 * @param {((code: string) => void) | null} useCode
 */
function bubble(message, useCode) {
  const code = message.text.match(CODE)?.[0];
  return h(
    "div",
    { class: "sms-message" },
    h("p", { class: "sms-bubble" }, message.text),
    useCode && code
      ? h(
          "button",
          { type: "button", class: "button soft", onclick: () => useCode(code) },
          t("sms.use", { code }),
        )
      : null,
  );
}
