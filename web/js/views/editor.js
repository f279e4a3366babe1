// @ts-check
/** Edit one photo: looks, sliders, turning, cutting, words. The server does it; the page only hints while you drag. */
import { announce, fill, h } from "../dom.js";
import { chooseEdit, listEdits, listPresets, makeEdit, noWish, RATIOS, SLIDERS } from "../edits.js";
import { formatDay, has, t } from "../i18n.js";
import { library } from "../library.js";
import { explain } from "../problems.js";

/** @typedef {import("../api.js").Photo} Photo */
/** @typedef {import("../edits.js").Edit} Edit */

/**
 * @param {Photo} photo
 * @param {HTMLImageElement} picture what the person looks at
 * @param {AbortSignal} signal ends with the view
 * @param {(photo: Photo) => void} onChange told what is shown now
 * @returns {HTMLElement}
 */
export function editor(photo, picture, signal, onChange) {
  const wish = noWish();
  const status = h("p", { class: "hint", role: "status" });
  const strip = h("div", { class: "looks", role: "group", "aria-label": t("editor.looks") });
  const history = h("ol", { class: "edits" });
  const apply = h("button", { type: "submit", class: "button primary" }, t("editor.apply"));
  const hint = () => {
    aim(picture, photo.unedited ?? photo.renditions); // an edit begins there, not with the last one
    hintAt(picture, wish);
  };

  async function run() {
    apply.disabled = true;
    status.textContent = t("editor.working");
    try {
      const edit = await makeEdit(photo.id, wish, crypto.randomUUID(), signal);
      status.textContent = edit.state === "ready" ? t("editor.done") : wordsOf(edit);
      announce(status.textContent);
      await show();
    } catch (error) {
      if (!signal.aborted) status.textContent = explain(error);
    } finally {
      apply.disabled = false;
    }
  }

  /** @param {string | null} editId */
  async function choose(editId) {
    try {
      await chooseEdit(photo.id, editId);
      await show();
    } catch (error) {
      if (!signal.aborted) status.textContent = explain(error);
    }
  }

  async function show() {
    await library.refresh(photo.id);
    const fresh = library.find(photo.id)?.photo;
    if (signal.aborted || !fresh) return;
    photo = fresh;
    picture.style.filter = "";
    picture.style.transform = "";
    aim(picture, photo.renditions);
    compare.hidden = !photo.unedited;
    onChange(photo);
    drawHistory(history, photo, await listEdits(photo.id), choose);
  }

  const compare = compareButton(picture, () => photo);
  listPresets()
    .then((names) => fill(strip, ...["", ...names].map((name) => look(name, wish, hint))))
    .catch((error) => (status.textContent = explain(error)));
  if (photo.edits?.length) {
    listEdits(photo.id)
      .then((edits) => drawHistory(history, photo, edits, choose))
      .catch((error) => (status.textContent = explain(error)));
  }
  return h(
    "details",
    { class: "editor" },
    h("summary", {}, t("editor.title")),
    h(
      "form",
      {
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          run();
        },
      },
      strip,
      h("div", { class: "sliders" }, ...SLIDERS.map((name) => slider(name, wish, hint))),
      shape(wish, hint),
      h(
        "label",
        { class: "words" },
        t("editor.text"),
        h("input", {
          type: "text",
          maxlength: 200,
          oninput: (/** @type {any} */ event) => (wish.text = event.target.value),
        }),
      ),
      h("p", { class: "hint" }, t("editor.honest")),
      h("div", { class: "detail-actions" }, apply, compare),
      status,
    ),
    history,
  );
}

/** @param {string} name @param {import("../edits.js").Wish} wish @param {() => void} hint */
function look(name, wish, hint) {
  const words = name ? name.split("@")[0] : t("editor.no_look");
  return h(
    "label",
    { class: "look" },
    h("input", {
      type: "radio",
      name: "look",
      checked: name === "",
      onchange: () => {
        wish.preset = name;
        hint();
      },
    }),
    h("span", {}, words),
  );
}

