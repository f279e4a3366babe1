// @ts-check
/** How long one photo is kept: its owner chooses another day, or the six months again. */
import { chooseEnd } from "../keeping-api.js";
import { serverNow } from "../api.js";
import { announce, h } from "../dom.js";
import { chinaDay, dayBefore } from "../expiry.js";
import { formatDay, t } from "../i18n.js";
import { library } from "../library.js";
import { explain } from "../problems.js";
import { busy, idle } from "./form.js";

/** @typedef {import("../api.js").Photo} Photo */

/**
 * @param {Photo} photo
 * @param {(photo: Photo) => void} onChosen
 * @returns {HTMLElement | null} null where there is nothing to choose: a guest's photo, or one that a hold keeps
 */
export function keepingChoice(photo, onChosen) {
  const { retention, hold, expires_at } = photo;
  if (!retention || hold) return null;
  const problem = h("p", { class: "problem", role: "alert" });
  const field = h("input", {
    type: "date",
    id: "keep-until",
    required: true,
    min: chinaDay(new Date(serverNow())),
    max: dayBefore(retention.longest_until),
    value: dayBefore(expires_at),
    "aria-describedby": "keep-hint",
  });
  const keep = h("button", { type: "submit", class: "button" }, t("keep.submit"));
  const canGoBack = retention.choice !== "default" && Date.parse(retention.default_until) > serverNow();
  const back = h("button", { type: "button", class: "button quiet" }, t("keep.default"));
  /** @param {HTMLButtonElement} button @param {string | null} lastDay @param {string} words */
  const choose = async (button, lastDay, words) => {
    busy(button, t("keep.working"));
    problem.textContent = "";
    try {
      const chosen = await chooseEnd(photo.id, lastDay);
      library.put(chosen);
      announce(t("keep.done", { date: formatDay(lastMoment(chosen.expires_at)) }));
      onChosen(chosen);
    } catch (error) {
      problem.textContent = explain(error);
      idle(button, words);
    }
  };
  back.addEventListener("click", () => choose(back, null, t("keep.default")));
  return h(
    "details",
    { class: "keeping" },
    h("summary", {}, t("keep.title")),
    h(
      "form",
      {
        novalidate: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          if (field.checkValidity()) choose(keep, field.value, t("keep.submit"));
          else problem.textContent = t("keep.wrong", { date: formatDay(field.max) });
        },
      },
      h("label", { for: "keep-until" }, t("keep.label")),
      field,
      h("p", { class: "hint", id: "keep-hint" }, t("keep.hint", { date: formatDay(field.max) })),
      problem,
      h("div", { class: "keeping-actions" }, keep, canGoBack ? back : null),
    ),
  );
}

/** An end at midnight belongs to the day before. @param {string} end */
export function lastMoment(end) {
  return new Date(Date.parse(end) - 1);
}
