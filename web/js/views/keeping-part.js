// @ts-check
/** In the account: for how long new photos are kept. */
import { announce, fill, h } from "../dom.js";
import { t, tn } from "../i18n.js";
import { getDefault, setDefault } from "../keeping-api.js";
import { explain } from "../problems.js";

const CHOICES = [7, 30, 90];

/** @param {AbortSignal} signal @returns {HTMLElement} */
export function keepingPart(signal) {
  const problem = h("p", { class: "problem", role: "alert" });
  const select = h("select", { id: "keep-default", disabled: true, "aria-describedby": "keep-default-hint" });
  /** @param {number | null} days */
  const show = (days) => {
    const known = days === null || CHOICES.includes(days) ? CHOICES : [...CHOICES, days].sort((a, b) => a - b);
    fill(
      select,
      ...known.map((one) => h("option", { value: String(one), selected: one === days }, tn("keep.days", one))),
      h("option", { value: "", selected: days === null }, t("keep.six_months")),
    );
    select.disabled = false;
  };
  select.addEventListener("change", async () => {
    problem.textContent = "";
    select.disabled = true;
    try {
      show((await setDefault(select.value ? Number(select.value) : null)).default_days);
      announce(t("keep.default_done"));
    } catch (error) {
      problem.textContent = explain(error);
      select.disabled = false;
    }
    if (!signal.aborted) select.focus();
  });
  getDefault()
    .then(({ default_days }) => !signal.aborted && show(default_days))
    .catch((error) => {
      if (!signal.aborted) problem.textContent = explain(error);
    });
  return h(
    "section",
    { class: "account-part", "aria-labelledby": "keep-title" },
    h("h2", { id: "keep-title" }, t("keep.part_title")),
    h("label", { for: "keep-default" }, t("keep.part_label")),
    select,
    h("p", { class: "hint", id: "keep-default-hint" }, t("keep.part_hint")),
    problem,
  );
}
