// @ts-check
/** Edit one photo: looks, sliders, cutting, words. The page shows what the server will make, and the server makes it. */
import { announce, h, iconButton } from "../dom.js";
import { Draft, isSame, nothing } from "../draft.js";
import { chooseEdit, listEdits, listPresets, makeEdit } from "../edits.js";
import { has, t } from "../i18n.js";
import { library } from "../library.js";
import { unseenOf } from "../preview/unseen.js";
import { explain } from "../problems.js";
import { compareButton } from "./editor/comparing.js";
import { cutting } from "./editor/cutting.js";
import { aim, makeEasel } from "./editor/easel.js";
import { looks } from "./editor/looks.js";
import { priceLine } from "./editor/price.js";
import { COLOUR, FINENESS, LIGHT } from "./editor/settings.js";
import { slider } from "./editor/slider.js";
import { tabs } from "./editor/tabs.js";
import { drawVersions } from "./editor/versions.js";
import { words } from "./editor/words.js";

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
  const draft = new Draft();
  const { full } = photo.unedited ?? photo.renditions;
  const { panel: cut, frame } = cutting(draft, { width: full?.width_px ?? 1, height: full?.height_px ?? 1 }, signal);
  const easel = makeEasel(picture, frame, signal);
  const styles = looks(draft, signal);
  const status = h("p", { class: "hint outcome", role: "status" });
  const price = priceLine(draft, signal);
  const unseen = h("p", { class: "hint note", "aria-live": "polite" });
  const history = h("ol", { class: "versions-kept" });
  const apply = h("button", { type: "submit", class: "button primary" }, t("editor.apply"));
  const compare = compareButton([picture, easel.element], (isHeld) => show(isHeld), signal);
  const undo = iconButton("undo", t("editor.undo"), () => draft.undo());
  const redo = iconButton("redo", t("editor.redo"), () => draft.redo());
  const reset = h("button", { type: "button", class: "button quiet", onclick: clear }, t("editor.reset"));
  /** What the picture shows already. */
  let made = nothing();
  /** What was asked for last; asking again because no answer came is the same wish, not another. */
  let asked = { recipe: nothing(), key: "" };
  let tab = "looks";
  /** @type {import("../preview/plan.js").Presets} */
  let presets = {};

  function show(isBefore = false) {
    const isChanged = !isSame(draft.recipe, made);
    const isCutting = tab === "cut" && !isBefore;
    const stands = drawer.open && easel.isReady && (isChanged || isCutting || isBefore);
    compare.hidden = !isChanged && !photo.unedited;
    undo.disabled = !draft.canUndo;
    redo.disabled = !draft.canRedo;
    reset.disabled = isSame(draft.recipe, nothing());
    const left = unseenOf(draft.recipe, presets).map((one) => t(`editor.unseen_${one}`));
    unseen.textContent = t("editor.unseen", { what: left.join(t("editor.unseen_and")) });
    unseen.hidden = !isChanged || !left.length;
    if (isChanged) status.textContent = "";
    if (!stands) aim(picture, (isBefore && photo.unedited) || photo.renditions);
    easel.show(stands ? { recipe: isBefore ? beforeOf(draft.recipe) : draft.recipe, isCutting } : null);
  }

  function clear() {
    draft.settle();
    draft.replace(nothing());
  }

  async function run() {
    if (isSame(draft.recipe, made)) return void (status.textContent = t("editor.unchanged"));
    if (isSame(draft.recipe, nothing())) return choose(null); // that picture is there already
    apply.disabled = true;
    status.textContent = t("editor.working");
    if (!isSame(asked.recipe, draft.recipe)) asked = { recipe: draft.recipe, key: crypto.randomUUID() };
    const { recipe, key } = asked;
    try {
      const edit = await makeEdit(photo.id, recipe, key, signal);
      const isReady = edit.state === "ready";
      if (isReady) made = recipe;
      asked = { recipe: nothing(), key: "" };
      await renew();
      await price.show();
      status.textContent = isReady ? t("editor.done") : wordsOf(edit);
      announce(status.textContent);
    } catch (error) {
      if (!signal.aborted) status.textContent = explain(error);
    } finally {
      apply.disabled = false;
    }
  }

  /** @param {Edit | null} edit */
  async function choose(edit) {
    try {
      await chooseEdit(photo.id, edit?.id ?? null);
      made = edit?.recipe ?? nothing();
      draft.load(made);
      await renew();
    } catch (error) {
      if (!signal.aborted) status.textContent = explain(error);
    }
  }

  /** Look again at the photo and its edits. */
  async function renew() {
    await library.refresh(photo.id);
    const fresh = library.find(photo.id)?.photo;
    if (signal.aborted || !fresh) return;
    photo = fresh;
    onChange(photo);
    drawVersions(history, photo, await listEdits(photo.id), choose);
    show();
  }

  /** What is needed to edit comes with the first look into the drawer; if it doesn't, with the next. */
  async function open() {
    // What an edit is gone on with comes before it can be changed.
    form.inert = Boolean(photo.current_edit_id);
    try {
      presets = await listPresets();
      styles.draw(presets);
      const edits = photo.edits?.length ? await listEdits(photo.id) : [];
      drawVersions(history, photo, edits, choose);
      const current = edits.find(({ id }) => id === photo.current_edit_id);
      if (current) draft.load((made = current.recipe));
      form.inert = false;
      const source = await easel.load(photo, presets, draft.recipe);
      show();
      await styles.picture(source, presets);
    } catch (error) {
      isBegun = false;
      if (!signal.aborted) status.textContent = explain(error);
    }
  }

  const panels = [
    { id: "looks", label: t("editor.looks"), panel: styles.panel },
    { id: "light", label: t("editor.light"), panel: sliders(draft, LIGHT, signal) },
    { id: "colour", label: t("editor.colour"), panel: sliders(draft, COLOUR, signal) },
    { id: "cut", label: t("editor.cut"), panel: cut },
    { id: "more", label: t("editor.more"), panel: more(draft, signal) },
  ];
  const form = h(
    "form",
    { onsubmit: submit, onkeydown: goBack },
    ...tabs(t("editor.title"), panels, (id) => {
      tab = id;
      show();
    }),
    unseen,
    h("div", { class: "editor-steps" }, undo, redo, reset),
    price.element,
    h("div", { class: "detail-actions" }, apply, compare),
    status,
  );
  const summary = h("summary", {}, t("editor.title"));
  const drawer = h("details", { class: "editor", ontoggle: toggle }, summary, form, history);
  let isBegun = false;

  function toggle() {
    picture.closest(".detail")?.classList.toggle("editing", drawer.open);
    const isFirst = drawer.open && !isBegun;
    isBegun ||= drawer.open;
    if (isFirst) open();
    show();
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    run();
  }

  /** Ctrl+Z, but words have their own. @param {KeyboardEvent} event */
  function goBack(event) {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (isTyping || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) draft.redo();
    else draft.undo();
  }

  draft.addEventListener("change", () => show(), { signal });
  show();
  return drawer;
}

/** What to compare with: the same part of the photo as it was; all of it where only the part was chosen. @param {import("../draft.js").Recipe} recipe */
function beforeOf({ version, geometry, ...rest }) {
  return Object.keys(rest).length && geometry ? { version, geometry } : nothing();
}

/** @param {Draft} draft @param {import("./editor/slider.js").Setting[]} settings @param {AbortSignal} signal */
const sliders = (draft, settings, signal) =>
  h("div", { class: "panel sliders" }, ...settings.map((setting) => slider(draft, setting, signal)));

/** What only the server can draw, said so at each. @param {Draft} draft @param {AbortSignal} signal */
const more = (draft, signal) =>
  h(
    "div",
    { class: "panel" },
    h(
      "div",
      { class: "sliders" },
      ...FINENESS.map((setting) => slider(draft, setting, signal, { describedBy: "fineness-hint" })),
      h("p", { class: "hint", id: "fineness-hint" }, t("editor.fineness_hint")),
    ),
    words(draft, signal),
  );

/** @param {Edit} edit */
function wordsOf({ rejection }) {
  const key = `edit_ended.${rejection?.code}`;
  return t(has(key) ? key : "edit_ended.processing_failed");
}
