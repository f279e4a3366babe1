// @ts-check
/** Files dragged from elsewhere may be dropped anywhere on the page. */
import { h } from "../dom.js";
import { t } from "../i18n.js";

/**
 * @param {string} hint the kinds and sizes that are taken
 * @param {(files: FileList) => void} onDrop
 * @param {AbortSignal} signal stops listening
 * @returns {HTMLElement} shown while files are over the page
 */
export function dropZone(hint, onDrop, signal) {
  const zone = h(
    "div",
    { class: "drop", "aria-hidden": "true", hidden: true },
    h("p", {}, t("library.drop")),
    h("p", { class: "drop-hint" }, hint),
  );
  let depth = 0; // enter and leave also fire for every element inside
  const on = (
    /** @type {"dragenter" | "dragover" | "dragleave" | "drop"} */ name,
    /** @type {(event: DragEvent) => void} */ act,
  ) => {
    const listen = (/** @type {DragEvent} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // or the browser would leave the page and open the file
      act(event);
      zone.hidden = depth <= 0;
    };
    window.addEventListener(name, listen, { signal });
  };
  on("dragenter", () => {
    depth += 1;
  });
  on("dragover", () => undefined);
  on("dragleave", () => {
    depth -= 1;
  });
  on("drop", ({ dataTransfer }) => {
    depth = 0;
    if (dataTransfer) onDrop(dataTransfer.files);
  });
  return zone;
}
