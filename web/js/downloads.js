// @ts-check
/** Saving many photos at once, one file each. */
import * as api from "./api.js";
import { h } from "./dom.js";

const PAGE = 100;
const PAUSE_MS = 400; // browsers drop downloads that are begun in the same moment

/**
 * Save the full size of every photo that leaves by a moment.
 * @param {string} end
 * @returns {Promise<number>} how many there were
 */
export async function downloadUntil(end) {
  let count = 0;
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = await api.listPhotos(PAGE, cursor);
    for (const { expires_at, renditions } of page.photos) {
      if (!renditions.full || Date.parse(expires_at) > Date.parse(end)) continue;
      save(renditions.full.url);
      count += 1;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
    cursor = page.next_cursor;
  } while (cursor);
  return count;
}

/** @param {string} url that answers as an attachment */
function save(url) {
  const link = h("a", { href: url, download: true, rel: "noreferrer", hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}
