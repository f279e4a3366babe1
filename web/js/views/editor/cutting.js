// @ts-check
/** Cutting, turning, straightening: the panel with its controls, and the frame that lies on the picture. */
import { mirrored, fitted, HANDLES, isWhole, moved, pulled, turned, written } from "../../crop-box.js";
import { fill, h } from "../../dom.js";
import { t } from "../../i18n.js";
import { keptBox, viewSize, WHOLE } from "../../preview/geometry.js";
import { slider } from "./slider.js";

/** @typedef {import("../../draft.js").Draft} Draft */
/** @typedef {import("../../preview/geometry.js").Size} Size */
/** @typedef {import("../../preview/geometry.js").Box} Box */

const RATIOS = ["", "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"];
const STEP = 0.01;
const LONG_STEP = 0.05;
const FLIPPED = { "": "horizontal", horizontal: undefined, vertical: "both", both: "vertical" };

/**
 * @param {Draft} draft @param {Size} full the photo's size as it was added @param {AbortSignal} signal
 * @returns {{panel: HTMLElement, frame: HTMLElement}}
 */
export function cutting(draft, full, signal) {
  const size = h("output", { class: "hint", id: "cut-size", "aria-live": "polite" });
  const ratios = h("div", { class: "chips", role: "radiogroup", "aria-label": t("editor.ratio") });
  fill(ratios, ...RATIOS.map((ratio) => chip(ratio, () => chooseRatio(draft, full, ratio))));
  const frame = cutFrame(draft, full);
  const show = () => {
    const geometry = draft.get("geometry", {});
    const box = keptBox(geometry, full);
    const view = viewSize(geometry, full);
    const width = Math.round((box.right - box.left) * view.width);
    const height = Math.round((box.bottom - box.top) * view.height);
    size.textContent = t("editor.cut_size", { width, height });
    const chosen = draft.get("geometry.crop.ratio", "");
    for (const input of ratios.querySelectorAll("input")) input.checked = input.value === chosen;
    for (const [side, share] of Object.entries(box)) frame.style.setProperty(`--${side}`, `${100 * share}%`);
  };
  draft.addEventListener("change", show, { signal });
  show();
  const straighten = { path: "geometry.straighten_degrees", words: "editor.straighten", min: -45, max: 45, step: 0.5 };
  const panel = h(
    "div",
    { class: "panel" },
    h(
      "div",
      { class: "shape" },
      act(t("editor.turn"), () => turn(draft)),
      act(t("editor.mirror"), () => mirror(draft)),
    ),
    slider(draft, straighten, signal),
    ratios,
    size,
  );
  return { panel, frame };
}

/** @param {string} words @param {() => void} onclick */
const act = (words, onclick) => h("button", { type: "button", class: "button soft", onclick }, words);

/** @param {string} ratio @param {() => void} choose */
function chip(ratio, choose) {
  return h(
    "label",
    { class: "chip" },
    h("input", { type: "radio", name: "ratio", value: ratio, onchange: choose }),
    h("span", {}, ratio || t("editor.ratio_free")),
  );
}

/** @param {Draft} draft @param {Box} box @param {string} ratio */
function cropOf(draft, box, ratio) {
  const kept = written(box);
  const isAll = isWhole(kept);
  if (isAll && !ratio) return undefined;
  return { ...(isAll ? {} : { box: kept }), ...(ratio ? { ratio } : {}) };
}

/** Width to height of a ratio, in shares of the picture as it is turned. @param {Draft} draft @param {Size} full @param {string} ratio */
function shapeOf(draft, full, ratio) {
  if (!ratio) return null;
  const [across, down] = ratio.split(":").map(Number);
  const view = viewSize(draft.get("geometry", {}), full);
  return ((across / down) * view.height) / view.width;
}

