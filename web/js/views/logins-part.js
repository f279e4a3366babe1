// @ts-check
/** In the account: the third-party logins that open it, how to link one, and how to take one away. */
import { account } from "../account.js";
import { fill, focusHeading, h } from "../dom.js";
import { formatDay, t } from "../i18n.js";
import { unlinkLogin } from "../provider-api.js";
import { nameOf, offeredProviders } from "../providers.js";
import { confirmAction } from "./confirm.js";
import { goButton } from "./provider-buttons.js";
import { showReceipt } from "./receipts.js";

/** @typedef {import("../providers.js").Provider} Provider @typedef {import("../api.js").LinkedLogin} LinkedLogin */

/** @param {AbortSignal} signal @returns {HTMLElement} hidden where there is nothing to link */
export function loginsPart(signal) {
  const title = h("h2", { id: "logins-title" }, t("logins.title"));
  const list = h("ul", { class: "device-list logins" });
  const problem = h("p", { class: "problem", role: "alert" });
  const part = h(
    "section",
    { class: "account-part", "aria-labelledby": "logins-title", hidden: true },
    title,
    h("p", { class: "account-lead" }, t("logins.lead")),
    list,
    problem,
  );
  /** @type {Provider[]} */
  let offered = [];

  const draw = () => {
    const known = new Map(account.logins.map((login) => [login.provider, login]));
    const providers = [...new Set([...offered, ...known.keys()])];
    part.hidden = !providers.length;
    fill(list, ...providers.map((provider) => line(provider, known.get(provider))));
  };
  const line = (/** @type {Provider} */ provider, /** @type {LinkedLogin | undefined} */ login) =>
    h(
      "li",
      { class: "device" },
      h(
        "div",
        { class: "device-words" },
        h("h3", {}, nameOf(provider)),
        h("p", {}, login ? t("logins.since", { date: formatDay(login.linked_at) }) : t("logins.none")),
        login && !login.is_removable ? h("p", {}, t("logins.stays")) : null,
      ),
      login ? removeButton(login) : goButton(provider, { links: true, problem, signal }),
    );
  const removeButton = (/** @type {LinkedLogin} */ login) =>
    login.is_removable
      ? h(
          "button",
          { type: "button", class: "button warn", onclick: () => remove(login.provider) },
          t("logins.remove", { provider: nameOf(login.provider) }),
        )
      : null;
  const remove = async (/** @type {Provider} */ provider) => {
    const name = nameOf(provider);
    const removed = await confirmAction({
      title: t("logins.remove_title", { provider: name }),
      body: t("logins.remove_body", { provider: name }),
      action: t("logins.remove_confirm"),
      doing: t("logins.removing"),
      act: async () => {
        await unlinkLogin(provider);
        return true;
      },
    });
    if (!removed || signal.aborted) return;
    account.logins = account.logins.filter((one) => one.provider !== provider);
    draw();
    showReceipt(t("logins.removed", { provider: name }), "");
    focusHeading(title); // the button that was pressed is gone
  };
  account.addEventListener("change", draw, { signal });
  offeredProviders().then((providers) => {
    if (signal.aborted) return;
    offered = providers;
    draw();
  });
  return part;
}