/** @param {string} name @param {import("../edits.js").Wish} wish @param {() => void} hint */
function slider(name, wish, hint) {
  const shown = h("output", {}, "0");
  const change = (/** @type {any} */ event) => {
    wish.tone[name] = Number(event.target.value);
    shown.textContent = event.target.value;
    hint();
  };
  return h(
    "label",
    { class: "slider" },
    h("span", {}, t(`editor.tone_${name}`)),
    h("input", { type: "range", min: -100, max: 100, value: 0, oninput: change }),
    shown,
  );
}

/** Turning, mirroring and the shape. @param {import("../edits.js").Wish} wish @param {() => void} hint */
function shape(wish, hint) {
  const button = (/** @type {string} */ words, /** @type {() => void} */ act) =>
    h(
      "button",
      {
        type: "button",
        class: "button soft",
        onclick: () => {
          act();
          hint();
        },
      },
      words,
    );
  return h(
    "div",
    { class: "shape" },
    button(t("editor.turn"), () => (wish.turns = (wish.turns + 1) % 4)),
    button(t("editor.mirror"), () => (wish.flip = !wish.flip)),
    h(
      "label",
      {},
      h("span", {}, t("editor.ratio")),
      h(
        "select",
        { onchange: (/** @type {any} */ event) => (wish.ratio = event.target.value) },
        h("option", { value: "" }, t("editor.ratio_free")),
        ...RATIOS.map((ratio) => h("option", { value: ratio }, ratio)),
      ),
    ),
  );
}

/** Hold to see the photo without its edit. @param {HTMLImageElement} picture @param {() => Photo} current */
function compareButton(picture, current) {
  const before = () => aim(picture, current().unedited ?? current().renditions);
  const after = () => aim(picture, current().renditions);
  return h(
    "button",
    {
      type: "button",
      class: "button",
      hidden: !current().unedited,
      onpointerdown: before,
      onpointerup: after,
      onpointerleave: after,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === " " && before(),
      onkeyup: after,
      onblur: after,
    },
    t("editor.compare"),
  );
}

/**
 * @param {HTMLElement} list @param {Photo} photo @param {Edit[]} edits
 * @param {(id: string | null) => void} choose
 */
function drawHistory(list, photo, edits, choose) {
  const ready = edits.filter(({ state }) => state === "ready");
  const rows = ready.map((edit, at) => ({
    id: /** @type {string | null} */ (edit.id),
    words: t("editor.version", { number: ready.length - at, date: formatDay(edit.created_at) }),
  }));
  if (rows.length) rows.push({ id: null, words: t("editor.unedited") });
  fill(
    list,
    ...rows.map(({ id, words }) => {
      const isShown = id === (photo.current_edit_id ?? null);
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "button link", disabled: isShown, onclick: () => choose(id) },
          isShown ? t("editor.shown", { version: words }) : words,
        ),
      );
    }),
  );
}

/**
 * Roughly what the sliders will do; the real thing is made on the server.
 * @param {HTMLImageElement} picture
 * @param {import("../edits.js").Wish} wish
 */
function hintAt(picture, { tone, turns, flip }) {
  const percent = (/** @type {string} */ name) => 1 + (tone[name] ?? 0) / 200;
  picture.style.filter = `brightness(${percent("brightness")}) contrast(${percent("contrast")}) saturate(${1 + (tone.saturation ?? 0) / 100})`;
  picture.style.transform = `scaleX(${flip ? -1 : 1}) rotate(${(flip ? -90 : 90) * turns}deg)`;
}

/** @param {HTMLImageElement} picture @param {Photo["renditions"]} renditions */
function aim(picture, { preview, full }) {
  if (!preview || !full) return;
  picture.width = full.width_px;
  picture.height = full.height_px;
  picture.srcset = `${preview.url} ${preview.width_px}w, ${full.url} ${full.width_px}w`;
}

/** @param {Edit} edit */
function wordsOf({ rejection }) {
  const key = `edit_ended.${rejection?.code}`;
  return t(has(key) ? key : "edit_ended.processing_failed");
}
