// @ts-check
/** In the account: what is bought, what can be, and every order. There only where somebody takes payments. */
import * as api from "../api.js";
import { announce, fill, focusHeading, h } from "../dom.js";
import { formatDay, formatMoment, formatNumber, t } from "../i18n.js";
import { explain } from "../problems.js";
import { busy, idle } from "./form.js";
import { qrCode } from "./qr-code.js";

/** @typedef {import("../api.js").Order} Order */
/** @typedef {import("../api.js").Product} Product */

const POLL_MS = 3000;
const ORDERS_SHOWN = 8;
/** What a page can open by itself, or show for a phone to scan; the others need an app. */
const ON_A_PHONE = ["alipay_wap", "wechatpay_h5"];
const ON_A_SCREEN = ["wechatpay_native", "alipay_page"];

/** @param {AbortSignal} signal @returns {HTMLElement} hidden until there is something to buy, or was */
export function creditsPart(signal) {
  const part = new CreditsPart(signal);
  part.load().catch(() => undefined); // the rest of the page needs none of it
  return part.element;
}

class CreditsPart {
  /** @type {string[]} */
  #methods = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    this.title = h("h2", { id: "credits-title" }, t("credits.title"));
    this.balance = h("p", { class: "credits-balance", id: "credits-balance" });
    this.products = h("ul", { class: "products" });
    this.paying = h("div", { class: "paying", "aria-live": "polite" });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.orders = h("div", { class: "orders" });
    this.element = h(
      "section",
      { class: "account-part credits", "aria-labelledby": "credits-title", hidden: true },
      this.title,
      this.balance,
      this.paying,
      this.problem,
      this.products,
      this.orders,
    );
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  async load() {
    const [offer, holdings, { orders, next_cursor }] = await Promise.all([
      api.listProducts(),
      api.getCredits(),
      api.listOrders(ORDERS_SHOWN),
    ]);
    if (this.signal.aborted) return;
    const wanted = matchMedia("(pointer: coarse)").matches ? ON_A_PHONE : ON_A_SCREEN;
    this.#methods = wanted.filter((method) => offer.methods.includes(method));
    const products = this.#methods.length ? offer.products : [];
    this.element.hidden = products.length === 0 && orders.length === 0;
    this.balance.textContent = t("credits.balance", { n: formatNumber(holdings.available) });
    if (holdings.member_until)
      this.balance.append(h("span", {}, t("credits.member", { date: formatDay(holdings.member_until) })));
    fill(this.products, ...products.map((product) => this.#product(product)));
    this.#drawOrders(orders, next_cursor);
  }

  /** @param {Product} product */
  #product(product) {
    const name = nameOf(product);
    const buttons = this.#methods.map((method) => {
      const words = t("credits.pay_by", { provider: providerOf(method) });
      const button = h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-label": t("credits.buy_named", { product: name, provider: providerOf(method) }),
          onclick: () => this.#buy(product, method, button, words),
        },
        words,
      );
      return button;
    });
    return h(
      "li",
      { class: "product" },
      h("h3", {}, name),
      h("p", { class: "price" }, priceOf(product.price_minor)),
      h("div", { class: "product-buttons" }, ...buttons),
    );
  }

  /**
   * @param {Product} product
   * @param {string} method
   * @param {HTMLButtonElement} button
   * @param {string} words
   */
  async #buy(product, method, button, words) {
    busy(button, t("credits.ordering"));
    this.problem.textContent = "";
    clearTimeout(this.#timer);
    try {
      // One key a press: what the transport repeats is the same order, another press is another.
      const { order, payment } = await api.placeOrder(product.id, method, crypto.randomUUID());
      if (this.signal.aborted) return;
      this.#drawPaying(order, payment ?? {});
      await this.load();
      this.#watch(order.id);
    } catch (error) {
      if (!this.signal.aborted) this.problem.textContent = explain(error);
    }
    idle(button, words);
  }

  /** @param {Order} order @param {Record<string, string>} payment what the provider needs of us */
  #drawPaying(order, { url, h5_url, code_url }) {
    const heading = h("h3", { tabindex: "-1" }, t("credits.waiting"));
    const price = priceOf(order.total_minor);
    const page = url ?? h5_url ?? code_url ?? "";
    const code = code_url && qrCode(code_url, t("credits.scan", { price }));
    fill(
      this.paying,
      heading,
      h("p", { class: "hint" }, code_url ? t("credits.scan_more") : t("credits.waiting_more")),
      code,
      code_url && !code && h("p", { class: "problem" }, t("credits.no_code")),
      // What a code of WeChat's holds only its app opens; a page on the web anybody can.
      /^https?:/.test(page) &&
        h(
          "a",
          { class: code ? "button" : "button primary", href: page, target: "_blank", rel: "noopener noreferrer" },
          t("credits.open", { provider: providerOf(order.method), price }),
        ),
    );
    focusHeading(heading);
  }

  /** Ask until the order is decided: what a provider's own page says proves nothing. @param {string} id */
  #watch(id) {
    this.#timer = setTimeout(async () => {
      const order = await api.getOrder(id).catch(() => null);
      if (this.signal.aborted) return;
      if (!order || order.state === "awaiting_payment") return this.#watch(id);
      await this.load().catch(() => undefined);
      const words = `${nameOf(order.product)}: ${stateOf(order)}`;
      fill(this.paying, h("p", {}, words));
      announce(words);
    }, POLL_MS);
  }

  /** @param {Order[]} orders @param {string | null} next where older ones begin */
  #drawOrders(orders, next) {
    if (orders.length === 0) return fill(this.orders);
    const more = h("button", { type: "button", class: "button", onclick: () => this.#showOlder(orders, next, more) }, t("credits.older"));
    const lines = orders.map((order) => {
      return h(
        "li",
        { class: "order" },
        h("span", {}, nameOf(order.product)),
        h("span", { class: "price" }, priceOf(order.total_minor)),
        h("span", { class: "order-when" }, formatMoment(order.created_at)),
        h("span", { class: "order-state" }, outcomeOf(order)),
      );
    });
    fill(this.orders, h("h3", {}, t("credits.orders")), h("ul", {}, ...lines), next && more);
  }

  /** @param {Order[]} shown @param {string | null} next @param {HTMLButtonElement} button */
  async #showOlder(shown, next, button) {
    busy(button, t("app.loading"));
    this.problem.textContent = "";
    try {
      const { orders, next_cursor } = await api.listOrders(ORDERS_SHOWN, next);
      if (this.signal.aborted) return;
      this.#drawOrders([...shown, ...orders], next_cursor);
      focusHeading(/** @type {HTMLElement} */ (this.orders.querySelectorAll("li")[shown.length]));
    } catch (error) {
      if (!this.signal.aborted) this.problem.textContent = explain(error);
      idle(button, t("credits.older"));
    }
  }
}

/** @param {Product} product */
const nameOf = ({ unit, quantity }) =>
  unit === "credits"
    ? t("credits.pack", { n: formatNumber(quantity) })
    : t("credits.membership", { n: formatNumber(quantity) });

/** @param {string} method */
const providerOf = (method) =>
  method.startsWith("alipay") ? t("credits.alipay") : t("credits.wechatpay");

/** @param {number} fen whole fen: nothing is rounded */
const priceOf = (fen) => `¥${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

/** The state, or how much went back of what stays paid. @param {Order} order */
function outcomeOf(order) {
  const { state, refunded_minor } = order;
  if (state === "partly_refunded") return t("credits.back", { price: priceOf(refunded_minor) });
  return stateOf(order);
}

/** @param {Order} order */
function stateOf({ state }) {
  const words = {
    awaiting_payment: t("order.awaiting_payment"),
    paid: t("order.paid"),
    closed: t("order.closed"),
    refund_due: t("order.refund_due"),
    partly_refunded: t("order.partly_refunded"),
    refunded: t("order.refunded"),
  };
  return words[state];
}
