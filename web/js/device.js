// @ts-check
/** What this browser is called in the list of sessions: coarse on purpose, and all that a sign-in tells. */

import { t } from "./i18n.js";

/** The first that fits, as most browsers also name the ones they descend from. */
const BROWSERS = /** @type {const} */ ([
  [/MicroMessenger\//, "WeChat"],
  [/Edg(A|iOS)?\//, "Edge"],
  [/OPR\/|OPiOS\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
]);
const SYSTEMS = /** @type {const} */ ([
  [/iPhone|iPod/, "iPhone"],
  [/iPad/, "iPad"],
  [/HarmonyOS|OpenHarmony/, "HarmonyOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
]);

const PLATFORMS = ["ios", "android", "web"];

/** @typedef {{platform: "web", name: string, app_version: string}} DeviceInfo */

/** @returns {DeviceInfo} no versions of browser or system, no screen, no language, nothing that singles out. */
export function describeDevice(userAgent = navigator.userAgent) {
  const nameOf = (/** @type {readonly (readonly [RegExp, string])[]} */ known) =>
    known.find(([pattern]) => pattern.test(userAgent))?.[1];
  const version = document.querySelector('meta[name="ifotor-version"]')?.getAttribute("content") ?? "0";
  const name = [nameOf(BROWSERS) ?? "Browser", nameOf(SYSTEMS)].filter(Boolean).join(" on ");
  return { platform: "web", name, app_version: version };
}

/** "Chrome on Android" as the person's language says it. @param {string} name */
export function deviceName(name) {
  const [browser, system] = name.split(" on ");
  return system ? t("device.browser_on", { browser, system }) : name;
}

/** @param {import("./api.js").Device | null} device as the server keeps it */
export function titleOf(device) {
  if (device?.name) return deviceName(device.name);
  if (device?.platform && PLATFORMS.includes(device.platform)) return t(`device.${device.platform}`);
  return t("device.unknown");
}
