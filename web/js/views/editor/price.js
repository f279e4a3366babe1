// @ts-check
/** What the edit would cost, before it is made, and what is left after. The server says both; nothing is said of what is free. */
import { getCredits } from "../../api.js";
import { fill, h } from "../../dom.js";
import { checkRecipe } from "../../edits.js";
import { t, tn } from "../../i18n.js";
import { explain } from "../../problems.js";
import { guestUntil } from "../../session.js";

/** @param {import("../../draft.js").Draft} draft @param {AbortSignal} signal */
export function priceLine(draft, signal) {
  const element = h("p", { class: "hint price", "aria-live": "polite" });
  /** What was asked for when the price was, and the price: it depends on which operations, not how strong. */
  let priced = "";
  let cost = 0;

  async function renew() {
    const asked = operationsOf(draft.recipe);
    if (asked === priced) return;
    priced = asked;
    try {
      cost = asked ? (await checkRecipe(draft.recipe, signal)).credits : 0;
      if (priced === asked) await show();
    } catch (error) {
      if (!signal.aborted && priced === asked) element.textContent = explain(error);
    }
  }

  /** The price and the balance as they are now. */
  async function show() {
    if (!cost) return fill(element);
    if (guestUntil() !== null) return fill(element, t("problem.guest_has_no_credits"));
    const { available } = await getCredits();
    const line = [tn("editor.price", cost), " ", tn("editor.price_have", available)];
    const buy = available < cost ? [" ", h("a", { href: "#/account" }, t("editor.price_buy"))] : [];
    fill(element, ...line, ...buy);
  }

  draft.addEventListener("change", renew, { signal });
  return { element, show };
}

/** @param {Record<string, any>} recipe */
const operationsOf = (recipe) =>
  Object.entries(recipe)
    .flatMap(([stage, part]) => Object.entries(Object(part)).map(([name, value]) => (value ? `${stage}.${name}` : "")))
    .filter(Boolean)
    .sort()
    .join();
