// @ts-check
/** Starts the page and decides which view is shown: the address after `#` and the session say which. */
import { logOut } from "./api.js";
import { fill, focusHeading, h } from "./dom.js";
import { applyLanguage, currentLanguage, switchLanguage, t } from "./i18n.js";
import { library } from "./library.js";
import * as session from "./session.js";
import { isUploading, stopAll } from "./upload.js";
import { showDetail } from "./views/detail.js";
import { showLibrary } from "./views/library.js";
import { clearReceipts } from "./views/receipts.js";
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

/** @returns {{name: "sign-in" | "library" | "detail", photo: string}} */
function route() {
  if (!session.isSignedIn()) return { name: "sign-in", photo: "" };
  const photo = location.hash.match(/^#\/photos\/([\w-]+)$/)?.[1] ?? "";
  return { name: photo ? "detail" : "library", photo };
}

function show({ moveFocus = true } = {}) {
  const { name, photo } = route();
  if (document.body.dataset.view === "library") left = { scroll: window.scrollY, photo: "" };
  endView();
  document.body.dataset.view = name;
  document.body.classList.remove("selecting");
  document.title = `${t(name === "sign-in" ? "login.title" : "library.title")} · ifotor`;
  drawTop();
  if (name === "sign-in") {
    endView = showSignIn(main, {
      onSignedIn: () => {
        clearReceipts();
        notice = "";
        show();
      },
      notice,
    });
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
  fill(
    top_,
    h(
      "a",
      { class: "brand", href: "#/" },
      h("img", { src: "icon.svg", alt: "", width: "28", height: "28" }),
      "ifotor",
    ),
    h(
      "div",
      { class: "top-actions" },
      language,
      session.isSignedIn()
        ? h("button", { type: "button", class: "button quiet", onclick: logOut }, t("app.sign_out"))
        : null,
    ),
  );
}

function changeLanguage() {
  switchLanguage();
  clearReceipts();
  show({ moveFocus: false });
  document.getElementById("language")?.focus();
}

/** @param {"left" | "expired"} ending */
function leave(ending) {
  stopAll();
  library.reset();
  clearReceipts();
  document.querySelectorAll("dialog").forEach((dialog) => dialog.remove());
  left = { scroll: 0, photo: "" };
  notice = t(ending === "left" ? "app.signed_out" : "problem.unauthenticated");
  if (ending === "left" && location.hash) history.replaceState(null, "", location.pathname);
  show();
}

function showConnection() {
  offline.hidden = navigator.onLine;
}

session.whenEnded(leave);
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
applyLanguage();
showConnection();
show({ moveFocus: false });
