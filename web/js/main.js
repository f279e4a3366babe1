// @ts-check
/** Starts the page and decides which view is shown: the address after `#` and the session say which. */
import { account } from "./account.js";
import { finishLeaving, logOut } from "./api.js";
import { bringPhotos } from "./arrivals.js";
import { registering } from "./challenge.js";
import { fill, focusHeading, h, icon } from "./dom.js";
import { applyLanguage, currentLanguage, switchLanguage, t } from "./i18n.js";
import { library } from "./library.js";
import { explain } from "./problems.js";
import { linkLogin } from "./provider-api.js";
import { nameOf, takeReturn } from "./providers.js";
import * as session from "./session.js";
import { isUploading, stopAll } from "./upload.js";
import { showAccount } from "./views/account.js";
import { showDetail } from "./views/detail.js";
import { KEEP, leaveAsGuest } from "./views/guest.js";
import { showLibrary } from "./views/library.js";
import { clearReceipts, showReceipt } from "./views/receipts.js";
import { drawSecurityNotices } from "./views/security-notices.js";
import { showSignIn } from "./views/sign-in.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const top_ = /** @type {HTMLElement} */ (document.getElementById("top"));
const skip = /** @type {HTMLElement} */ (document.getElementById("skip"));
const offline = /** @type {HTMLElement} */ (document.getElementById("offline"));

/** @type {() => void} */
let endView = () => undefined;
/** Where the library was scrolled to, and the photo that was opened from there. */
let left = { scroll: 0, photo: "" };
let notice = "";

const PARTINGS = { left: "app.signed_out", expired: "problem.unauthenticated", frozen: "app.frozen" };
const TITLES = {
  "sign-in": "login.title",
  library: "library.title",
  detail: "library.title",
  account: "account.title",
};

/** @returns {{name: "sign-in" | "library" | "detail" | "account", photo: string}} */
function route() {
  const isKeeping = session.guestUntil() && location.hash === KEEP;
  if (!session.isSignedIn() || isKeeping || registering.via) return { name: "sign-in", photo: "" };
  if (location.hash === "#/account") return { name: "account", photo: "" };
  const photo = location.hash.match(/^#\/photos\/([\w-]+)$/)?.[1] ?? "";
  return { name: photo ? "detail" : "library", photo };
}

function show({ moveFocus = true } = {}) {
  const { name, photo } = route();
  if (document.body.dataset.view === "library") left = { scroll: window.scrollY, photo: "" };
  endView();
  document.body.dataset.view = name;
  document.body.classList.remove("selecting");
  document.title = `${t(TITLES[name])} · ifotor`;
  drawTop();
  drawSecurityNotices();
  if (name === "sign-in") {
    endView = showSignIn(main, {
      onSignedIn: () => {
        clearReceipts();
        notice = "";
        if (location.hash === KEEP) history.replaceState(null, "", location.pathname);
        library.reset();
        readNotices();
        show();
      },
      notice,
    });
  } else if (name === "account") {
    left.photo = "";
    window.scrollTo(0, 0);
    endView = showAccount(main);
    if (moveFocus) focusHeading(main.querySelector("h1"));
  } else if (name === "detail") {
    left.photo = photo;
    window.scrollTo(0, 0);
    endView = showDetail(main, photo);
  } else {
    endView = showLibrary(main);
    window.scrollTo(0, left.scroll);
    if (moveFocus) returnFocus();
  }
}

/** Back from a photo, the focus is on that photo; else on the heading. */
function returnFocus() {
  const opened = left.photo
    ? /** @type {HTMLElement | null} */ (main.querySelector(`a[href="#/photos/${left.photo}"]`))
    : null;
  left.photo = "";
  if (opened) opened.focus({ preventScroll: true });
  else focusHeading(main.querySelector("h1"));
}

function drawTop() {
  skip.textContent = t("app.skip");
  offline.textContent = t("app.offline");
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  const language = h(
    "button",
    { type: "button", id: "language", class: "button quiet", lang: other, onclick: changeLanguage },
    t("app.language"),
  );
  const isGuest = session.guestUntil() !== null;
  const [leaving, words] = isGuest ? [leaveAsGuest, t("guest.leave_short")] : [logOut, t("app.sign_out")];
  const signOut = h("button", { type: "button", class: "button quiet", onclick: leaving }, words);
  const own = isGuest ? [signOut] : [accountLink(), signOut];
  fill(
    top_,
    h(
      "a",
      { class: "brand", href: "#/" },
      h("img", { src: "icon.svg", alt: "", width: "28", height: "28" }),
      h("span", { class: "brand-name" }, "ifotor"),
    ),
    h("div", { class: "top-actions" }, language, ...(session.isSignedIn() ? own : [])),
  );
}

function accountLink() {
  const current = location.hash === "#/account" && "page";
  return h(
    "a",
    { class: "button quiet account-link", href: "#/account", "aria-current": current },
    icon("person"),
    h("span", { class: "account-link-name" }, t("account.title")),
  );
}

/** The other views ask for the account anyway; whoever begins with a photo is warned, too. */
function readNotices() {
  if (route().name === "detail") account.load().catch(() => undefined);
}

function changeLanguage() {
  switchLanguage();
  clearReceipts();
  show({ moveFocus: false });
  document.getElementById("language")?.focus();
}

/** @param {import("./session.js").Ending} ending */
function leave(ending) {
  stopAll();
  library.reset();
  account.reset();
  clearReceipts();
  document.querySelectorAll("dialog").forEach((dialog) => dialog.remove());
  left = { scroll: 0, photo: "" };
  notice = t(PARTINGS[ending]);
  if (ending !== "expired" && location.hash) history.replaceState(null, "", location.pathname);
  show();
  focusHeading(main.querySelector("h1"));
}

function showConnection() {
  offline.hidden = navigator.onLine;
}

session.whenEnded(leave);
account.addEventListener("change", drawSecurityNotices);
library.addEventListener("arriving", () => bringPhotos().catch(() => undefined));
window.addEventListener("online", finishLeaving);
window.addEventListener("hashchange", () => show());
window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
window.addEventListener("beforeunload", (event) => {
  if (isUploading()) event.preventDefault(); // the browser asks in its own words
});
skip.addEventListener("click", (event) => {
  event.preventDefault(); // the part after # belongs to the views
  main.focus();
});
/** Somebody comes back from a login provider: end what they began, in the view where they began it. */
function arrive() {
  const came = takeReturn();
  if (!came) return;
  if ("refused" in came) {
    const words = t(came.refused === "denied" ? "provider.denied" : "problem.provider_login_rejected");
    if (session.isSignedIn()) showReceipt(words, "", "wrong");
    else notice = words;
  } else if (!came.links) registering.via = came;
  else if (session.isSignedIn()) link(came);
  else notice = t("problem.provider_login_rejected");
}

/** @param {import("./providers.js").Return} came */
async function link(came) {
  history.replaceState(null, "", `${location.pathname}#/account`);
  try {
    await linkLogin(came);
    showReceipt(t("logins.linked", { provider: nameOf(came.provider) }), "");
  } catch (error) {
    if (session.isSignedIn()) showReceipt(explain(error), "", "wrong");
  }
  account.load().catch(() => undefined);
}

applyLanguage();
showConnection();
finishLeaving();
arrive();
show({ moveFocus: false });
readNotices();
