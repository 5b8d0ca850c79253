// All leads as a file.

import { ask, Problem } from "./api.js";
import { one } from "./dom.js";
import { toast } from "./shell.js";

/**
 * exportLeads gets all leads as CSV, part by part, and saves them as one file. Each
 * part says where the next one is.
 */
export async function exportLeads() {
  const box = one("exporting");
  if (!box.hidden) return;
  const said = box.querySelector("span");
  let cancelled = false;
  box.querySelector("button").onclick = () => { cancelled = true; };
  box.hidden = false;
  said.textContent = "Exporting…";
  try {
    const parts = [];
    let bytes = 0;
    for (let path = "/leads/export"; path !== null && !cancelled;) {
      const response = await ask("GET", path);
      await readAll(response, (part) => {
        parts.push(part);
        bytes += part.length;
        said.textContent = "Exporting: " + megabytes(bytes) + " so far…";
        return !cancelled;
      });
      path = next(response.headers.get("link"));
    }
    if (!cancelled) save(new Blob(parts, { type: "text/csv;charset=utf-8" }), bytes);
  } catch (error) {
    if (!(error.status >= 0)) throw error;
    toast(error.message);
  } finally {
    box.hidden = true;
    one("export").focus();
  }
}

// readAll hands over what an answer holds as it comes, for as long as that is wanted.
async function readAll(response, take) {
  const reader = response.body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (!take(read.value)) return await reader.cancel();
    }
  } catch {
    throw new Problem(0, "The connection broke, and nothing was saved. Please try again.");
  }
}

const next = (link) => link?.match(/^<(.*)>; rel="next"$/)?.[1] ?? null;

const megabytes = (bytes) => (bytes / 1_000_000).toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) + " MB";

function save(file, bytes) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "leads-" + new Date().toISOString().slice(0, 10) + ".csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
  toast("All leads are saved as " + link.download + ", " + megabytes(bytes) + ".");
}
