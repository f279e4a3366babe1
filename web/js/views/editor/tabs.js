// @ts-check
/** Tabs as the ARIA practices have them: one stop for the Tab key, arrows between them. */
import { h, setAttribute } from "../../dom.js";

/** @typedef {{id: string, label: string, panel: HTMLElement}} Tab */

/**
 * @param {string} name of all of them @param {Tab[]} tabs @param {(id: string) => void} onChoose
 * @returns {HTMLElement[]} the list of tabs, and each panel
 */
export function tabs(name, tabs, onChoose) {
  const choose = (/** @type {number} */ at) => {
    tabs.forEach(({ panel }, one) => {
      panel.hidden = one !== at;
      setAttribute(buttons[one], "aria-selected", String(one === at));
      buttons[one].tabIndex = one === at ? 0 : -1;
    });
    buttons[at].scrollIntoView?.({ block: "nearest", inline: "nearest" });
    onChoose(tabs[at].id);
  };
  const move = (/** @type {KeyboardEvent} */ event, /** @type {number} */ at) => {
    const { length } = tabs;
    const steps = { ArrowRight: at + 1, ArrowLeft: at + length - 1, Home: 0, End: length - 1 };
    const to = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (to === undefined) return;
    event.preventDefault();
    choose(to % length);
    buttons[to % length].focus();
  };
  const buttons = tabs.map(({ id, label, panel }, at) => {
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${id}`,
        class: "tab",
        "aria-controls": panel.id,
        onclick: () => choose(at),
        onkeydown: (/** @type {KeyboardEvent} */ event) => move(event, at),
      },
      label,
    );
  });
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": name }, ...buttons);
  tabs.forEach(({ panel }, at) => {
    panel.hidden = at > 0;
    setAttribute(buttons[at], "aria-selected", String(at === 0));
    buttons[at].tabIndex = at === 0 ? 0 : -1;
  });
  return [list, ...tabs.map(({ panel }) => panel)];
}
