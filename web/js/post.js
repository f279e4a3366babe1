// @ts-check
/** Sends one file straight to the storage, by the form the grant gave, and tells how far it has come. */
import { ApiError } from "./api.js";

/** No progress for this long means the connection is dead: mobile networks fall silent without an error. */
const STALL_MS = 60_000;

/**
 * @param {import("./api.js").UploadForm} form
 * @param {File} file
 * @param {AbortSignal} signal
 * @param {(fraction: number) => void} onProgress 0 to 1
 * @returns {Promise<void>} rejects with `upload_interrupted`, `offline` or `upload_refused`
 */
export function postForm(form, file, signal, onProgress) {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", file, "photo"); // the storage ignores fields that come after the file

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    const interrupt = () => reject(new ApiError(navigator.onLine ? "upload_interrupted" : "offline"));
    let stall = setTimeout(() => request.abort(), STALL_MS);
    const stillMoving = () => {
      clearTimeout(stall);
      stall = setTimeout(() => request.abort(), STALL_MS);
    };
    request.upload.addEventListener("progress", (event) => {
      stillMoving();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else
        reject(new ApiError(request.status >= 500 ? "upload_interrupted" : "upload_refused", request.status));
    });
    request.addEventListener("error", interrupt);
    request.addEventListener("abort", interrupt);
    request.addEventListener("loadend", () => clearTimeout(stall));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", form.url);
    request.send(body);
  });
}