/** @param {Draft} draft @param {Size} full @param {string} ratio */
function chooseRatio(draft, full, ratio) {
  const box = keptBox(draft.get("geometry", {}), full);
  const shape = shapeOf(draft, full, ratio);
  draft.settle();
  draft.set({ "geometry.crop": cropOf(draft, shape ? fitted(box, shape) : box, ratio) });
  draft.settle();
}

/** A quarter to the right of what is seen, with what is kept of it. @param {Draft} draft */
function turn(draft) {
  const flip = draft.get("geometry.flip");
  const quarters = flip === "horizontal" || flip === "vertical" ? 3 : 1; // a mirrored picture turns the other way
  const turns = (draft.get("geometry.quarter_turns", 0) + quarters) % 4;
  const ratio = draft.get("geometry.crop.ratio", "").split(":").reverse().join(":");
  const box = turned(draft.get("geometry.crop.box", WHOLE));
  draft.settle();
  draft.set({ "geometry.quarter_turns": turns || undefined, "geometry.crop": cropOf(draft, box, ratio) });
  draft.settle();
}

/** @param {Draft} draft */
function mirror(draft) {
  /** @type {keyof typeof FLIPPED} */
  const flip = draft.get("geometry.flip", "");
  const box = mirrored(draft.get("geometry.crop.box", WHOLE));
  draft.settle();
  draft.set({
    "geometry.flip": FLIPPED[flip],
    "geometry.straighten_degrees": -draft.get("geometry.straighten_degrees", 0) || undefined,
    "geometry.crop": cropOf(draft, box, draft.get("geometry.crop.ratio", "")),
  });
  draft.settle();
}

/** The frame and its handles, by pointer and by arrow keys. @param {Draft} draft @param {Size} full */
function cutFrame(draft, full) {
  /** @param {(box: Box, shape: number | null) => Box} change @param {Box} [from] */
  const put = (change, from = keptBox(draft.get("geometry", {}), full)) => {
    const ratio = draft.get("geometry.crop.ratio", "");
    draft.set({ "geometry.crop": cropOf(draft, change(from, shapeOf(draft, full, ratio)), ratio) });
  };
  const handles = HANDLES.map((handle) =>
    h("button", {
      type: "button",
      class: `cut-handle ${handle}`,
      "aria-label": t(`editor.handle_${handle}`),
      "aria-describedby": "cut-size",
      ...grips((dx, dy, from) => put((box, shape) => pulled(box, handle, dx, dy, shape), from)),
    }),
  );
  const box = h(
    "div",
    {
      class: "cut-box",
      role: "group",
      tabindex: 0,
      "aria-label": t("editor.cut_frame"),
      "aria-describedby": "cut-size",
      ...grips((dx, dy, from) => put((kept) => moved(kept, dx, dy), from)),
    },
    ...handles,
  );
  const frame = h("div", { class: "cut" }, box);
  return frame;

  /** @param {(dx: number, dy: number, from?: Box) => void} pull by shares, from the box as it was when it began */
  function grips(pull) {
    /** @type {{x: number, y: number, box: Box} | null} */
    let grip = null;
    const end = () => {
      grip = null;
      draft.settle();
    };
    return {
      onpointerdown: (/** @type {any} */ event) => {
        if (event.button) return;
        event.stopPropagation();
        event.preventDefault();
        event.currentTarget.focus({ preventScroll: true });
        event.currentTarget.setPointerCapture(event.pointerId);
        draft.settle();
        grip = { x: event.clientX, y: event.clientY, box: keptBox(draft.get("geometry", {}), full) };
      },
      onpointermove: (/** @type {PointerEvent} */ event) => {
        if (!grip) return;
        const { width, height } = frame.getBoundingClientRect();
        pull((event.clientX - grip.x) / width, (event.clientY - grip.y) / height, grip.box);
      },
      onpointerup: end,
      onpointercancel: end,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.target !== event.currentTarget) return;
        const step = event.shiftKey ? LONG_STEP : STEP;
        const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
        if (!by) return;
        event.preventDefault();
        pull(by[0], by[1]);
      },
      onkeyup: () => draft.settle(),
    };
  }
}
