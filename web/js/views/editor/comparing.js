// @ts-check
/** Hold to see the photo as it was: the button, by pointer or key, and the picture itself. */
import { h } from "../../dom.js";
import { t } from "../../i18n.js";

/**
 * @param {HTMLElement[]} surfaces what can be held besides the button
 * @param {(isBefore: boolean) => void} show @param {AbortSignal} signal
 */
export function compareButton(surfaces, show, signal) {
  let isHeld = false;
  const hold = () => {
    if (!isHeld) show((isHeld = true));
  };
  const release = () => {
    if (isHeld) show((isHeld = false));
  };
  const isKey = (/** @type {KeyboardEvent} */ { key }) => key === " " || key === "Enter";
  const button = h(
    "button",
    {
      type: "button",
      class: "button",
      onpointerdown: hold,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        hold();
      },
      onkeyup: (/** @type {KeyboardEvent} */ event) => isKey(event) && release(),
      onblur: release,
      oncontextmenu: (/** @type {Event} */ event) => event.preventDefault(), // a long press is a hold here
    },
    t("editor.compare"),
  );
  for (const surface of surfaces) {
    surface.addEventListener("pointerdown", (event) => event.button === 0 && !button.hidden && hold(), { signal });
    surface.addEventListener("contextmenu", (event) => isHeld && event.preventDefault(), { signal });
    surface.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
  }
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release, { signal });
  return button;
}
