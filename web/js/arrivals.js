// @ts-check
/** Brings the photos of a guest who signed in to an account they had. */
import * as api from "./api.js";
import { library } from "./library.js";

const PAUSE_MS = 3000;
const TRIES = 40;

let isBringing = false;

/** Until nothing is left to bring; whatever this doesn't finish, the server does by itself. */
export async function bringPhotos() {
  if (isBringing) return;
  isBringing = true;
  const { signal } = library;
  try {
    for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
      const { photos, waiting, has_more } = await api.bringPhotos();
      if (photos && !signal.aborted) await library.loadFirst();
      if (!has_more && !waiting) return;
      if (!has_more) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    isBringing = false;
  }
}
