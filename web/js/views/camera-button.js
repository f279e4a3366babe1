// @ts-check
/** Takes photos with the camera of a device that is held in the hand, once the person agreed to that. */
import { listConsents, putConsent, wordsOf } from "../consents.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { confirmAction } from "./confirm.js";
import { showReceipt } from "./receipts.js";

const PURPOSE = "camera_upload";
const HELD_IN_THE_HAND = "(pointer: coarse)";

/**
 * @param {(files: File[]) => void} take
 * @returns {HTMLElement | null} nothing where there is no camera to hold up
 */
export function cameraButton(take) {
  if (!matchMedia(HELD_IN_THE_HAND).matches) return null;
  const camera = h("input", {
    type: "file",
    class: "visually-hidden",
    accept: "image/*",
    capture: "environment",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => {
      take([...(camera.files ?? [])]);
      camera.value = "";
    },
  });
  const button = h(
    "button",
    {
      type: "button",
      class: "button quiet camera",
      onclick: async () => {
        try {
          if (await mayTake()) camera.click();
        } catch (error) {
          showReceipt(explain(error), "", "wrong");
        }
      },
    },
    icon("camera"),
    t("camera.take"),
  );
  return h("span", { class: "camera-place" }, button, camera);
}

/** Ask once; whoever says no is asked again only when they press the button again. */
async function mayTake() {
  const { consents } = await listConsents();
  const consent = consents.find(({ purpose }) => purpose === PURPOSE);
  if (!consent || consent.is_given) return Boolean(consent);
  const { question, when_withdrawn } = wordsOf(consent);
  const decision = await confirmAction({
    title: t("camera.ask"),
    body: t("camera.ask_body", { question, effect: when_withdrawn }),
    action: t("camera.agree"),
    doing: t("camera.agreeing"),
    act: () => putConsent(PURPOSE, true),
    isHarmless: true,
  });
  return decision !== null;
}
