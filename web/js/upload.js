// @ts-check
/** From chosen files to photos in work: check here, declare, get a grant, send, hand over to the library. */
import * as api from "./api.js";
import { library } from "./library.js";
import { drawPreview, fingerprint } from "./files.js";
import { postForm } from "./post.js";
import { sniffImageType } from "./sniff.js";

/** @typedef {import("./library.js").Entry} Entry */
/** @typedef {{words: string, facts?: Record<string, any>, canRetry: boolean}} Problem */
/**
 * @typedef {{
 *   file: File, name: string, source: "camera" | undefined, phase: "preparing" | "uploading" | "processing", fraction: number,
 *   problem: Problem | null, preview: HTMLCanvasElement | null,
 *   declaration: import("./api.js").Declaration | null, form: import("./api.js").UploadForm | null,
 *   stop: AbortController,
 * }} Upload
 */

export const DEFAULT_MAX_BYTES = 50 * 1024 * 1024;
const DEFAULT_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif", "image/tiff", "image/bmp"];
const GRANTS_AT_ONCE = 10; // the server takes 50; smaller groups let the first photo leave before the last is read
const POSTS_AT_ONCE = 3;
const GRANT_PAUSES_MS = [1000, 3000];
const FORM_MARGIN_MS = 30_000;
/** Problems that the same file can survive on another try. */
const RETRYABLE = new Set([
  "offline",
  "network",
  "timeout",
  "unavailable",
  "internal",
  "conflict",
  "upload_interrupted",
  "quota_exceeded",
]);

let sequence = 0;
/** @type {Entry[]} granted, and waiting for one of the places */
const waiting = [];
let posting = 0;

/**
 * Begin the upload of every file that is a photo; show why for those that are not.
 * @param {Iterable<File>} files
 * @param {"camera"} [source] left out for what the person chose from their own library
 * @returns {Promise<void>} settled when the last one has its grant or its refusal
 */
export async function addFiles(files, source) {
  // Newest first on the page: the last of the chosen files is added first, so the first ends on top.
  const entries = [...files].map((file) => newEntry(file, source));
  for (const entry of [...entries].reverse()) library.add(entry);
  const { signal } = library;
  for (let start = 0; start < entries.length && !signal.aborted; start += GRANTS_AT_ONCE) {
    await prepareGroup(entries.slice(start, start + GRANTS_AT_ONCE));
  }
}

/** @param {File} file @param {"camera"} [source] @returns {Entry} */
function newEntry(file, source) {
  sequence += 1;
  const createdAt = new Date(api.serverNow()).toISOString();
  /** @type {Upload} */
  const upload = {
    file,
    name: file.name,
    source,
    phase: "preparing",
    fraction: 0,
    problem: null,
    preview: null,
    declaration: null,
    form: null,
    stop: new AbortController(),
  };
  return { key: `upload-${sequence}`, photo: null, upload, createdAt };
}

/** @param {Entry[]} entries */
async function prepareGroup(entries) {
  await Promise.all(entries.map(check));
  const good = entries.filter(isGoing);
  for (const { upload } of good) {
    if (!upload) continue;
    upload.preview = await drawPreview(upload.file);
    library.changed();
    try {
      const sha256 = await fingerprint(upload.file);
      if (upload.declaration && sha256) upload.declaration.sha256 = sha256;
    } catch {
      refuse(upload, { words: "file.unreadable", canRetry: false });
    }
  }
  await grant(good.filter(isGoing));
}

/** @param {Entry} entry */
const isGoing = ({ upload }) => upload !== null && !upload.problem && !upload.stop.signal.aborted;

/** Judge a file by its bytes before anything leaves the device. @param {Entry} entry */
async function check({ upload }) {
  if (!upload) return;
  const { file } = upload;
  const limit = library.limits?.max_upload_bytes ?? DEFAULT_MAX_BYTES;
  try {
    const type = await sniffImageType(file);
    if (file.size === 0) return refuse(upload, { words: "file.empty", canRetry: false });
    if (!type || !(library.limits?.accepted_types ?? DEFAULT_TYPES).includes(type)) {
      return refuse(upload, { words: "file.unsupported_type", canRetry: false });
    }
    if (file.size > limit) {
      return refuse(upload, {
        words: "file.too_many_bytes",
        facts: { size: file.size, limit },
        canRetry: false,
      });
    }
    upload.declaration = { content_type: type, size_bytes: file.size, source: upload.source };
  } catch {
    refuse(upload, { words: "file.unreadable", canRetry: false });
  }
}

/** @param {Upload} upload @param {Problem} problem */
function refuse(upload, problem) {
  upload.problem = problem;
  library.changed();
}

/** @param {Upload} upload @param {unknown} error */
function fail(upload, error) {
  if (upload.stop.signal.aborted) return;
  const known = error instanceof api.ApiError ? error : new api.ApiError("unknown");
  refuse(upload, { words: `problem.${known.code}`, facts: known.facts, canRetry: RETRYABLE.has(known.code) });
}

/** @param {Entry[]} entries */
async function grant(entries) {
  if (!entries.length) return;
  const declarations = entries.flatMap(({ upload }) => (upload?.declaration ? [upload.declaration] : []));
  try {
    const { photos } = await grantPatiently(declarations, crypto.randomUUID());
    photos.forEach(({ photo, upload: form }, index) => {
      const entry = entries[index];
      if (!entry.upload) return;
      if (entry.upload.stop.signal.aborted) return void api.deletePhoto(photo.id).catch(() => undefined);
      entry.photo = photo;
      entry.upload.form = form;
      waiting.push(entry);
    });
  } catch (error) {
    for (const { upload } of entries) if (upload) fail(upload, error);
  }
  pump();
}

/**
 * The same key gives the same grants, so an answer that was lost is simply asked for again.
 * @param {import("./api.js").Declaration[]} declarations
 * @param {string} key
 */
async function grantPatiently(declarations, key) {
  const { signal } = library;
  for (const pause of GRANT_PAUSES_MS) {
    try {
      return await api.grantUploads(declarations, key, signal);
    } catch (error) {
      if (!(error instanceof api.ApiError) || !["network", "timeout", "unavailable"].includes(error.code))
        throw error;
      await new Promise((resume) => setTimeout(resume, pause));
      signal.throwIfAborted(); // the next session may be somebody else's
    }
  }
  return api.grantUploads(declarations, key, signal);
}

function pump() {
  while (posting < POSTS_AT_ONCE && waiting.length) {
    const entry = waiting.shift();
    if (!entry || !isGoing(entry)) continue;
    posting += 1;
    post(entry).finally(() => {
      posting -= 1;
      pump();
    });
  }
}

/** @param {Entry} entry */
async function post({ photo, upload }) {
  if (!photo || !upload?.form) return;
  upload.phase = "uploading";
  library.changed();
  try {
    await postForm(upload.form, upload.file, upload.stop.signal, (fraction) => {
      upload.fraction = fraction;
      library.changed();
    });
  } catch (error) {
    if (upload.stop.signal.aborted) return;
    if (!(await hasArrived(photo.id))) return fail(upload, error);
  }
  if (upload.stop.signal.aborted) return;
  upload.phase = "processing";
  library.changed();
  library.watch(photo.id);
}

/** A lost answer is not a lost photo: ask before calling it a failure. @param {string} id */
async function hasArrived(id) {
  try {
    return (await api.getPhoto(id)).state !== "awaiting_upload";
  } catch {
    return false;
  }
}

/** Try an upload again, with its grant if that still holds. @param {Entry} entry */
export async function retry(entry) {
  const { photo, upload } = entry;
  if (!upload) return;
  Object.assign(upload, { problem: null, phase: "preparing", fraction: 0, stop: new AbortController() });
  library.changed();
  if (upload.form && Date.parse(upload.form.expires_at) - api.serverNow() > FORM_MARGIN_MS) {
    waiting.push(entry);
    return pump();
  }
  if (photo) {
    entry.photo = null;
    upload.form = null;
    api.deletePhoto(photo.id).catch(() => undefined); // what is left of the old grant; it would end by itself
  }
  await prepareGroup([entry]);
}

/** Stop an upload, or clear away what is left of one. @param {Entry} entry */
export async function discard(entry) {
  entry.upload?.stop.abort();
  if (entry.photo) await api.deletePhoto(entry.photo.id).catch(ignoreNotFound);
  library.drop(entry);
}

/** @param {unknown} error */
function ignoreNotFound(error) {
  if (!(error instanceof api.ApiError) || error.code !== "not_found") throw error;
}

/** Stop everything under way, as before deleting all photos or at the end of a session. */
export function stopAll() {
  waiting.length = 0;
  for (const { upload } of library.entries) upload?.stop.abort();
}

/** @returns {boolean} whether leaving the page now would lose an upload */
export function isUploading() {
  return library.entries.some(
    (entry) => isGoing(entry) && entry.upload?.phase !== "processing" && entry.photo?.state !== "ready",
  );
}
